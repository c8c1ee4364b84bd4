/** The search against the oracle: live code, string keys, nothing shared but the words. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay } from '../../src/replay/counterexample.ts';
import { exploreSync } from '../../src/search/explore.ts';
import { oracle } from '../../src/testing/oracle.ts';
import { decodeSchedule, encodeSchedule } from '../../src/replay/token.ts';
import type { Schedule, System } from '../../src/api/system.ts';
import { program, systemOf } from './random-programs.ts';
import { load, store, toy } from './toy.ts';

const MOST = 1500;

/** Adds a claim that always holds, which notes the cells of every end the search finds. */
function noting(system: System): { system: System; finals: Set<string> } {
  const finals = new Set<string>();
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const note = {
    claim: '~ends are noted',
    on: 'violation' as const,
    holds: (store: { get(cell: number): number }) => {
      finals.add(
        cells
          .filter((cell) => store.get(cell) !== system.initial(cell))
          .map((cell) => `c${cell}=${store.get(cell)}`)
          .join(' '),
      );
      return true;
    },
  };
  return { system: { ...system, finals: [...system.finals, note] }, finals };
}

const byClaim = (a: { claim: string }, b: { claim: string }): number => (a.claim < b.claim ? -1 : 1);
const brokenBy = (system: System, schedule: Schedule): string[] => {
  const { events, brokenAtEnd } = replay(system, decodeSchedule(encodeSchedule(schedule)));
  return [...(events.at(-1)?.broken ?? []), ...brokenAtEnd].map(({ claim }) => claim);
};

describe('search and oracle', () => {
  test('agree on random programs, and every finding replays', () => {
    const seen = { states: 0, violations: 0, tallies: 0, deadlocks: 0, bounded: 0, daemons: 0, big: 0 };
    fc.assert(
      fc.property(program, (it) => {
        const { system, finals } = noting(toy(systemOf(it)));
        const found = exploreSync(system, { stopAtFirst: false, maxStates: MOST });
        fc.pre(found.outcome === 'complete');
        const judged = oracle(system, MOST);

        const { states, transitions, ends, bounded, deadlocks } = found;
        expect({ states, transitions, ends, bounded, deadlocks }).toEqual({
          states: judged.states,
          transitions: judged.transitions,
          ends: judged.ends,
          bounded: judged.bounded,
          deadlocks: judged.deadlocks,
        });
        expect([...finals].sort()).toEqual(judged.finals);
        expect(found.violations.map(({ claim, depth }) => ({ claim, depth })).sort(byClaim)).toEqual(judged.violated);
        expect(found.tally.map(({ claim, held, failed }) => ({ claim, held, failed })).sort(byClaim)).toEqual(
          judged.tally,
        );
        expect(found.deadlock?.schedule.length ?? -1).toBe(judged.deadlockDepth);

        for (const { claim, schedule, depth } of found.violations) {
          expect(schedule).toHaveLength(depth);
          expect(brokenBy(system, schedule)).toContain(claim);
        }
        for (const { claim, heldAt, failedAt } of found.tally) {
          if (failedAt) expect(brokenBy(system, failedAt)).toContain(claim);
          if (heldAt) expect(brokenBy(system, heldAt)).not.toContain(claim);
        }
        if (found.deadlock) expect(replay(system, found.deadlock.schedule).stuck).toEqual(found.deadlock.stuck);

        const first = exploreSync(system, { stopAtFirst: true, maxStates: MOST });
        expect(first.violations.length > 0).toBe(found.violations.length > 0);
        expect(first.outcome).toBe(found.violations.length > 0 ? 'stopped-at-violation' : 'complete');

        seen.states += states;
        seen.violations += found.violations.length;
        seen.tallies += found.tally.filter(({ held, failed }) => held > 0 && failed > 0).length;
        seen.deadlocks += deadlocks > 0 ? 1 : 0;
        seen.bounded += bounded > 0 ? 1 : 0;
        seen.daemons += it.threads[0]!.daemon ? 1 : 0;
        seen.big += states > 200 ? 1 : 0;
      }),
      { numRuns: 400 },
    );
    // Programs that do nothing agree on everything; these did something.
    for (const many of [seen.violations, seen.tallies, seen.deadlocks, seen.daemons, seen.big])
      expect(many).toBeGreaterThan(10);
    expect(seen.bounded).toBeGreaterThan(0);
  }, 120_000);

  test('the oracle itself, counted by hand: a lost update', () => {
    const increment = function* () {
      yield* store(0, (yield* load(0)) + 1);
    };
    // The 12 states listed in counted.test.ts.
    expect(oracle(toy({ processes: [increment, increment] }), 100)).toMatchObject({
      states: 12,
      ends: 2,
      deadlocks: 0,
      finals: ['c0=1', 'c0=2'],
    });
  });

  test('the oracle refuses a system with more states than it may see', () => {
    expect(() => oracle(toy({ processes: [() => load(0), () => load(0)] }), 3)).toThrow('3 states');
  });
});
