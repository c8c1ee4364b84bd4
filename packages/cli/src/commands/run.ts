/** `run`: workloads on architectures, one after the other. */
import type { Verdict } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog, namedOf } from '../catalog.ts';
import { exitOfVerdicts } from '../exit.ts';
import { boundsOf, compactOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { jobsOf } from '../jobs.ts';
import { select } from '../select.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

interface Options extends BoundOptions {
  readonly arch?: readonly string[];
  readonly variant?: string;
}

@injectable()
export class Run implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: Options): Promise<Result> {
    const core = await this.core();
    const archs = select(await this.catalog.archs(), (a) => a.id, options.arch, 'SD_UNKNOWN_ARCH', core);
    const workloads = select(namedOf(await this.catalog.workloads()), (w) => w.scenario.name, names, 'SD_UNKNOWN_WORKLOAD', core);
    const jobs = jobsOf(workloads, archs, options.variant, core);
    const journal = await this.catalog.journal(options.resume);
    const verdicts: Verdict[] = [];
    for (const { arch, scenario, configuration, variant } of jobs) {
      if (this.interrupt.aborted) break;
      this.progress.task(`${verdicts.length}/${jobs.length}  ${scenario.name} ${variant} on ${arch.id}`);
      verdicts.push(
        await journal.judged({ workload: scenario.name, variant, arch: arch.id, configuration: configuration.says, ...compactOf(options) }, () =>
          core.judgeScenario(arch, scenario, configuration, variant, {
            ...boundsOf(options, core, this.interrupt),
            onProgress: (p) => this.progress.search(p),
          }),
        ),
      );
    }
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'verdicts', verdicts }, exit: exitOfVerdicts(verdicts) };
  }
}
