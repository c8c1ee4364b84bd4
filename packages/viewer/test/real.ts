/** Verdicts of a real race, judged anew. */
import arm64 from '@shootdown/arch-arm64';
import x86 from '@shootdown/arch-x86';
import {
  judgeScenario,
  part,
  partFixed,
  type ArchSpec,
  type RaceCase,
  type Trace,
  type Verdict,
} from '@shootdown/core';
import { races } from '@shootdown/workloads';
import type { Book } from '../src/index.ts';

export const archNamed = (id: string): ArchSpec => [arm64, x86].flat().find((arch) => arch.id === id)!;
export const raceNamed = (id: string): RaceCase => races.find((race) => race.id === id)!;

/** The first step of a process whose words begin so, or the last. */
export function stepIn({ events }: Trace, process: string, text: string, which: 'first' | 'last' = 'first'): number {
  const isIt = (event: Trace['events'][number]): boolean => event.process === process && event.text.startsWith(text);
  const found = which === 'first' ? events.find(isIt) : events.findLast(isIt);
  if (!found) throw new Error(`no step of ${process} begins with "${text}"`);
  return found.number;
}

export const judged = (race: RaceCase, arch: ArchSpec, variant: 'before' | 'after'): Promise<Verdict> =>
  judgeScenario(arch, race.scenario, race[variant], variant, { maxStates: 1e6 });

/** A race on the architecture on which it breaks, beside one on which it does not, and beside its fix. */
export async function bookOf(id: string, on: string, beside: string): Promise<Book> {
  const race = raceNamed(id);
  const [broken, fixed, safe] = [
    await judged(race, archNamed(on), 'before'),
    await judged(race, archNamed(on), 'after'),
    await judged(race, archNamed(beside), 'before'),
  ];
  return {
    title: race.title,
    command: `npx shootdown run ${id} --arch ${on} --against ${beside} --html FILE`,
    version: '0.0.0',
    titles: { [id]: race.title },
    verdicts: [broken, fixed, safe],
    partings: [
      part([broken, safe], [archNamed(on), archNamed(beside)], race.scenario, race.before),
      partFixed(broken, archNamed(on), race)!,
    ],
  };
}
