/** `compare`: races on every architecture, before and after their fix. */
import type { HowFar } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { exitOfComparison } from '../exit.ts';
import { checkpointed, goesOn, howToGoOn } from '../checkpointed.ts';
import { boundsOf, compactOf, type BoundOptions } from '../options.ts';
import { racesOf } from '../races.ts';
import { Searches } from '../searches.ts';
import { select } from '../select.ts';
import type { Command, Result } from '../tokens.ts';

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
    const archs = select(await catalog.archs(options.arch), (a) => a.id, options.arch, 'SD_UNKNOWN_ARCH', core);
    const workloads = await catalog.workloads();
    const races = racesOf(workloads, ids, options.group, core);
    const journal = await catalog.journal(options);
    const comparison = await this.on.threaded(options.jobs, Infinity, (threads, pool) =>
      core.compareRaces(archs, races, workloads.expected, {
        ...boundsOf(options, core, interrupt),
        ...(pool ? { parallel: threads } : {}),
        judge: (arch, race, variant, bounds) =>
          journal.judged({ workload: race.scenario.name, variant, arch: arch.id, configuration: race[variant].says, ...compactOf(options) }, async (place) => {
            progress.note(goesOn(place));
            const name = `${race.id} ${variant} on ${arch.id}`;
            const watched = { ...bounds, onProgress: (p: HowFar) => progress.search(p, name) };
            const verdict = pool
              ? await pool.judge(arch, race, variant, watched, place)
              : await checkpointed(place, core, (checkpoint) => core.judgeScenario(arch, race.scenario, race[variant], variant, { ...watched, ...checkpoint }));
            progress.note(howToGoOn(verdict, place));
            return verdict;
          }),
        onCell: (done, total, next) => progress.task(`${done}/${total}  ${next}`),
      }),
    );
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'comparison', comparison }, exit: exitOfComparison(comparison) };
  }
}
