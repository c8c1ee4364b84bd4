/** What a search reports of claims, how short its schedules are, and when it stops. */
import { describe, expect, test } from '@jest/globals';
import { explore } from '../../src/search/explore.ts';
import { replay } from '../../src/replay/counterexample.ts';
import type { Progress } from '../../src/api/exploration.ts';
import { mergeFindings } from '../../src/search/found.ts';
import { ALL_REDUCTIONS } from '../../src/api/reductions.ts';
import { add, all, awaitValue, flip, isNot, load, mark, store, toy, within, type Toy } from './toy.ts';

/** Thread 1 sees c0 = 1 between the two stores of thread 0; it may first take a way around. */
const detour: Toy = {
  processes: [
    function* () {
      yield* store(0, 1);
      yield* store(0, 2);
    },
    function* () {
      if ((yield* flip(2)) === 0) for (let i = 0; i < 5; i++) yield* mark('way around');
      yield* mark('look');
    },
  ],
  marks: { look: [isNot(0, 1), isNot(0, 2)] },
};

/** Five threads of five steps: 6^5 states. */
const wide: Toy = {
  processes: Array.from(
    { length: 5 },
    (_, cell) =>
      function* () {
        for (let i = 0; i < 5; i++) yield* add(cell, 1);
      },
  ),
};

describe('what a search finds', () => {
  test('a counterexample is a shortest schedule', () => {
    const { violations, outcome } = all(detour);
    expect(outcome).toBe('complete');
    // flip to 1, store, look: 3 moves. One store more for the other claim.
    expect(violations.map(({ claim, depth, schedule }) => [claim, depth, schedule.length])).toEqual([
      ['c0 is not 1', 3, 3],
      ['c0 is not 2', 4, 4],
    ]);
    expect(violations[0]?.schedule).toContainEqual({ process: 1, choice: 1 });
  });

  test('stopAtFirst ends the search at the first violation', () => {
    const whole = all(detour);
    const first = all(detour, { stopAtFirst: true });
    expect(first).toMatchObject({ outcome: 'stopped-at-violation', violations: [{ claim: 'c0 is not 1', depth: 3 }] });
    expect(first.transitions).toBeLessThan(whole.transitions);
  });

  test('a claim that fails at the end stops a search too', () => {
    expect(all({ processes: [() => store(0, 1)], finals: [isNot(0, 1)] }, { stopAtFirst: true })).toMatchObject({
      outcome: 'stopped-at-violation',
      violations: [{ depth: 1 }],
    });
  });

  test('a tally counts each state once, and never stops', () => {
    const look = { processes: detour.processes, marks: { look: [isNot(0, 1, 'tally')] } };
    const [tally] = all(look, { stopAtFirst: true }).tally;
    // The look ends thread 1, whatever it did before: the state after it is c0 and the place of thread 0. By two edges, from two
    // histories, into each of three states.
    expect(tally).toMatchObject({ claim: 'c0 is not 1', held: 4, failed: 2 });
    expect(tally?.heldAt).toHaveLength(2);
    expect(tally?.failedAt).toHaveLength(3);
  });

  test('a tally is counted where the state was reached before by a step that judges nothing', () => {
    // After both: thread 0 last reaches the state first (breadth first, process 0 before 1 at each state), then the mark does.
    const result = all({ processes: [() => mark('look'), () => store(0, 1)], marks: { look: [isNot(0, 1, 'tally')] } });
    expect(result.tally).toMatchObject([{ held: 1, failed: 1 }]);
  });

  test('a step that overwrites a difference enters its state often, and is counted once', () => {
    // The daemon turns c0 through 0, 1 and 2; thread 0 writes 2 over each of them, into one state.
    const result = all({
      processes: [() => store(0, 2), { role: 'daemon', gates: [1], body: () => add(0, 1, 3) }],
      kinds: { store: [isNot(0, 0, 'tally')] },
    });
    expect(result.tally).toMatchObject([{ held: 1, failed: 0 }]);
  });

  test('a claim judged after steps and at the end keeps the shorter schedule', () => {
    // Flip 0, store, mark is found first: its state is expanded before the end after flip 1, store.
    const unchanged = {
      claim: 'c0 is 0',
      on: 'violation' as const,
      holds: (cells: { get(cell: number): number }) => cells.get(0) === 0,
    };
    const result = all({
      processes: [
        function* () {
          const way = yield* flip(2);
          yield* store(0, 1 + way);
          if (way === 0) yield* mark('look');
        },
      ],
      marks: { look: [unchanged] },
      finals: [unchanged],
    });
    expect(result.violations).toMatchObject([
      {
        depth: 2,
        schedule: [
          { process: 0, choice: 1 },
          { process: 0, choice: 0 },
        ],
      },
    ]);
  });

  test('coverage names the code and counts its local states', () => {
    const { reached } = all({ processes: [() => within('collapse', within('flush', load(0))), () => store(0, 1)] });
    expect(reached).toEqual([
      { where: ['collapse', 'flush'], kind: 'load', count: 1 },
      { where: [], kind: 'store', count: 1 },
    ]);
  });

  test('an exploration is plain data', () => {
    for (const result of [
      all(detour),
      all({ cells: [1], processes: [{ gates: [0], body: () => load(0) }] }),
      all(wide, { maxStates: 10 }),
    ]) {
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    }
  });
});

describe('a search ends', () => {
  test('with outcome complete when every state was expanded', () =>
    expect(all(wide)).toMatchObject({ outcome: 'complete', states: 6 ** 5, transitions: 5 * 5 * 6 ** 4, depth: 25 }));

  test('at maxStates only when there are more states than that', () => {
    expect(all(wide, { maxStates: 6 ** 5 }).outcome).toBe('complete');
    expect(all(wide, { maxStates: 6 ** 5 - 1 })).toMatchObject({
      outcome: 'bound',
      bound: 'maxStates',
      states: 6 ** 5,
    });
  });

  test('at maxDepth, and says that deeper states exist', () => {
    expect(all(wide, { maxDepth: 25 }).outcome).toBe('complete');
    // Ways to spread at most two steps over five threads: 1 + 5 + 15.
    expect(all(wide, { maxDepth: 2 })).toMatchObject({ outcome: 'bound', bound: 'maxDepth', states: 21, depth: 2 });
  });

  test('a claim that fails in a state beyond the bound is found all the same', () => {
    const result = all({ processes: [() => store(0, 1)], kinds: { store: [isNot(0, 1)] } }, { maxStates: 1 });
    expect(result).toMatchObject({ outcome: 'bound', states: 2, violations: [{ depth: 1 }] });
  });

  test('at deadlineMs', () =>
    expect(all(wide, { deadlineMs: 0 })).toMatchObject({ outcome: 'bound', bound: 'deadlineMs' }));

  test('when its signal is aborted between two pieces', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const result = await explore(toy(wide), { stopAtFirst: false, maxStates: 1e6, signal: controller.signal });
    expect(result.outcome).toBe('interrupted');
    expect(result.states).toBeGreaterThan(1);
    expect(result.states).toBeLessThan(6 ** 5);
  });

  test('when its signal was aborted before it began', async () => {
    const result = await explore(toy(wide), { stopAtFirst: false, maxStates: 1e6, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ outcome: 'interrupted', states: 1, transitions: 0 });
  });

  test('after it has reported progress', async () => {
    const seen: Progress[] = [];
    const big: Toy = {
      processes: Array.from(
        { length: 6 },
        (_, cell) =>
          function* () {
            for (let i = 0; i < 6; i++) yield* add(cell, 1);
          },
      ),
    };
    await explore(toy(big), { stopAtFirst: false, maxStates: 1e6, onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(({ states, waiting }) => waiting <= states)).toBe(true);
  });
});

describe('what a round found is not lost when the next one comes to a bound', () => {
  /** The first round makes one schedule, to its end; the next has to try all orders, and does not come so far. */
  const orders = (count: number): Toy['processes'] =>
    Array.from({ length: count }, (_, value) => () => store(0, value + 1));
  const bound = { reduce: { ...ALL_REDUCTIONS, rehearse: false }, maxStates: 10 };

  test('a claim that fails, and one that is counted', () => {
    const finals = [isNot(0, 4), isNot(0, 4, 'tally'), isNot(0, 9, 'tally')].map((check, i) => ({
      ...check,
      claim: `${i}`,
    }));
    const found = all({ processes: orders(4), finals }, bound);
    expect(found).toMatchObject({
      outcome: 'bound',
      violations: [{ claim: '0', depth: 4 }],
      tally: [
        { claim: '1', held: 0, failed: 1 },
        { claim: '2', held: 1, failed: 0 },
      ],
    });
    expect(found.rounds).toBeGreaterThan(1);
    expect(replay(toy({ processes: orders(4), finals }), found.violations[0]!.schedule).brokenAtEnd).toMatchObject([
      { claim: '0' },
      { claim: '1' },
    ]);
  });

  test.each([true, false])('a deadlock, stopAtFirst: %s', (stopAtFirst) => {
    // Whoever waits for 9 waits for ever.
    const processes = [...orders(4), () => awaitValue(0, 9)];
    const found = all({ processes }, { ...bound, stopAtFirst });
    expect(found).toMatchObject({ outcome: 'bound', deadlock: { stuck: [{ process: 'p4' }] } });
    expect(replay(toy({ processes }), found.deadlock!.schedule).stuck).toMatchObject([{ process: 'p4' }]);
  });

  test('a round that is cut off adds to what was found before', () => {
    const violation = (claim: string, depth: number) => ({ claim, depth, schedule: [] });
    const limit = (why: string, states: number) => ({ process: 'p', where: [], why, states });
    const [early, late] = [
      { process: 0, choice: 0 },
      { process: 1, choice: 0 },
    ];
    expect(
      mergeFindings(
        {
          violations: [violation('b', 2)],
          tally: [{ claim: 'c', held: 3, failed: 0, heldAt: [late] }],
          gaveUp: [limit('x', 2)],
        },
        {
          violations: [violation('a', 5), violation('b', 1)],
          tally: [{ claim: 'c', held: 1, failed: 1, heldAt: [early], failedAt: [early] }],
          gaveUp: [limit('x', 1), limit('y', 1)],
        },
      ),
    ).toEqual({
      violations: [violation('b', 2), violation('a', 5)],
      tally: [{ claim: 'c', held: 3, failed: 1, heldAt: [late], failedAt: [early] }],
      gaveUp: [limit('x', 2), limit('y', 1)],
    });
  });
});
