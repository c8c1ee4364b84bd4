/** Sites of instrumented text, and that code which comes by one says so. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { instrument } from '../../src/instrument/instrument.ts';
import { runtime } from '../../src/instrument/runtime.ts';
import { sitesIn, type SiteOwner } from '../../src/instrument/sites.ts';

const owners = (code: string): SiteOwner[] => sitesIn(instrument(code, 'file') ?? '');
const told = (code: string): string[] =>
  owners(code).flatMap(({ sites }) => sites.map(({ kind, line, text }) => `${line} ${kind} ${text}`.trim()));

describe('sites', () => {
  test.each<[string, string, string[]]>([
    [
      'a step and a call',
      'function* f(p) {\n  yield p;\n  yield* g(p, // why\n    1);\n}',
      ['1 entry', '2 step p', '3 step g(p, 1)'],
    ],
    [
      'arms without a step',
      'function* f(p) {\n  if (p) return 1;\n  else { p++; }\n  yield p;\n}',
      ['1 entry', '2 arm return 1;', '3 arm p++;', '4 step p'],
    ],
    [
      'arms with a step are told by it',
      'function* f(p) {\n  if (p) yield 1;\n  else yield 2;\n}',
      ['1 entry', '2 step 1', '3 step 2'],
    ],
    [
      'else if',
      'function* f(p) {\n  if (p) p = 1;\n  else if (p > 1) p = 2;\n  else p = 3;\n  yield p;\n}',
      ['1 entry', '2 arm p = 1;', '3 arm p = 2;', '4 arm p = 3;', '5 step p'],
    ],
    [
      'if in if, without braces or semicolons',
      'function* f(p) {\n  if (p) if (p > 1) p = 1\n  else p = 2\n  yield p\n}',
      ['1 entry', '2 arm if (p > 1) {p = 1} else {p = 2}', '2 arm p = 1', '3 arm p = 2', '4 step p'],
    ],
    [
      'cases',
      'function* f(p) {\n  switch (p) {\n  case 0:\n  case 1: p++; break;\n  default: yield p;\n  }\n}',
      ['1 entry', '4 arm p++;', '5 step p'],
    ],
    [
      'a step in a step',
      'function* f(p) {\n  yield* g(yield p, () => p);\n}',
      ['1 entry', '2 step g(yield p, () => p)', '2 step p'],
    ],
    ['no function without star, and none without yield in the file', 'function f(p) { if (p) return 1; }', []],
  ])('%s', (_what, code, sites) => expect(told(code).map((text) => text.replace(/\s+/g, ' '))).toEqual(sites));

  test('belong to their function and its class', () => {
    const code =
      'class A {\n  *a() { yield* this.#b(); }\n  *#b() { yield* [1].map(function* c() { yield 1; })[0]; }\n}\nconst d = wrap(function* () { yield 2; });\nfunction* empty() {}';
    expect(owners(code).map(({ className, name, sites }) => `${className ?? '-'} ${name} ${sites.length}`)).toEqual([
      'A a 2',
      'A b 2',
      '- c 2',
      '- d 2',
      '- empty 1',
    ]);
  });

  test('are told apart', () => {
    const labels = owners(
      'function* f(p) { if (p) return; if (p) return; yield p; yield p; }\nfunction* g() { yield 1; }',
    ).flatMap(({ sites }) => sites.map(({ label }) => label));
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('what code comes by', () => {
  afterEach(() => (runtime.reached = undefined));
  const code =
    'export default function* f(p) {\n  if (p === 1) return;\n  if (p === 2) yield 2;\n  else yield* other(p);\n  yield 9;\n}\nfunction* other(p) {\n  switch (p) { case 3: return; case 4: p = 0; }\n}';
  const text = instrument(code, 'file')!;
  const make = Function(`${text.replace('export default', '')}\nreturn f;`) as () => (p: number) => Generator;
  const lines = (p: number): number[] => {
    runtime.reached = new Set();
    Array.from(make()(p));
    return sitesIn(text).flatMap(({ sites }) =>
      sites.filter(({ label }) => runtime.reached!.has(label)).map(({ line }) => line),
    );
  };
  test.each([
    [1, [1, 2]],
    [2, [1, 3, 5]],
    [3, [1, 4, 5, 7, 8]],
    [5, [1, 4, 5, 7]],
  ])('of %d: lines %j', (p, expected) => expect(lines(p)).toEqual(expected));

  test('nobody asks: nothing is kept', () => {
    Array.from(make()(2));
    expect(runtime.reached).toBeUndefined();
  });
});
