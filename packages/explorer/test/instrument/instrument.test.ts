/** The pass: which variables a yield tells, what it refuses to tell, and that code does the same with it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instrument, isInstrumented } from '../../src/instrument/instrument.ts';
import type { Op } from '../../src/api/step.ts';
import { bothWays, raw } from '../search/raw.ts';
import { load, store } from '../search/toy.ts';
import { randomCode } from './random-code.ts';

/** Per yield, in order: the variables it tells; `?` where it cannot. */
const told = (body: string): string[] => {
  const text = instrument(`function* f(p, q) { ${body} }`, 'file') ?? '';
  return [...text.matchAll(/\["file [^:"]*: ([^"]*)"/g)].map(([, names]) => names!.split(', ').sort().join(' '));
};
const refused = (body: string): string =>
  /untold", "([^"]*)"/.exec(instrument(`function* f(p, q) { ${body} }`, 'file') ?? '')?.[1] ?? '';

describe('variables that a yield tells', () => {
  test.each<[string, string, string[]]>([
    ['what is read later', 'yield p; yield q;', ['q', '']],
    ['not what is overwritten first', 'let a = 1; yield 0; a = p; yield a;', ['p', '']],
    ['of either branch', 'let a = 1; yield 0; if (p) yield a; else yield q;', ['a p q', '', '']],
    ['what the next turn of a loop reads', 'for (let i = 0; i < p; i++) yield q;', ['i p q']],
    ['not what each turn makes anew', 'while (p) { let a = yield 0; yield a; }', ['p', 'p']],
    ['of a loop that is left', 'out: for (;;) { for (;;) { yield 0; if (p) break out; } } yield q;', ['p q', '']],
    ['of a turn that is cut short', 'let a = 0; for (;;) { yield 0; if (p) continue; yield a; a = 1; }', ['a p', 'p']],
    ['of a test at the end', 'do { yield 0; } while (p); yield q;', ['p q', '']],
    ['of cases that fall through', 'yield 0; switch (p) { case 1: yield 1; case 2: yield q; }', ['p q', 'q', '']],
    ['all in sight where a step may throw', 'let a = 1; try { yield 0; } catch { } yield p;', ['a p q', 'a p q']],
    ['this', 'yield 0; this.x(p);', ['p this']],
    ['what a function made before captured', 'const g = () => p; yield 0; g(q);', ['g q']],
    ['what a function declared inside uses', 'function g() { return p; } yield 0; g();', ['p']],
    ['the result of an own yield', 'const a = yield 0; yield* a(p);', ['p', '']],
    ['what is read in the same expression before', 'q(p, yield 0);', ['p q']],
  ])('%s', (_name, body, names) => {
    expect(told(body)).toEqual(names);
  });

  test.each([
    ['for (const a of p) yield a;', 'iterator'],
    ['return (yield 0) + (yield 1);', 'computed a part of itself'],
    ['q(p.x, yield 0);', 'computed a part of itself'],
    ['let a = 0; const g = () => a++; yield 0; q(a, g);', 'assigned by a function inside'],
    ['q(p, yield p++);', 'changes a variable'],
    ['let a = 1; { let a = p; yield a; q(a); } q(a);', 'two variables are called a'],
    ['let a = 1; { let a = p; try { yield a; } catch { q(a); } } q(a);', 'two variables are called a'],
    ['q(arguments[0]); yield 0;', 'arguments'],
  ])('refuses %s', (body, words) => expect(refused(body)).toContain(words));
});

describe('the text', () => {
  test('keeps its lines, and is not done twice', () => {
    const code = 'const x = 1;\nfunction* f() {\n  yield* g(\n    x, // why\n  );\n}\n';
    const text = instrument(code, 'file')!;
    expect(text.split('\n')).toHaveLength(code.split('\n').length);
    expect(isInstrumented(text)).toBe(true);
    expect(instrument(text, 'file')).toBeUndefined();
    expect(isInstrumented(instrument(`#!/usr/bin/env node\n${code}`, 'file')!)).toBe(true);
  });

  test('is left alone without generators', () => {
    expect(instrument('const yielded = "yield";', 'file')).toBeUndefined();
    expect(instrument('async function* f() { yield 1; }', 'file')).toBeUndefined();
  });
});

test('random code behaves alike, plain and instrumented, by frames and by history', () => {
  const sum = { programs: 0, history: 0, frames: 0, told: 0 };
  const make = (text: string): (() => Op) => Function('load', 'store', text)(load, store) as () => Op;
  fc.assert(
    fc.property(randomCode, (text) => {
      let code: () => Op;
      try {
        code = make(
          instrument(wrapped(text), `random${sum.programs}`)!
            .replace('export default function () {', '')
            .replace(/\}\s*$/, ''),
        );
      } catch (error) {
        if (error instanceof SyntaxError) return; // a `continue` outside of a loop, and the like
        throw error;
      }
      const others = [() => store(0, 2), () => store(1, 1), () => store(2, 1)];
      const { history, frames, problems, same } = bothWays(
        raw({ processes: [code, ...others], cells: [0, 0, 0] }),
        4000,
      );
      fc.pre(history.outcome === 'complete');
      expect(same[0]).toEqual(same[1]);
      const plain = bothWays(raw({ processes: [make(text), ...others] }), 4000);
      expect(plain.same[1]).toEqual(same[1]);
      expect(plain.frames.states).toBe(history.states);
      sum.programs++;
      sum.history += history.states;
      sum.frames += frames.states;
      sum.told += problems.length === 0 ? 1 : 0;
    }),
    { numRuns: 200 },
  );
  expect(sum.programs).toBeGreaterThan(50);
  expect(sum.told).toBeGreaterThan(0.3 * sum.programs);
  expect(sum.frames).toBeLessThan(sum.history);
}, 120_000);

/** `return` at the top is no module: as the body of a function it is. */
const wrapped = (text: string): string => `export default function () {${text}}`;
