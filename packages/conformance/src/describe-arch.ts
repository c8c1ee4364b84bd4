/** What every architecture must pass, told as jest suites. */
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RELEASE, hooksOf, judgeScenario, MAX_STATES, type ArchSpec, type Configuration, type Scenario, type Verdict } from '@shootdown/core';
import { alone } from './alone.ts';
import { contracts } from './asks.ts';
import { together } from './together.ts';

/** Enough for the biggest story on a slow machine. */
const MINUTES = 3 * 60_000;

const today: Configuration = { release: DEFAULT_RELEASE, says: 'the hooks as they are' };

/** How a story went: `clean`, or which sentence broke, with the steps that led there. */
export async function tell(arch: ArchSpec, scenario: Scenario): Promise<string> {
  const verdict = await judgeScenario(arch, scenario, today, today.release, { maxStates: MAX_STATES });
  return verdict.outcome === 'violates' || verdict.outcome === 'deadlock' ? broken(verdict) : verdict.outcome;
}

const broken = ({ counterexample }: Verdict): string => `${counterexample?.claim}\n${JSON.stringify(counterexample?.trace, undefined, 1)}`;

const aloneStory = (name: string, does: Scenario['setup'][number]['does']): Scenario => ({
  name, title: name, cpus: 1, asks: contracts, setup: [],
  areas: [{ from: 0, to: 2, thp: 'never' }, { from: 2, to: 4, thp: 'always' }],
  threads: [{ name: 'A', cpu: 0, runs: 0, does }],
});

/** @param arch one architecture; a package that has several calls this for each */
export function describeArch(arch: ArchSpec): void {
  describe(`${arch.id} as an architecture`, () => {
    test('every hook has a body, and its own bodies say where they stand in Linux', () => {
      const nowhere = hooksOf(arch).filter((body) => body.own && !body.source);
      expect(nowhere.map((body) => body.hookName)).toEqual([]);
    });

    describe('alone', () => {
      for (const [name, does] of Object.entries(alone)) test(name, async () => expect(await tell(arch, aloneStory(name, does))).toBe('clean'), MINUTES);
    });

    describe('with another CPU about', () => {
      for (const scenario of together) test(scenario.name, async () => expect(await tell(arch, scenario)).toBe('clean'), MINUTES);
    });
  });
}
