/** `coverage`: the code that no workload executes. */
import { Mistake } from '@shootdown/core/mistakes';
import { relative } from 'node:path';
import type { Reach, Reached } from '@shootdown/core';
import { archCode, kernelCode } from '@shootdown/core/code';
import { inject, injectable } from 'tsyringe';
import { chosenWorkloads } from '../chosen.ts';
import { EXIT } from '../exit.ts';
import { jobsOf, type Job } from '../jobs.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import type { Progress } from '../progress.ts';
import { Searches } from '../searches.ts';
import type { Command, Core, Result } from '../tokens.ts';

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
  constructor(@inject(Searches) private readonly on: Searches) {}

  async run(names: readonly string[], options: CoverageOptions): Promise<Result> {
    const core = await this.on.core();
    const archs = await this.on.catalog.chosenArchs(options.arch);
    const workloads = await chosenWorkloads(this.on.catalog, names);
    // Of all workloads those that have the variant; of workloads that are named each must have it.
    const chosen =
      names.length > 0
        ? workloads
        : workloads.filter(({ variants }) => options.variant === undefined || options.variant in variants);
    if (chosen.length === 0)
      throw new Mistake(
        'SD_BAD_OPTION',
        `no workload has a variant ${options.variant}.`,
        'Races have before and after, other workloads the name of a release, such as v6.1.',
      );
    const reached = await this.#reachedBy(jobsOf(chosen, archs, options.variant), options, core);
    const code = [...kernelCode(), ...(await this.on.catalog.archFiles()).flatMap(archCode)];
    const coverage = core.codeCoverage(
      archs,
      code.map((one) => ({ ...one, file: relative(process.cwd(), one.file) })),
      reached,
    );
    const exit = reached.length === 0 ? EXIT.nothing : coverage.unfinished.length > 0 ? EXIT.bound : EXIT.ok;
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'coverage', coverage }, exit };
  }

  async #reachedBy(jobs: readonly Job[], options: CoverageOptions, core: Core): Promise<Reached[]> {
    const { progress, interrupt } = this.on;
    const bounds = {
      ...boundsOf(options, core, interrupt),
      onProgress: (p: Parameters<Progress['search']>[0]) => progress.search(p),
    };
    const found: (Reach | undefined)[] = [];
    let next = 0;
    await this.on.threaded(options.jobs, jobs.length, async (threads, pool) => {
      const lane = async (): Promise<void> => {
        for (let i = next++; i < jobs.length && !interrupt.aborted; i = next++) {
          const { arch, scenario, variant, configuration } = jobs[i]!;
          progress.task(`${i}/${jobs.length}  ${scenario.name} ${variant} on ${arch.id}`);
          found[i] = await (pool
            ? pool.reach(arch.id, scenario.name, variant, bounds)
            : core.reach(arch, scenario, configuration, bounds));
        }
      };
      await Promise.all(Array.from({ length: threads }, lane));
    });
    const begun = next;
    return jobs.flatMap(({ arch, scenario, variant }, i) => {
      const reach = found[i] ?? (i >= begun ? NOT_BEGUN : undefined);
      return reach ? [{ ...reach, arch: arch.id, workload: `${scenario.name} ${variant}` }] : [];
    });
  }
}
