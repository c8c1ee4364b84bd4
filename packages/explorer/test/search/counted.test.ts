/** Small state spaces, counted by hand. */
import { describe, expect, test } from '@jest/globals';
import { add, all, awaitValue, flip, giveUp, isNot, load, lock, mark, store, unlock } from './toy.ts';

describe('counted by hand', () => {
  test('nothing to do is one state and one end', () => {
    expect(all({ processes: [] })).toMatchObject({ outcome: 'complete', states: 1, transitions: 0, depth: 0, ends: 1 });
  });

  test('two threads of two independent steps are a 3 x 3 grid', () => {
    // Each thread is at step 0, 1 or ended, and the cells follow from that. 2 * 3 moves along each axis.
    const result = all({
      processes: [0, 2].map(
        (cell) =>
          function* () {
            yield* store(cell, 1);
            yield* store(cell + 1, 1);
          },
      ),
    });
    expect(result).toMatchObject({
      outcome: 'complete',
      states: 9,
      transitions: 12,
      depth: 4,
      ends: 1,
      deadlocks: 0,
      nodes: 6,
    });
  });

  test('two unlocked increments lose one', () => {
    // L = load, S = store. Start; A after L (x=0); B after L (x=0); both after L;           1 + 2 + 1
    // A ended, B not begun (x=1); B ended, A not begun (x=1);                               2
    // A ended, B holds 0 (x=1); B ended, A holds 0 (x=1); A ended, B holds 1; B ended, A holds 1;   4
    // both ended with x=1 (lost); both ended with x=2.                                      2
    const increment = function* () {
      yield* store(0, (yield* load(0)) + 1);
    };
    const result = all({ processes: [increment, increment], finals: [isNot(0, 1)] });
    expect(result).toMatchObject({ states: 12, ends: 2, depth: 4 });
    expect(result.violations).toEqual([
      { claim: 'c0 is not 1', depth: 4, schedule: [0, 1, 0, 1].map((process) => ({ process, choice: 0 })) },
    ]);
  });

  test('a lock keeps the increments apart', () => {
    const increment = function* () {
      yield* lock(1);
      yield* store(0, (yield* load(0)) + 1);
      yield* unlock(1);
    };
    // One after the other: start; 3 states while A holds the lock; A ended; 3 while B holds it; both ended. The same with B first,
    // start and end shared.
    expect(all({ processes: [increment, increment], finals: [isNot(0, 1)] })).toMatchObject({
      states: 16,
      transitions: 16,
      violations: [],
      deadlocks: 0,
    });
  });

  test('each outcome of a choice is a state, and the schedule says which', () => {
    // Start, and an end for each of the three values: ended code remembers nothing, the cell does.
    const result = all({
      processes: [
        function* () {
          yield* store(0, yield* flip(3));
        },
      ],
      finals: [isNot(0, 2)],
    });
    // Start, three local states after the choice, three ends.
    expect(result).toMatchObject({ states: 7, transitions: 6, ends: 3 });
    expect(result.violations[0]?.schedule).toEqual([
      { process: 0, choice: 2 },
      { process: 0, choice: 0 },
    ]);
  });

  test('a step with no outcome at all cannot happen', () => {
    expect(all({ processes: [() => flip(0)] })).toMatchObject({
      states: 1,
      deadlocks: 1,
      deadlock: { schedule: [], stuck: [{ process: 'p0', waitsFor: 'flip' }] },
    });
  });

  test('a daemon starts again, and may stay idle for ever', () => {
    // The main raises c0 twice; the daemon waits for c0 = 1 and clears it.
    // main 0 raised: daemon idle, c0=0. main 1: c0=1 idle; c0=1 past the wait; c0=0 idle again. main 2 (ended): the same three,
    // and past the wait with c0 = 1 once more from each order: the history starts afresh, so these are the same states.
    const result = all({
      processes: [
        function* () {
          yield* store(0, 1);
          yield* store(0, 1);
        },
        {
          role: 'daemon',
          *body() {
            yield* awaitValue(0, 1);
            yield* store(0, 0);
          },
        },
      ],
    });
    expect(result).toMatchObject({ outcome: 'complete', states: 7, nodes: 5, ends: 1, deadlocks: 0 });
  });

  test('a gate holds a process up while its cell is not 0', () => {
    // The handler (p1) sets c0 = 1, does its work, clears it. Below it, p0 makes one step, never in between:
    // p0 not begun: handler at 0, 1, 2, ended. p0 ended: the same four. p0 moves where c0 = 0: handler at 0 and at the end.
    const result = all({
      processes: [
        { gates: [0], body: () => store(1, 1) },
        function* () {
          yield* store(0, 1);
          yield* mark('busy');
          yield* store(0, 0);
        },
      ],
      marks: { busy: [isNot(1, 1, 'tally')] },
    });
    expect(result).toMatchObject({ states: 8, transitions: 8 });
    expect(result.tally).toMatchObject([{ held: 1, failed: 1 }]);
  });

  test('a gate that never opens is a deadlock that names its cell', () => {
    const result = all({ cells: [1], processes: [{ gates: [0], body: () => store(1, 1) }] });
    expect(result.deadlock).toEqual({ schedule: [], stuck: [{ process: 'p0', waitsFor: 'c0' }] });
  });

  test('ABBA: two locks in opposite orders', () => {
    const both = (first: number, second: number) =>
      function* () {
        yield* lock(first);
        yield* lock(second);
        yield* unlock(second);
        yield* unlock(first);
      };
    const result = all({ processes: [both(0, 1), both(1, 0)] });
    expect(result.deadlocks).toBe(1);
    expect(result.deadlock).toEqual({
      schedule: [
        { process: 0, choice: 0 },
        { process: 1, choice: 0 },
      ],
      stuck: [
        { process: 'p0', waitsFor: 'lock 1' },
        { process: 'p1', waitsFor: 'lock 0' },
      ],
    });
    // Places of A and B: 0, first lock, both, first again, ended. Of 5 x 5, five clash over a lock: A at 1..3 with B at 2, A at 2 with
    // B at 1..3. And (3, 3) has only clashes before it. 25 - 5 - 1.
    expect(result).toMatchObject({ states: 19, ends: 1 });
    expect(all({ processes: [both(0, 1), both(0, 1)] })).toMatchObject({ deadlocks: 0 });
  });

  test('a process that gives up is neither an end nor a deadlock, even with a lock held', () => {
    const result = all({
      processes: [
        function* () {
          yield* lock(0);
          if ((yield* flip(2)) === 1) yield* giveUp();
          yield* unlock(0);
        },
        () => lock(0),
      ],
      finals: [isNot(0, 0, 'tally')],
    });
    // p1 first and p0 for ever outside: a true deadlock. p0 gave up inside: bounded. p0 done, then p1: an end.
    expect(result).toMatchObject({ deadlocks: 1, bounded: 1, ends: 1 });
    expect(result.gaveUp).toMatchObject([
      { process: 'p0', states: 1, schedule: [{ process: 0 }, { process: 0, choice: 1 }] },
    ]);
    expect(result.tally).toMatchObject([{ held: 1, failed: 0 }]);
  });

  test('fetch-and-add hands out every ticket once', () => {
    const ticket = function* () {
      yield* store(1 + (yield* add(0, 1)), 1);
    };
    // By number of tickets taken. 0: 1. 1: three threads, holding or ended: 6. 2: three pairs of threads, both holding 2, one holding
    // 2 * 2 tickets, both ended 1: 21. 3: none ended 6, one 3 * 3 tickets * 2, two 3 * 3, all 1: 34. Who had which ticket is
    // forgotten at the end.
    const result = all({ processes: [ticket, ticket, ticket], finals: [isNot(1, 0), isNot(2, 0), isNot(3, 0)] });
    expect(result).toMatchObject({ states: 62, violations: [], ends: 1, depth: 6 });
  });
});
