/** `compare`: races on every architecture, before and after their fix. */
import { availableParallelism } from 'node:os';
import type { HowFar } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { exitOfComparison } from '../exit.ts';
import { checkpointed, goesOn, howToGoOn } from '../checkpointed.ts';
import { boundsOf, compactOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { racesOf } from '../races.ts';
import { select } from '../select.ts';
import { judgePool } from '../judge-pool.ts';
import { CORE, INTERRUPT, SETTINGS, type Command, type Core, type Lazy, type Result, type Settings } from '../tokens.ts';

/** Options of `compare`. */
interface CompareOptions extends BoundOptions {
  readonly group?: readonly string[];
  readonly arch?: readonly string[];
  readonly jobs?: number;
}

@injectable()
export class Compare implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async run(ids: readonly string[], options: CompareOptions): Promise<Result> {
    const core = await this.core();
    const archs = select(await this.catalog.archs(options.arch), (a) => a.id, options.arch, 'SD_UNKNOWN_ARCH', core);
    const workloads = await this.catalog.workloads();
    const { expected } = workloads;
    const races = racesOf(workloads, ids, options.group, core);
    const journal = await this.catalog.journal(options);
    const jobs = options.jobs ?? availableParallelism();
    const pool = jobs > 1 ? judgePool(core, { settings: this.settings, cwd: process.cwd() }, this.interrupt) : undefined;
    try {
      const comparison = await core.compareRaces(archs, races, expected, {
        ...boundsOf(options, core, this.interrupt),
        ...(pool ? { parallel: jobs } : {}),
        judge: (arch, race, variant, bounds) =>
          journal.judged({ workload: race.scenario.name, variant, arch: arch.id, configuration: race[variant].says, ...compactOf(options) }, async (place) => {
            this.progress.note(goesOn(place));
            const name = `${race.id} ${variant} on ${arch.id}`;
            const watched = { ...bounds, onProgress: (p: HowFar) => this.progress.search(p, name) };
            const verdict = pool
              ? await pool.judge(arch, race, variant, watched, place)
              : await checkpointed(place, core, (checkpoint) => core.judgeScenario(arch, race.scenario, race[variant], variant, { ...watched, ...checkpoint }));
            this.progress.note(howToGoOn(verdict, place));
            return verdict;
          }),
        onCell: (done, total, next) => this.progress.task(`${done}/${total}  ${next}`),
      });
      return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'comparison', comparison }, exit: exitOfComparison(comparison) };
    } finally {
      await pool?.close();
    }
  }
}
