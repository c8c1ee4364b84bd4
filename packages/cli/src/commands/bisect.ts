/** `bisect`: since which release a race breaks or holds, and by which change. */
import type { Bisected, HowFar } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { chosenWorkloads } from '../chosen.ts';
import { EXIT } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

/** Options of `bisect`. */
interface BisectOptions extends BoundOptions {
  readonly arch?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

@injectable()
export class Bisect implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: BisectOptions): Promise<Result> {
    const core = await this.core();
    const archs = await this.catalog.chosenArchs(options.arch);
    const chosen = await chosenWorkloads(this.catalog, names);
    const bisected: Bisected[] = [];
    for (const { scenario } of chosen)
      for (const arch of archs) {
        if (this.interrupt.aborted) break;
        const one = await core.bisect(arch, scenario, {
          ...boundsOf(options, core, this.interrupt),
          ...(options.from === undefined ? {} : { from: options.from }),
          ...(options.to === undefined ? {} : { to: options.to }),
          onKernel: (says) => this.progress.task(`${scenario.name} on ${arch.id}: ${says}`),
          onProgress: (p: HowFar) => this.progress.search(p),
        });
        if (one) bisected.push(one);
        else this.progress.note(`${scenario.name} does not apply to ${arch.id}.`);
      }
    const open = this.interrupt.aborted || bisected.some(({ complete }) => !complete);
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'bisected', bisected },
      exit: open ? EXIT.bound : bisected.length === 0 ? EXIT.nothing : EXIT.ok,
    };
  }
}
