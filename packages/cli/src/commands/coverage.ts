/** `coverage`: the code that no workload executes. */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { Reach, Reached } from '@shootdown/core';
import { archCode, kernelCode } from '@shootdown/core/code';
import { inject, injectable } from 'tsyringe';
import { Catalog, namedOf } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { jobsOf, type Job } from '../jobs.ts';
import { judgePool } from '../judge-pool.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { select } from '../select.ts';
import { CORE, INTERRUPT, SETTINGS, type Command, type Core, type Lazy, type Result, type Settings } from '../tokens.ts';

/** Options of `coverage`. */
interface CoverageOptions extends BoundOptions {
  readonly arch?: readonly string[];
  readonly variant?: string;
  readonly jobs?: number;
}

/** What an interrupt has left out. */
const NOT_BEGUN: Reach = { explored: new Set(), setUp: new Set(), states: 0, complete: false };

@injectable()
export class Coverage implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async run(names: readonly string[], options: CoverageOptions): Promise<Result> {
    const core = await this.core();
    const archs = select(await this.catalog.archs(options.arch), (a) => a.id, options.arch, 'SD_UNKNOWN_ARCH', core);
    const workloads = select(namedOf(await this.catalog.workloads()), (w) => w.scenario.name, names, 'SD_UNKNOWN_WORKLOAD', core);
    // Of all workloads those that have the variant; of workloads that are named each must have it.
    const chosen = names.length > 0 ? workloads : workloads.filter(({ variants }) => options.variant === undefined || options.variant in variants);
    if (chosen.length === 0) throw new core.Mistake('SD_BAD_OPTION', `no workload has a variant ${options.variant}.`, 'Races have before and after, other workloads the name of a release, such as v6.1.');
    const reached = await this.#reachedBy(jobsOf(chosen, archs, options.variant, core), options, core);
    const code = [...kernelCode(), ...(await this.catalog.archFiles()).flatMap(archCode)];
    const coverage = core.codeCoverage(archs, code.map((one) => ({ ...one, file: relative(process.cwd(), one.file) })), reached);
    const exit = reached.length === 0 ? EXIT.nothing : coverage.unfinished.length > 0 ? EXIT.bound : EXIT.ok;
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'coverage', coverage }, exit };
  }

  async #reachedBy(jobs: readonly Job[], options: CoverageOptions, core: Core): Promise<Reached[]> {
    const bounds = { ...boundsOf(options, core, this.interrupt), onProgress: (p: Parameters<Progress['search']>[0]) => this.progress.search(p) };
    const threads = Math.min(options.jobs ?? availableParallelism(), jobs.length);
    const pool = threads > 1 ? judgePool(core, { settings: this.settings, cwd: process.cwd() }, this.interrupt) : undefined;
    const found: (Reach | undefined)[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let i = next++; i < jobs.length && !this.interrupt.aborted; i = next++) {
        const { arch, scenario, variant, configuration } = jobs[i]!;
        this.progress.task(`${i}/${jobs.length}  ${scenario.name} ${variant} on ${arch.id}`);
        found[i] = await (pool ? pool.reach(arch.id, scenario.name, variant, bounds) : core.reach(arch, scenario, configuration, bounds));
      }
    };
    try {
      await Promise.all(Array.from({ length: threads }, lane));
    } finally {
      await pool?.close();
    }
    const begun = next;
    return jobs.flatMap(({ arch, scenario, variant }, i) => {
      const reach = found[i] ?? (i >= begun ? NOT_BEGUN : undefined);
      return reach ? [{ ...reach, arch: arch.id, workload: `${scenario.name} ${variant}` }] : [];
    });
  }
}
