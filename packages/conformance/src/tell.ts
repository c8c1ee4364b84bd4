/** Judges one story of the kit. */
import {
  DEFAULT_RELEASE,
  judgeScenario,
  MAX_STATES,
  type ArchSpec,
  type Configuration,
  type Counterexample,
  type Scenario,
} from '@shootdown/core';

const today: Configuration = { release: DEFAULT_RELEASE, says: 'the hooks as they are' };

/** How a story went: `clean`, another outcome, or the sentence that broke and how. */
export async function tell(arch: ArchSpec, scenario: Scenario): Promise<string> {
  const { outcome, counterexample } = await judgeScenario(arch, scenario, today, today.release, {
    maxStates: MAX_STATES,
  });
  return counterexample ? broken(counterexample) : outcome;
}

const broken = ({ claim, trace }: Counterexample): string =>
  [`broken: ${claim}`, ...trace.events.map((e) => `  ${e.process}: ${e.text}`)].join('\n');
