/** What a scenario says of CPUs, threads and areas has to fit together; and how a scenario that does not is refused. */
import { Mistake, didYouMean } from '@shootdown/explorer';
import type { Scenario } from '../workload/scenario.ts';

/**
 * @param pages how many pages the small tree has
 * @throws Mistake SD_BAD_SCENARIO
 */
export function checkScenario(scenario: Scenario, pages: number): void {
  if (!(scenario.cpus >= 1 && scenario.cpus <= 16)) raise(scenario, `cpus is ${scenario.cpus}; it goes from 1 to 16`);
  for (const t of scenario.threads)
    if (!(t.cpu >= 0 && t.cpu < scenario.cpus))
      raise(scenario, `thread ${t.name} is on cpu${t.cpu}, but there are ${scenario.cpus}`);
  for (const [i, step] of scenario.setup.entries())
    if (!(step.cpu >= 0 && step.cpu < scenario.cpus))
      raise(scenario, `set-up ${i + 1} is on cpu${step.cpu}, but there are ${scenario.cpus}`);
  const twice = scenario.threads.find((t, i) => scenario.threads.findIndex((other) => other.name === t.name) !== i);
  if (twice) raise(scenario, `two threads are called ${twice.name}: a trace could not tell them apart`);
  for (const mm of scenario.forked ?? [])
    if (!(mm >= 1 && mm < (scenario.mms ?? 1)))
      raise(
        scenario,
        `address space ${mm} is to be forked, but there are ${scenario.mms ?? 1} (mms), and the first is the parent`,
      );
  for (const [name, number] of Object.entries(scenario.numbers ?? {}))
    if (!(Number.isSafeInteger(number) && number >= 0))
      raise(scenario, `the number ${name} is ${number}; it is a whole number from 0`);
  const taken = new Set<number>();
  for (const t of scenario.threads) {
    if (taken.has(t.cpu)) raise(scenario, `two threads are on cpu${t.cpu}: one thread a CPU`);
    taken.add(t.cpu);
  }
  for (const a of scenario.areas)
    if (!(a.from >= 0 && a.from < a.to && a.to <= pages))
      raise(scenario, `area ${a.from}..${a.to} does not lie in the ${pages} pages of the small tree`);
}

export const raise = (scenario: Scenario, what: string): never => {
  throw new Mistake('SD_BAD_SCENARIO', `scenario ${scenario.name}: ${what}.`, 'Correct the scenario.');
};

/** Words for the name that was probably meant. */
export const near = (name: string, known: string[]): string => {
  const m = didYouMean(name, known);
  return m ? ` (did you mean ${m}?)` : '';
};
