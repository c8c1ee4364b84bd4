/** `ablate`: which synchronising steps a race needs, by leaving each out. */
import { Mistake } from '@shootdown/core/mistakes';
import type { Ablated } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { chosenWorkloads } from '../chosen.ts';
import { EXIT } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

/** Options of `ablate`. */
interface AblateOptions extends BoundOptions {
  readonly arch?: readonly string[];
  readonly variant?: string;
}

@injectable()
export class Ablate implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: AblateOptions): Promise<Result> {
    const core = await this.core();
    const archs = await this.catalog.chosenArchs(options.arch);
    const chosen = await chosenWorkloads(this.catalog, names);
    const ablated: Ablated[] = [];
    for (const { scenario, variants } of chosen) {
      // Of a race the kernel after its fix; of anything else the only one.
      const variant = options.variant ?? ('after' in variants ? 'after' : (Object.keys(variants)[0] ?? ''));
      if (!(variant in variants))
        throw new Mistake(
          'SD_BAD_OPTION',
          `${scenario.name} has no variant ${variant}.`,
          `It has ${Object.keys(variants).join(', ')}.`,
        );
      for (const arch of archs) {
        if (this.interrupt.aborted) break;
        const one = await core.ablate(arch, scenario, variants[variant]!, variant, {
          ...boundsOf(options, core, this.interrupt),
          onRemoval: (done, total, what) =>
            this.progress.task(`${done}/${total}  ${scenario.name} on ${arch.id} without ${what}`),
          onProgress: (p) => this.progress.search(p),
        });
        if (one) ablated.push(one);
        else this.progress.note(`${scenario.name} does not apply to ${arch.id}.`);
      }
    }
    const open = ablated.some(({ removals }) => removals.some((r) => r.word === 'open'));
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'ablation', ablated },
      exit: ablated.length === 0 ? EXIT.nothing : open ? EXIT.bound : EXIT.ok,
    };
  }
}
