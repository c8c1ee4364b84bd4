/** Two judges that keep no states: they know executions, and agree on how many there are. */
import { describe, expect, test } from '@jest/globals';
import type fc from 'fast-check';
import type { System } from '../../src/api/system.ts';
import { TooMany, Touching, type Outcome } from './executions.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { expectEqualCounts, LONGEST, MOST } from './random-executions.ts';
import { program, systemOf as programOf } from './random-programs.ts';
import { sleepSets } from './sleep-sets.ts';
import { sourceDpor } from './source-dpor.ts';
import { awaitValue, inc, isNot, load, lock, mark, store, toy, unlock, type Toy } from './toy.ts';

const counted = (system: System, count: typeof sleepSets): Outcome =>
  count(system, new Touching(system, 10 * MOST), MOST, LONGEST);
const counts = (system: System) => [sleepSets, sourceDpor].map((count) => counted(system, count).complete);

describe('executions that differ in more than the order of moves that commute', () => {
  const both = (first: number, second: number) =>
    function* () {
      yield* lock(first);
      yield* lock(second);
      yield* unlock(second);
      yield* unlock(first);
    };
  const cases: [string, Toy, number][] = [
    ['threads that never meet: one', { processes: [() => store(0, 1), () => store(1, 1), () => load(2)] }, 1],
    ['a store before a load, or after it', { processes: [() => store(0, 1), () => load(0)] }, 2],
    [
      'two loads and a store: it comes before each of them, or after',
      { processes: [() => load(0), () => load(0), () => store(0, 1)] },
      4,
    ],
    ['three stores: every order', { processes: [1, 2, 3].map((n) => () => store(0, n)) }, 6],
    ['a lock: either order', { processes: [both(0, 1), both(0, 1)] }, 2],
    [
      'locks in opposite orders: either thread has both first, or each has one',
      { processes: [both(0, 1), both(1, 0)] },
      3,
    ],
    ['who waits for a store comes after it', { processes: [() => store(0, 1), () => awaitValue(0, 1)] }, 1],
    // The lock is given back before p1 wants it: that must not hide that p1 might have been first.
    [
      'a lock that is free again',
      {
        processes: [
          both(0, 1),
          function* () {
            yield* store(5, 1);
            yield* lock(0);
          },
        ],
      },
      2,
    ],
    [
      'claims look: a mark before a store, or after it',
      { processes: [() => mark('a'), () => store(0, 1)], marks: { a: [isNot(0, 1)] } },
      2,
    ],
    [
      'updates are ordered too: nothing is known here that commutes',
      { processes: [() => inc(0, 1), () => inc(0, 1)] },
      2,
    ],
  ];
  test.each(cases)('%s', (_what, system, count) => {
    expect(counts(toy(system))).toEqual([count, count]);
  });

  test('a system with too many is refused', () => {
    expect(() => counted(toy({ processes: [1, 2, 3, 4, 5, 6].map((n) => () => store(0, n)) }), sleepSets)).toThrow(
      TooMany,
    );
    expect(() => counted(toy({ processes: [{ role: 'daemon', body: () => inc(0, 1, 2) }] }), sourceDpor)).toThrow(
      TooMany,
    );
  });
});

describe('sleep sets, source-DPOR and the search', () => {
  test.each<[string, fc.Arbitrary<unknown>, (it: never) => System, number]>([
    ['toy machines', machine, (it) => toy(machineOf(it)), 20],
    ['toy programs', program, (it) => toy(programOf(it)), 100],
  ])(
    'agree on %s',
    (_name, arbitrary, systemOf, numRuns) => {
      expectEqualCounts(arbitrary, systemOf, numRuns);
    },
    120_000,
  );
});
