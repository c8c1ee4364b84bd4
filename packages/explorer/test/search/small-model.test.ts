/** The small model that other model checkers were measured on: as many states as they count, and the same verdicts. */
import { describe, expect, test } from '@jest/globals';
import { exploreSync } from '../../src/search/explore.ts';
import { byFrames } from '../../src/learned/local-identity.ts';
import { ALL_REDUCTIONS } from '../../src/api/reductions.ts';
import { tablesOf } from '../../src/testing/tables.ts';
import { gupCollapse, type GupCollapse } from '../../src/testing/small-model.ts';

const look = (model: GupCollapse, reduce = {}) =>
  exploreSync(gupCollapse(model), { stopAtFirst: false, maxStates: 50_000, reduce }, byFrames());

describe('fast GUP against collapse', () => {
  test.each([
    [1, 1302, 3086],
    [2, 29_516, 99_156],
  ])('%d walkers have %d states without reductions', (walkers, states, transitions) => {
    expect(look({ walkers, flush: 'ipi' })).toMatchObject({
      outcome: 'complete',
      states,
      transitions,
      violations: [],
      deadlocks: 0,
    });
  });

  test.each([1, 2, 3])('%d walkers: reduced, the verdict is the same', (walkers) => {
    expect(look({ walkers, flush: 'ipi' }, ALL_REDUCTIONS)).toMatchObject({
      outcome: 'complete',
      violations: [],
      deadlocks: 0,
    });
    const claims = (reduce: object): string[] =>
      look({ walkers: Math.min(walkers, 2), flush: 'no kick' }, reduce)
        .violations.map(({ claim }) => claim)
        .sort();
    expect(claims(ALL_REDUCTIONS)).toEqual(claims({}));
  });

  test('of walkers alike who is which does not matter: about half of the states of two', () => {
    expect(look({ walkers: 2, flush: 'ipi' }, { symmetry: true })).toMatchObject({
      outcome: 'complete',
      states: 15_409,
    });
  });
});

test('tables tell a system without its code', () => {
  const { processes, nodes, transitions, found } = tablesOf(
    gupCollapse({ walkers: 1, flush: 'no kick' }),
    10_000,
    byFrames(),
  );
  expect(processes.map(({ name, daemon }) => [name, daemon])).toEqual([
    ['gup0', false],
    ['cpu0 irq', true],
    ['user', false],
    ['cpu1 irq', true],
    ['collapse', false],
  ]);
  expect(nodes.filter(({ rests }) => rests)).toHaveLength(3);
  expect(transitions.some(({ wrong }) => wrong.length > 0)).toBe(true);
  expect(found.violations.length).toBeGreaterThan(0);
});
