/** `run`: workloads on architectures, one after the other. */
import { Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, HowFar, Parting, Verdict } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { chosenWorkloads } from '../chosen.ts';
import { exitOfVerdicts } from '../exit.ts';
import { checkpointed, goesOn, howToGoOn } from '../checkpointed.ts';
import { boundsOf, compactOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { jobsOf, type Job } from '../jobs.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

interface Options extends BoundOptions {
  readonly arch?: readonly string[];
  readonly variant?: string;
  readonly against?: string;
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
    const against = options.against === undefined ? undefined : await this.catalog.chosenArch(options.against);
    const wanted = options.arch && [...options.arch, ...(against ? [against.id] : [])];
    const asked = (await this.catalog.chosenArchs(wanted)).filter(({ id }) => id !== against?.id);
    if (asked.length === 0)
      throw new Mistake(
        'SD_BAD_OPTION',
        `${options.against} has nothing to be compared with.`,
        'Name another architecture with --arch.',
      );
    const archs = against ? [...asked, against] : asked;
    const workloads = await chosenWorkloads(this.catalog, names);
    const jobs = jobsOf(workloads, archs, options.variant);
    const journal = await this.catalog.journal(options);
    const verdicts: Verdict[] = [];
    for (const { arch, scenario, configuration, variant } of jobs) {
      if (this.interrupt.aborted) break;
      this.progress.task(`${verdicts.length}/${jobs.length}  ${scenario.name} ${variant} on ${arch.id}`);
      verdicts.push(
        await journal.judged(
          { workload: scenario.name, variant, arch: arch.id, configuration: configuration.says, ...compactOf(options) },
          async (place) => {
            this.progress.note(goesOn(place));
            const bounds = {
              ...boundsOf(options, core, this.interrupt),
              onProgress: (p: HowFar) => this.progress.search(p),
            };
            const verdict = await checkpointed(place, (checkpoint) =>
              core.judgeScenario(arch, scenario, configuration, variant, { ...bounds, ...checkpoint }),
            );
            this.progress.note(howToGoOn(verdict, place));
            return verdict;
          },
        ),
      );
    }
    const partings = against ? partingsOf(jobs, verdicts, against, core) : [];
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'verdicts', verdicts, ...(against ? { partings } : {}) },
      exit: exitOfVerdicts(verdicts),
    };
  }
}

/** Each architecture beside the one it is compared with, kernel by kernel. An interrupt leaves out what was not judged. */
function partingsOf(jobs: readonly Job[], verdicts: readonly Verdict[], against: ArchSpec, core: Core): Parting[] {
  return jobs.flatMap(({ arch, scenario, variant, configuration }, i) => {
    const other =
      verdicts[jobs.findIndex((job) => job.arch === against && job.scenario === scenario && job.variant === variant)];
    const verdict = verdicts[i];
    return verdict && other && arch !== against
      ? [core.part([verdict, other], [arch, against], scenario, configuration)]
      : [];
  });
}
