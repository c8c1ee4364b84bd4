/** Reduced searches against the unreduced one and the oracle: same claims, same ends, same code reached. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay } from '../../src/replay/counterexample.ts';
import { exploreSync } from '../../src/search/explore.ts';
import { byHistory } from '../../src/learned/local-identity.ts';
import { oracle } from '../../src/testing/oracle.ts';
import { ALL_REDUCTIONS } from '../../src/api/reductions.ts';
import { difference, noting, sayOf } from './agree.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { program, systemOf as programOf } from './random-programs.ts';
import { twins, systemOf as twinsOf } from './random-twins.ts';
import { nothingLeft } from '../../src/testing/leak-check.ts';
import { awaitValue, inc, isNot, load, lock, store, toy, unlock, type Toy } from './toy.ts';

/** A few of each; `npm run oracle` tries more, and of more families. */
const RANDOM = Math.floor(Math.random() * 2 ** 31);
const SEEDS = [1, 2, 3, RANDOM];

/** Random systems of one seed, each compared; the seed is in the message of what fails. */
function compare<T>(arbitrary: fc.Arbitrary<T>, systemOf: (it: T) => Toy, seed: number): void {
  fc.assert(
    fc.property(arbitrary, (it) => {
      const found = difference(toy(systemOf(it)), 400);
      fc.pre(found !== 'too big');
      expect(found).toBeUndefined();
    }),
    { seed, numRuns: 40, endOnFailure: true },
  );
}

describe('all reductions, alone and together', () => {
  test.each(SEEDS)('random machines of seed %d', (seed) => compare(machine, machineOf, seed), 60_000);
  test.each(SEEDS)('random programs of seed %d', (seed) => compare(program, programOf, seed), 60_000);

  test.each(SEEDS)('threads alike of seed %d', (seed) => compare(twins, twinsOf, seed), 60_000);

  test('agree with the oracle on random machines', () => {
    let [violated, deadlocks] = [0, 0];
    fc.assert(
      fc.property(machine, (it) => {
        const system = toy(machineOf(it));
        fc.pre(exploreSync(system, { stopAtFirst: false, maxStates: 300 }).outcome === 'complete');
        const judged = oracle(system, 300);
        const { found, finals } = sayOf(system, { ...ALL_REDUCTIONS, local: false, deadCells: false }, 300);
        expect(found.violations.map(({ claim }) => claim).sort()).toEqual(judged.violated.map(({ claim }) => claim));
        expect(finals).toEqual(judged.finals);
        expect([found.deadlocks, found.ends, found.bounded]).toEqual([judged.deadlocks, judged.ends, judged.bounded]);
        violated += judged.violated.length;
        deadlocks += judged.deadlocks;
      }),
      { seed: 5, numRuns: 100 },
    );
    expect(violated).toBeGreaterThan(5);
    expect(deadlocks).toBeGreaterThan(5);
  }, 60_000);
});

/** Both take two locks, in opposite orders, around steps of their own. */
const abba: Toy = {
  processes: [
    [0, 1, 2],
    [1, 0, 3],
  ].map(
    ([first, second, own]) =>
      function* () {
        yield* load(own!);
        yield* lock(first!);
        yield* lock(second!);
        yield* unlock(second!);
        yield* unlock(first!);
        yield* store(own!, 1);
      },
  ),
};

describe('what a reduced search reports', () => {
  test('a deadlock by a shortest schedule', () => {
    const plain = exploreSync(toy(abba), { stopAtFirst: true, maxStates: 1000 });
    const reduced = exploreSync(toy(abba), { stopAtFirst: true, maxStates: 1000, reduce: ALL_REDUCTIONS });
    expect(reduced.deadlock).toEqual(plain.deadlock);
    expect(reduced.states).toBeLessThan(plain.states);
  });

  test('a violation by a shortest schedule', () => {
    const late: Toy = {
      processes: [...abba.processes.slice(0, 1), () => store(5, 1)],
      kinds: { store: [isNot(5, 1)] },
    };
    const found = exploreSync(toy(late), { stopAtFirst: true, maxStates: 1000, reduce: ALL_REDUCTIONS });
    expect(found).toMatchObject({ outcome: 'stopped-at-violation', violations: [{ depth: 1 }] });
  });

  test('schedules through states that were not kept can be replayed', () => {
    const system: Toy = { processes: [...abba.processes], finals: [isNot(2, 1)] };
    const found = exploreSync(toy(system), { stopAtFirst: false, maxStates: 1000, reduce: ALL_REDUCTIONS });
    expect(replay(toy(system), found.violations[0]!.schedule).brokenAtEnd).toHaveLength(1);
    expect(replay(toy(system), found.deadlock!.schedule).stuck).toHaveLength(2);
  });

  test('with a bound on depth nothing is reduced', () => {
    const bounded = exploreSync(toy(abba), {
      stopAtFirst: false,
      maxStates: 1000,
      maxDepth: 3,
      reduce: ALL_REDUCTIONS,
    });
    const { seconds: _, ...plain } = exploreSync(toy(abba), { stopAtFirst: false, maxStates: 1000, maxDepth: 3 });
    expect(bounded).toMatchObject(plain);
  });

  test('persistent sets leave one path of independent threads', () => {
    const wide = toy({ processes: [0, 1, 2, 3].map((cell) => () => store(cell, 1)) });
    expect(exploreSync(wide, { stopAtFirst: false, maxStates: 1000, reduce: { persistent: true } }).states).toBe(5);
  });
});

describe('a livelock is found', () => {
  const clock = { role: 'daemon' as const, body: () => inc(7, 1, 2) };

  /** The clock's cell is 0 again after two ticks. */
  const tick = (process: number) => ({ process, choice: 0 });

  test('a wait for what nobody does, while others go round: what they do again and again is told', () => {
    const found = exploreSync(toy({ processes: [() => awaitValue(0, 1), clock] }), {
      stopAtFirst: false,
      maxStates: 100,
    });
    expect(found).toMatchObject({
      outcome: 'complete',
      deadlocks: 0,
      neverEnds: { schedule: [tick(1), tick(1)], loop: 0, stuck: [{ process: 'p0', waitsFor: 'cell 0 to be 1' }] },
    });
  });

  test('only from some state on', () => {
    const missed = toy({ processes: [() => awaitValue(0, 0), () => store(0, 1), clock] });
    expect(exploreSync(missed, { stopAtFirst: false, maxStates: 100 }).neverEnds).toMatchObject({
      schedule: [tick(1), tick(2), tick(2)],
      loop: 1,
    });
  });

  test('not while somebody may still do it, nor where all has ended and a daemon goes on', () => {
    const done = toy({ processes: [() => awaitValue(0, 1), () => store(0, 1), clock] });
    expect(exploreSync(done, { stopAtFirst: false, maxStates: 100 }).neverEnds).toBeUndefined();
  });

  test('its replay says where the loop begins', () => {
    const system = toy({ processes: [() => awaitValue(0, 0), () => store(0, 1), clock] });
    const { schedule } = exploreSync(system, { stopAtFirst: false, maxStates: 100 }).neverEnds!;
    expect(replay(system, schedule, byHistory).loop).toEqual({ from: 2, processes: [{ process: 'p0', where: [] }] });
    // One tick: no state is there again.
    expect(replay(system, schedule.slice(0, -1), byHistory).loop).toBeUndefined();
  });

  test('not where there is a deadlock', () => {
    const { deadlocks, neverEnds } = exploreSync(toy({ processes: [() => awaitValue(0, 1)] }), {
      stopAtFirst: false,
      maxStates: 100,
    });
    expect([deadlocks, neverEnds]).toEqual([1, undefined]);
  });
});

test('a leak check names what is left behind', () => {
  const names = { name: (cell: number) => `c${cell}`, value: (_cell: number, value: number) => String(value) };
  const leak = nothingLeft(
    'nothing is left behind',
    new Map([
      [3, 0],
      [4, 0],
      [5, 1],
    ]),
    names,
  );
  const system: Toy = {
    cells: [0, 0, 0, 0, 0, 1],
    processes: [
      () => lock(3),
      function* () {
        yield* lock(4);
        yield* unlock(4);
      },
    ],
    finals: [leak],
  };
  const [violation] = exploreSync(toy(system), {
    stopAtFirst: true,
    maxStates: 100,
    reduce: ALL_REDUCTIONS,
  }).violations;
  expect(replay(toy(system), violation!.schedule).brokenAtEnd).toEqual([
    { claim: 'nothing is left behind', seen: 'c3 is 1' },
  ]);
});

describe('hash compaction', () => {
  const wide = toy({
    processes: [0, 1, 2, 3, 4, 5].map(
      (cell) =>
        function* () {
          for (let i = 0; i < 4; i++) yield* inc(cell, 1);
        },
    ),
  });

  test('counts the same states, and says how likely it is that some were missed', () => {
    const exact = exploreSync(wide, { stopAtFirst: false, maxStates: 1e5 });
    for (const seed of [1, 2]) {
      const found = exploreSync(wide, { stopAtFirst: false, maxStates: 1e5, compact: { seed } });
      expect(found).toMatchObject({
        states: exact.states,
        transitions: exact.transitions,
        depth: exact.depth,
        omissionRisk: exact.states ** 2 / 2 ** 65,
      });
    }
    expect(exact.states).toBe(5 ** 6);
  });

  test('keeps schedules to states whose records were dropped', () => {
    const { system } = noting({ ...wide, finals: [isNot(0, 4)] });
    const [violation] = exploreSync(system, { stopAtFirst: false, maxStates: 1e5, compact: { seed: 3 } }).violations;
    expect(replay(system, violation!.schedule).brokenAtEnd.map(({ claim }) => claim)).toEqual(['c0 is not 4']);
  });
});
