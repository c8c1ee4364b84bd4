/** `place`: the cheapest places for kicks and flushes under which races hold. */
import { Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, RaceCase } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { mustBeKnown, mustBeWhole } from '../chosen.ts';
import type { Workloads } from '../workloads.ts';
import { EXIT } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { mustDiffer, select, weightOf } from '../select.ts';
import { mustKnow } from '../switches.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

/** Options of `place`. */
interface PlaceOptions extends BoundOptions {
  readonly arch?: string;
  readonly at?: readonly string[];
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  readonly mix?: readonly string[];
  readonly mode?: string;
}

/** Short names of what takes a huge PMD out or makes a table of it, and the counted operation of each. */
const PATHS: Readonly<Record<string, string>> = {
  move: 'thp_mremap',
  wp: 'thp_cow_write',
  migrate: 'thp_migrate',
  change: 'thp_mprotect_ro',
  zap: 'thp_dontneed',
  split: 'thp_partial_dontneed1',
  collapse: 'collapse',
};

@injectable()
export class Place implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: PlaceOptions): Promise<Result> {
    const core = await this.core();
    const { arch: id = '', at = [], with: more = [], without = [], mode: other = '' } = options;
    const workloads = await this.catalog.workloads();
    const arch = await this.catalog.chosenArch(id);
    mustBeWhole(workloads, names);
    const races: RaceCase[] = select(
      [...workloads.races, ...workloads.variations],
      (r) => r.id,
      names,
      'SD_UNKNOWN_WORKLOAD',
    );
    await mustBeKnown(
      this.catalog,
      races.map(({ scenario, before }) => ({ scenario, variants: { before } })),
    );
    mustMatter(arch, races, { with: more, without }, core);
    const mix = (options.mix ?? []).map((part) => partOf(part, workloads));
    mustDiffer(mix.map(({ name }) => name));
    const [mode] = select(core.MODES, (m) => m, [other], 'SD_UNKNOWN_MODE');
    const placement = await core.place(
      {
        arch,
        races,
        places: [...new Set(at)].map(core.readPlace),
        with: [...new Set(more)],
        without,
        mix,
        mode: mode!,
      },
      {
        ...boundsOf(options, core, this.interrupt),
        onSet: (done, total, what) => this.progress.task(`${done}/${total}  ${what}`),
        onProgress: (p) => this.progress.search(p),
      },
    );
    const exit =
      placement.races.length === 0
        ? EXIT.nothing
        : !placement.complete
          ? EXIT.bound
          : placement.choices.some((c) => c.holds)
            ? EXIT.ok
            : EXIT.violation;
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'placement', placement }, exit };
  }
}

/**
 * Changes have to be known, and none of them without effect on all of the races.
 * @throws Mistake SD_BAD_OPTION
 */
function mustMatter(
  arch: ArchSpec,
  races: readonly RaceCase[],
  changes: { readonly with: readonly string[]; readonly without: readonly string[] },
  core: Core,
): void {
  for (const how of ['with', 'without'] as const)
    for (const name of changes[how]) {
      mustKnow(arch, { [how]: [name] }, `--${how}`, core);
      if (races.every(({ before }) => core.idleSwitches(arch, before, { [how]: [name] }).length > 0))
        throw new Mistake(
          'SD_BAD_OPTION',
          `--${how} ${name} changes nothing: ${how === 'with' ? `every race is told to a kernel that has it` : `no race is told to a kernel that has it on ${arch.id}`}.`,
          'Leave it out.',
        );
    }
}

/** `change=100`, `zap`, or an operation by its own name. */
function partOf(
  text: string,
  { operations }: Workloads,
): { name: string; operation: Workloads['operations'][number]; weight: number } {
  const { name, weight } = weightOf(text);
  const [operation] = select(operations, (o) => o.name, [PATHS[name] ?? name], 'SD_UNKNOWN_OPERATION');
  return { name, operation: operation!, weight };
}
