/** Systems of which is known by counting what a search must say: where all judges would make the same mistake, or a bound is met. */
import { exploreSync } from '../../src/search/explore.ts';
import type { Exploration, ExploreOptions } from '../../src/api/exploration.ts';
import { ALL_REDUCTIONS, type Reductions } from '../../src/api/reductions.ts';
import { Mistake } from '../../src/api/mistakes.ts';
import type { Symmetry, System } from '../../src/api/system.ts';
import { TWINS } from './shown.ts';
import { awaitValue, flip, giveUp, inc, isNot, load, lock, or, store, storeIf, toy, type Toy } from './toy.ts';

export interface Expected {
  readonly system: () => System;
  readonly options: Partial<ExploreOptions>;
  /** What is looked at, and what it must be. */
  readonly says: (found: Exploration) => unknown;
  readonly wanted: unknown;
}

/** What is wrong, in words; undefined when nothing is. */
export function unexpected({ system, options, says, wanted }: Expected): string | undefined {
  try {
    const found = JSON.stringify(
      says(
        exploreSync(system(), {
          stopAtFirst: false,
          maxStates: 100_000,
          ...options,
        }),
      ),
    );
    return found === JSON.stringify(wanted) ? undefined : `${found} instead of ${JSON.stringify(wanted)}`;
  } catch (error) {
    return error instanceof Mistake && error.code === wanted ? undefined : String(error);
  }
}

/** What is declared is no symmetry, and is refused. */
const refused = (given: Toy): Expected => ({
  system: () => toy(given),
  options: { reduce: { symmetry: true } },
  says: () => 'it is taken for one',
  wanted: 'SD_BAD_SYMMETRY',
});

/** Two processes without cells of their own. */
const TWO: Symmetry = { classes: [[0, 1].map((p) => ({ processes: [p], cells: [] }))] };

/** As many transitions, when every schedule is tried. */
const moves = (given: Toy, wanted: number, reduce: Reductions): Expected => ({
  system: () => toy(given),
  options: { reduce },
  says: ({ transitions }) => transitions,
  wanted,
});

/** Two CPUs alike: the first to come finds nothing. */
export const LAST: Toy = {
  ...TWINS,
  processes: [0, 1].map(
    (cpu) =>
      function* () {
        yield* store(1 + cpu, 1 + (yield* load(3)));
        yield* store(3, 1);
      },
  ),
};

/**
 * Places of the twins: 4 * 4 ordered pairs, 10 unordered ones. The third process has not looked (10), has seen 0 and ended (10), or has
 * looked and not ended. It saw one bit: the twin it saw is at 1..3, the other anywhere: 3 * 4; both bits: 9 ordered, 6 unordered pairs.
 * Ends after seeing something are ends like the others.
 */
const TWIN_STATES: Expected = {
  system: () => toy(TWINS),
  options: { reduce: { symmetry: true } },
  says: ({ states }) => states,
  wanted: 10 + 10 + 12 + 6,
};

/** By the name of the rule, as `judges/mutate/rules.mjs` has it. */
export const EXPECTED: Readonly<Record<string, Expected>> = {
  'symmetry: cell values permuted': TWIN_STATES,
  'symmetry: observed values permuted': TWIN_STATES,
  'canonical: permutations tried': TWIN_STATES,
  'canonical: processes permuted': TWIN_STATES,
  'canonical: cells permuted': TWIN_STATES,
  // Where one ends the other gives up: neither is a step that does anything.
  'symmetry check: edges': refused({
    processes: [
      () => inc(0, 1),
      function* () {
        yield* inc(0, 1);
        yield* giveUp();
      },
    ],
    symmetry: TWO,
  }),
  'symmetry check: updates': refused({ processes: [() => store(0, 1), () => store(0, 2)], symmetry: TWO }),
  'symmetry check: claims': refused({ ...TWINS, marks: { somebody: [isNot(1, 1)] } }),
  'symmetry check: finals': refused({
    ...LAST,
    finals: [{ claim: 'the first goes last', on: 'tally', holds: (cells) => cells.get(1) === 1 }],
  }),
  // Rules of sleep sets that no system is known to need: these show that they are kept. Nothing that is stored here changes a cell.
  'sleep: merge intersects': moves(
    {
      processes: [
        function* () {
          yield* load(1);
          yield* load(0);
        },
        function* () {
          yield* store(1, 0);
          yield* load(0);
        },
      ],
    },
    10,
    { sleep: true },
  ),
  'sleep: backtracks sleep on explored only': moves(
    {
      cells: [2],
      processes: [
        {
          role: 'daemon',
          *body() {
            yield* awaitValue(0, 2);
            yield* flip(2);
          },
        },
        () => load(1),
        () => load(0),
      ],
    },
    17,
    { sleep: true },
  ),
  'sleep: permuted with the state': moves(
    {
      ...TWINS,
      marks: {},
      processes: [
        ...[0, 1].map(
          (cpu) =>
            function* () {
              yield* or(0, 1 << cpu);
              yield* load(3);
              yield* lock(4);
            },
        ),
        () => store(5, 0),
      ],
    },
    21,
    { sleep: true, symmetry: true },
  ),
  // The first round makes one schedule, to its end; the second has to try all orders, and does not come so far.
  'fixpoint: earlier findings kept': {
    system: () => toy({ processes: [1, 2, 3, 4].map((value) => () => store(0, value)), finals: [isNot(0, 4)] }),
    options: { reduce: { ...ALL_REDUCTIONS, rehearse: false }, maxStates: 10 },
    says: ({ outcome, violations }) => [outcome, violations.length],
    wanted: ['bound', 1],
  },
  // p1 shuts its own gate where p0 came first, and is stuck after these two moves: what it did not wait for would be a third.
  'local: gated': {
    system: () =>
      toy({
        processes: [
          () => store(4, 1),
          {
            gates: [0],
            *body() {
              yield* storeIf(4, 0, 1);
              yield* load(2);
              yield* inc(3, 1);
            },
          },
        ],
      }),
    options: { reduce: { local: true } },
    says: ({ deadlock }) => deadlock?.schedule.length,
    wanted: 2,
  },
  // The table grows at 512.
  'store: rehashing': {
    system: () =>
      toy({
        processes: [0, 1, 2, 3].map(
          (cell) =>
            function* () {
              for (let i = 0; i < 5; i++) yield* inc(cell, 1);
            },
        ),
      }),
    options: {},
    says: ({ states }) => states,
    wanted: 6 ** 4,
  },
};
