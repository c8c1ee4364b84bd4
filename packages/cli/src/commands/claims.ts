/** `claims`: how often the claims of hooks hold on each architecture. */
import type { Frequency, HookFacts } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { mustBeKnown, mustBeWhole } from '../chosen.ts';
import { exitOfClaims } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { select } from '../select.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';
import { namedOf } from '../workloads.ts';

@injectable()
export class Claims implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: BoundOptions & { readonly arch?: readonly string[] }): Promise<Result> {
    const core = await this.core();
    const hooks = select([...core.allHooks.values()], (h) => h.hookName, names, 'SD_UNKNOWN_HOOK_NAME');
    const archs = await this.catalog.chosenArchs(options.arch);
    const workloads = await this.catalog.workloads();
    const { contractWorkloads } = workloads;
    mustBeWhole({ ...workloads, broken: workloads.broken.filter(({ kind }) => kind === 'workload') }, undefined);
    await mustBeKnown(this.catalog, namedOf({ races: [], variations: [], contractWorkloads }));
    const frequencies: Frequency[] = [];
    const facts: HookFacts[] = [];
    const jobs = hooks.flatMap((hook) => archs.map((arch) => ({ name: hook.hookName, arch })));
    for (const [i, { name, arch }] of jobs.entries()) {
      if (this.interrupt.aborted) break;
      this.progress.task(`${i}/${jobs.length}  ${name} on ${arch.id}`);
      const measured = await core.measureClaims(name, [arch], contractWorkloads, {
        ...boundsOf(options, core, this.interrupt),
        onProgress: (p) => this.progress.search(p),
      });
      frequencies.push(...measured.frequencies);
      facts.push(...measured.facts);
    }
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'claims', frequencies, facts },
      exit: exitOfClaims(frequencies, facts),
    };
  }
}
