/** `compare`: races on every architecture, before and after their fix. */
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { exitOfComparison } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { select } from '../select.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

@injectable()
export class Compare implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(ids: readonly string[], options: BoundOptions & { readonly arch?: readonly string[] }): Promise<Result> {
    const core = await this.core();
    const archs = select(await this.catalog.archs(), (a) => a.id, options.arch, 'SD_UNKNOWN_ARCH', core);
    const { races: all, expected } = await this.catalog.workloads();
    const races = select(all, (race) => race.id, ids, 'SD_UNKNOWN_WORKLOAD', core);
    const comparison = await core.compareRaces(archs, races, expected, {
      ...boundsOf(options, core, this.interrupt),
      onCell: (done, total, next) => this.progress.task(`${done}/${total}  ${next}`),
      onProgress: (p) => this.progress.search(p),
    });
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'comparison', comparison }, exit: exitOfComparison(comparison) };
  }
}
