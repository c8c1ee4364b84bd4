/** Every rule of the reductions is needed: without it, one of these systems comes out differently. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MUTANTS, type Mutant, type Reductions } from '../../src/api/reductions.ts';
import type { Op } from '../../src/api/step.ts';
import type { System } from '../../src/api/system.ts';
import { difference, REDUCTIONS } from './agree.ts';
import { EXPECTED, LAST, unexpected } from './expected.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { SHOWN, shownUnlike, TWINS } from './shown.ts';
import { all, isNot, toy, type Toy } from './toy.ts';

/**
 * Left out, this one is not missed: of two processes alike the one that is ahead has mostly done all that the other may do, and is in
 * the same state where it counts. We know no system that needs the rule, and no proof without it.
 */
const NOT_MISSED: readonly Mutant[] = ['images know alike'];
/** Rules that only a system with a symmetry knows. */
const OF_SYMMETRY: readonly Mutant[] = ['values are mapped', 'observed values are mapped'];

const without = (mutant: Mutant): Record<string, Reductions> =>
  Object.fromEntries(Object.entries(REDUCTIONS).map(([name, reduce]) => [name, { ...reduce, mutate: [mutant] }]));

describe('with all rules nothing is missed', () => {
  test.each(Object.entries(SHOWN))('%s', (_rule, shown) => expect(shownUnlike(shown)).toBeUndefined());
  test.each(Object.entries(EXPECTED))('%s', (_rule, expected) => expect(unexpected(expected)).toBeUndefined());
});

describe('a rule that is left out is missed', () => {
  test.each(MUTANTS.filter((mutant) => ![...OF_SYMMETRY, ...NOT_MISSED].includes(mutant)))('%s', (mutant) => {
    const shown = SHOWN[mutant];
    if (EXPECTED[mutant]) return expect(unexpected(EXPECTED[mutant], [mutant])).toBeDefined();
    if (shown) return expect(difference(toy(shown), 2000, without(mutant))).toBeDefined();
    const pool = fc.sample(machine, { numRuns: 200, seed: 11 });
    expect(pool.some((it) => (difference(toy(machineOf(it)), 500, without(mutant)) ?? 'too big') !== 'too big')).toBe(
      true,
    );
  });
});

describe('symmetry', () => {
  test('twins are told apart only by which of them was seen', () => {
    expect(difference(toy(TWINS), 2000)).toBeUndefined();
    // As `EXPECTED` counts them with the symmetry, where the twins are ordered.
    expect(all(TWINS).states).toBe(16 + 16 + 2 * 12 + 9);
  });

  test.each(OF_SYMMETRY)('a rule that is left out is missed: %s', (mutant) =>
    expect(unexpected(EXPECTED[mutant]!, [mutant])).toBeDefined(),
  );

  test.each<[string, Toy & { readonly checksOf?: readonly number[] }]>([
    ['other values to begin with', { ...TWINS, cells: [0, 0, 1] }],
    [
      'other gates',
      {
        ...TWINS,
        processes: TWINS.processes.map((process, p) => (p === 0 ? { gates: [4], body: process as () => Op } : process)),
      },
    ],
    [
      'a cell that is not named',
      {
        ...TWINS,
        symmetry: { ...TWINS.symmetry!, classes: [[0, 1].map((cpu) => ({ processes: [cpu], cells: [], bit: cpu }))] },
      },
    ],
    ['a set that is not named', { ...TWINS, symmetry: { classes: TWINS.symmetry!.classes } }],
    [
      'a set without the bits',
      {
        ...TWINS,
        symmetry: { ...TWINS.symmetry!, classes: [[0, 1].map((cpu) => ({ processes: [cpu], cells: [1 + cpu] }))] },
      },
    ],
    ['other code', { ...TWINS, processes: [TWINS.processes[1]!, TWINS.processes[1]!, TWINS.processes[2]!] }],
    [
      'claims that tell them apart',
      {
        ...TWINS,
        marks: { somebody: [{ claim: 'the first is not up', on: 'violation', holds: (cells) => cells.get(1) === 0 }] },
      },
    ],
    [
      'claims about ends that tell them apart',
      { ...LAST, finals: [{ claim: 'the first goes last', on: 'tally', holds: (cells) => cells.get(1) === 1 }] },
    ],
    ['other claims', { ...TWINS, marks: {}, checksOf: [1] }],
  ])('what is no symmetry is refused: %s', (_what, wrong) => {
    expect(
      difference(wrong.checksOf ? judgedBy(wrong, wrong.checksOf) : toy(wrong), 2000, { symmetry: { symmetry: true } }),
    ).toContain('SD_BAD_SYMMETRY');
  });

  /** Judges only the stores of these processes. */
  const judgedBy = (given: Toy, processes: readonly number[]): System => ({
    ...toy(given),
    checksAt: (step) => (step.kind === 'store' && processes.includes(step.cells[0]! - 1) ? [isNot(5, 1)] : []),
  });
});
