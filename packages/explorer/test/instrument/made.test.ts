/** A `yield*` that was forgotten is noticed when the code has ended. */
import { expect, test } from '@jest/globals';
import { exploreSync } from '../../src/search/explore.ts';
import { byFrames, byHistory } from '../../src/learned/local-identity.ts';
import { instrument } from '../../src/instrument/instrument.ts';
import { load, store, toy } from '../search/toy.ts';

/** The body of a thread, through the pass that watches calls. */
const watched = (body: string): (() => Generator) => {
  const code = instrument(`const made = function* () {\n${body}\n};`, 'story.mjs', { watchCalls: true })!;
  return new Function('load', 'store', `${code}; return made;`)(load, store) as () => Generator;
};
const explore = (body: string, identity = byFrames()): unknown =>
  exploreSync(
    toy({ processes: [watched(body) as never, () => store(1, 1)] }),
    { stopAtFirst: false, maxStates: 100 },
    identity,
  );

test.each([
  ['a statement', 'store(0, 1);\nyield* load(0);', 'story.mjs:2'],
  ['a value', 'yield* load(0);\nconst a = load(1);\nif (a === 0) yield* store(0, 1);', 'story.mjs:3'],
  ['all there is', 'store(0, 1);', 'story.mjs:2'],
  [
    'a helper',
    'const twice = function* () { yield* store(0, 1); yield* store(0, 2); };\ntwice();\nyield* load(0);',
    'story.mjs:3',
  ],
  ['a part of an optional chain', 'const o = { f: store };\no?.f(0, 1);\nyield* load(0);', 'story.mjs:3'],
])('%s', (_what, body, place) => {
  for (const identity of [byFrames(), byHistory])
    expect(() => explore(body, identity)).toThrow(
      `SD_FORGOTTEN_YIELD: p0: the operation that is called at ${place} was made and never run`,
    );
});

test('code that fails because of it says so too', () => {
  expect(() => explore('const [a] = load(0).list;\nyield* store(0, a);')).toThrow('story.mjs:2');
});

test.each([
  ['what is run later', 'const later = store(0, 1);\nyield* load(0);\nyield* later;'],
  ['what one of two arms makes', 'yield* (1 > 0 ? store(0, 1) : load(0));'],
  ['what a function made inside returns', 'const f = () => store(0, 1);\nyield* f();'],
])('nothing is said of %s', (_what, body) => {
  expect(() => explore(body)).not.toThrow();
});

test.each([
  ['a block', 'for (;;) { 1 + 1; }', 'story.mjs:2'],
  ['a statement', 'let i = 0;\nwhile (true) i++;', 'story.mjs:3'],
])('a loop that goes round without a step is ended, whose body is %s', (_what, body, place) => {
  expect(() => explore(body)).toThrow(`SD_ENDLESS_LOOP: the loop at ${place} goes round without a step`);
});

test('a loop with a step in each turn is none of these', () => {
  expect(() => explore('for (;;) yield* load(0);')).not.toThrow();
});
