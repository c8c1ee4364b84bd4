/** `compare`: races on every architecture, before and after their fix. */
import type { HowFar, Mistake, RaceCase, RaceRow } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { exitOfComparison } from '../exit.ts';
import { checkpointed, goesOn, howToGoOn } from '../checkpointed.ts';
import { boundsOf, compactOf, type BoundOptions } from '../options.ts';
import { brokenOf, leftOutOf, racesOf } from '../races.ts';
import { Searches } from '../searches.ts';
import type { Command, Result } from '../tokens.ts';
import type { Workloads } from '../workloads.ts';

/** Options of `compare`. */
interface CompareOptions extends BoundOptions {
  readonly group?: readonly string[];
  readonly arch?: readonly string[];
  readonly jobs?: number;
}

@injectable()
export class Compare implements Command {
  constructor(@inject(Searches) private readonly on: Searches) {}

  async run(ids: readonly string[], options: CompareOptions): Promise<Result> {
    const { catalog, progress, interrupt } = this.on;
    const core = await this.on.core();
    const archs = await catalog.chosenArchs(options.arch);
    const workloads = await catalog.workloads();
    const { races, rows } = await this.#races(workloads, ids, options.group);
    const leftOut = leftOutOf(workloads, ids, options.group);
    const journal = await catalog.journal(options);
    const comparison = await this.on.threaded(options.jobs, Infinity, (threads, pool) =>
      core.compareRaces(archs, races, workloads.expected, {
        ...boundsOf(options, core, interrupt),
        ...(pool ? { parallel: threads } : {}),
        judge: (arch, race, variant, bounds) =>
          journal.judged(
            {
              workload: race.scenario.name,
              variant,
              arch: arch.id,
              configuration: race[variant].says,
              ...compactOf(options),
            },
            async (place) => {
              progress.note(goesOn(place));
              const name = `${race.id} ${variant} on ${arch.id}`;
              const watched = { ...bounds, onProgress: (p: HowFar) => progress.search(p, name) };
              const verdict = pool
                ? await pool.judge(arch, race, variant, watched, place)
                : await checkpointed(place, (checkpoint) =>
                    core.judgeScenario(arch, race.scenario, race[variant], variant, { ...watched, ...checkpoint }),
                  );
              progress.note(howToGoOn(verdict, place));
              return verdict;
            },
          ),
        onCell: (done, total, next) => progress.task(`${done}/${total}  ${next}`),
      }),
    );
    const whole =
      rows.length === 0 ? comparison : { ...comparison, rows: [...comparison.rows, ...rows], complete: false };
    return {
      report: {
        schemaVersion: core.SCHEMA_VERSION,
        kind: 'comparison',
        comparison: whole,
        ...(leftOut.length > 0 && { leftOut }),
      },
      exit: exitOfComparison(whole),
    };
  }

  /** Races that can be judged, and rows of those that cannot: each of these costs its own row only. */
  async #races(
    workloads: Workloads,
    ids: readonly string[],
    groups: readonly string[] | undefined,
  ): Promise<{ races: RaceCase[]; rows: RaceRow[] }> {
    const broken = brokenOf(workloads, ids, groups);
    const named = ids.filter((id) => !broken.some(({ name }) => name === id));
    const onlyBroken = ids.length > 0 && named.length === 0 && groups === undefined;
    const chosen = onlyBroken ? [] : racesOf(workloads, named, groups);
    const strangers = await this.on.catalog.strangers(
      chosen.map(({ scenario, before, after }) => ({ scenario, configurations: [before, after] })),
    );
    return {
      races: chosen.filter((_, i) => strangers[i] === undefined),
      rows: [
        ...broken.map(({ name, mistake }) => rowOf({ id: name, title: name, year: 0 }, mistake)),
        ...chosen.flatMap((race, i) => (strangers[i] ? [rowOf(race, strangers[i])] : [])),
      ],
    };
  }
}

/** The row of a race that is judged nowhere. */
const rowOf = (
  { id, title, year }: Pick<RaceRow, 'id' | 'title' | 'year'>,
  { code, what, hint, exitClass }: Mistake,
): RaceRow => ({
  id,
  title,
  year,
  cells: [],
  mistakes: [{ code, what, hint, exitClass }],
});
