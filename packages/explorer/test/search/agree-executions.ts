/** Do the judges that know executions agree with each other, and with the search? */
import { exploreSync } from '../../src/search/explore.ts';
import { ALL_REDUCTIONS } from '../../src/api/reductions.ts';
import type { System } from '../../src/api/system.ts';
import { TooMany, Touching, type Outcome } from './executions.ts';
import { sleepSets } from './sleep-sets.ts';
import { sourceDpor } from './source-dpor.ts';

/**
 * Counts the complete executions of a system in both ways, and compares claims and deadlocks with a search, reduced and not.
 * @returns what sleep sets found, and the first difference in words; `too big` when one of the bounds was met
 */
export function countedUnlike(
  system: System,
  most: number,
  longest: number,
): 'too big' | { readonly sleep: Outcome; readonly wrong: string | undefined } {
  const options = { stopAtFirst: false, maxStates: 1000 };
  const plain = exploreSync(system, options);
  if (plain.outcome !== 'complete') return 'too big';
  let sleep: Outcome;
  let dpor: Outcome;
  try {
    const touching = new Touching(system, 10 * most);
    sleep = sleepSets(system, touching, most, longest);
    dpor = sourceDpor(system, touching, most, longest);
  } catch (error) {
    if (error instanceof TooMany) return 'too big';
    throw error;
  }
  const say = ({ violated, deadlocks }: { violated: Iterable<string>; deadlocks: number }): string =>
    JSON.stringify([[...violated].sort(), deadlocks > 0]);
  const [a, b] = [
    [sleep.complete, sleep.deadlocks],
    [dpor.complete, dpor.deadlocks],
  ].map(String);
  if (a !== b || say(sleep) !== say(dpor))
    return {
      sleep,
      wrong: `sleep sets: ${a} executions and deadlocks, ${say(sleep)}; source-DPOR: ${b}, ${say(dpor)}`,
    };
  for (const found of [plain, exploreSync(system, { ...options, reduce: ALL_REDUCTIONS })]) {
    const said = say({ ...found, violated: found.violations.map(({ claim }) => claim) });
    if (said !== say(sleep)) return { sleep, wrong: `the search says ${said}, executions say ${say(sleep)}` };
  }
  return { sleep, wrong: undefined };
}
