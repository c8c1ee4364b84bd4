/** Asks from a program what `shootdown run` asks on the command line. */
import { arm64 } from '@shootdown/arch-arm64';
import { judgeScenario, MAX_STATES } from '@shootdown/core';
import { races } from '@shootdown/workloads';

// begin ask
/** Steps of a shortest interleaving in which a race breaks before its fix, without what leads up to it. */
export async function ask(id: string): Promise<string[]> {
  const race = races.find((one) => one.id === id);
  if (!race) throw new Error(`there is no race ${id}`);
  const verdict = await judgeScenario(arm64, race.scenario, race.before, 'before', { maxStates: MAX_STATES });
  const { claim, trace } = verdict.counterexample ?? {};
  const pins = trace?.events.filter((event) => event.changes.some(({ cell }) => cell.endsWith('.refcount'))) ?? [];
  return [`${verdict.outcome}: ${claim}`, ...pins.map((event) => `${event.number} ${event.process}: ${event.text}`)];
}
// end ask
