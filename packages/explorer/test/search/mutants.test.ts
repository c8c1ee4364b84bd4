/** Every rule of the engine is needed: with one broken, the system that was made for it comes out differently. */
import { describe, expect, test } from '@jest/globals';
import type { Op } from '../../src/api/step.ts';
import type { System } from '../../src/api/system.ts';
import { difference } from './agree.ts';
import { sayBroken } from './broken.ts';
import { EXPECTED, LAST, unexpected } from './expected.ts';
import { SHOWN, shownUnlike, TWINS } from './shown.ts';
import { all, isNot, toy, type Toy } from './toy.ts';

/** Some rules of each room; `node judges/mutate/mutate.mjs explorer --operator rule`, a part of `npm run oracle`, breaks all of them. */
const SAMPLE = [
  'access sets: reads of claims',
  'canonical: permutations tried',
  'dead cells: suffix reads',
  'dependence: write-read',
  'findings: shorter schedule replaces',
  'fixpoint: reads of finals count',
  'local: gated',
  'locks: held now',
  'may-access: suffix',
  'persistent: enablers of blocked',
  'proviso: cycle',
  'queues: not empty',
  'sleep: merge intersects',
  'store: rehashing',
  'symmetry: cell values permuted',
  'symmetry check: updates',
];

describe('the engine as it is passes', () => {
  test.each(Object.entries(SHOWN))('%s', (_rule, shown) => expect(shownUnlike(shown)).toBeUndefined());
  test.each(Object.entries(EXPECTED))('%s', (_rule, expected) => expect(unexpected(expected)).toBeUndefined());
});

describe('a broken rule is noticed', () => {
  const said = sayBroken(SAMPLE, 'off');
  test.each(SAMPLE)('%s', (rule) => expect(said[rule]).toEqual(expect.any(String)));
});

describe('symmetry', () => {
  test('twins are told apart only by which of them was seen', () => {
    expect(difference(toy(TWINS), 2000)).toBeUndefined();
    // As `EXPECTED` counts them with the symmetry, where the twins are ordered.
    expect(all(TWINS).states).toBe(16 + 16 + 2 * 12 + 9);
  });

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
