/** `patch`: the kernel that is there, beside the same with a patch, over everything that executes what the patch touches. */
import { Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, HowFar, Named, PatchedCell, PatchedCount } from '@shootdown/core';
import type { PatchResult, UnreachedLine } from '@shootdown/report';
import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { inject, injectable } from 'tsyringe';
import { mustBeKnown, mustBeWhole } from '../chosen.ts';
import { EXIT } from '../exit.ts';
import { jobsOf, type Job } from '../jobs.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { functionsOf, isLabelOf, patchFiles, type PatchFiles } from '../patch/files.ts';
import { isTypeScript } from '../is-typescript.ts';
import { nameOfFile } from '../user-code.ts';
import { Searches } from '../searches.ts';
import { select } from '../select.ts';
import type { Command, Core, Result } from '../tokens.ts';
import type { LoadedPatch } from '../catalog.ts';

/** Options of `patch`. */
interface PatchOptions extends BoundOptions {
  readonly arch?: readonly string[];
  readonly jobs?: number;
  readonly all?: boolean;
  readonly counts?: boolean;
  readonly failOn?: string;
  readonly junit?: string;
  readonly ktap?: string;
}

/** States of one search, where nobody says otherwise: a patch is tried again and again. */
const MAX_STATES = 200_000;

// Not in the class: the compiler leaves the ending of an import within decorated code as it is.
const lazily = {
  types: () => import('../patch/type-check.ts'),
  named: () => import('../patch/named.ts'),
  forms: () => import('@shootdown/report'),
};

@injectable()
export class Patch implements Command {
  constructor(@inject(Searches) private readonly on: Searches) {}

  async run([folder = '', ...names]: readonly string[], options: PatchOptions): Promise<Result> {
    const core = await this.on.core();
    const files = patchFiles(folder);
    await this.#check(files);
    const loaded = await this.#load(files);
    const archs = await this.on.catalog.chosenArchs(options.arch);
    const workloads = await this.on.catalog.workloads();
    mustBeWhole(workloads, names);
    const { patchedNamed } = await lazily.named();
    const chosen = select(patchedNamed(workloads), (w) => w.scenario.name, names, 'SD_UNKNOWN_WORKLOAD');
    await mustBeKnown(this.on.catalog, chosen);

    const begun = performance.now();
    const { cells, searched } = await this.#judge(chosen, archs, files, loaded, options, core);
    const counted = names.length === 0 && options.counts !== false;
    const counts = counted ? await this.#count(archs, files, loaded, core) : [];
    if (cells.length === 0 && counts.length === 0 && !this.on.interrupt.aborted)
      throw untouched(loaded, names, options);

    const reached = new Set([...cells, ...counts].flatMap((one) => one.reached));
    const result: PatchResult = {
      name: loaded.patch.name,
      says: loaded.patch.says,
      file: nameOfFile(files.entry),
      archs: archs.map(({ id }) => id),
      cells,
      counts,
      counted,
      searched,
      all: options.all === true,
      complete: !this.on.interrupt.aborted,
      unreached: unreachedIn(files, reached),
      untold: cells.every(isUntold) && counts.every(({ changed }) => changed.length === 0),
      seconds: (performance.now() - begun) / 1000,
    };
    await this.#write(result, options);
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'patched', result },
      exit: exitOf(result, options.failOn === 'diff'),
    };
  }

  /** @throws Mistake SD_BAD_PATCH that says every place where the types do not fit, or a `yield*` is missing */
  async #check({ all }: PatchFiles): Promise<void> {
    const typed = all.filter(isTypeScript);
    if (typed.length === 0) return;
    this.on.progress.task('types');
    const { flawsIn } = await lazily.types();
    const flaws = flawsIn(typed);
    if (flaws.length === 0) return;
    throw new Mistake(
      'SD_BAD_PATCH',
      `the patch does not type-check: ${flaws.map(({ at, what }) => `\n    ${at}: ${what}`).join('')}`,
      'Nothing was run. Mend it, and run the command again.',
    );
  }

  async #load({ entry }: PatchFiles): Promise<LoadedPatch> {
    const loaded = (await this.on.catalog.patches()).find(({ where }) => where === entry);
    if (!loaded)
      throw new Mistake(
        'SD_BAD_PATCH',
        `the default export of ${nameOfFile(entry)} is no patch.`,
        'Write: export default patch({ ... }), with patch of @shootdown/core/kernel.',
      );
    const { writtenFor, name } = loaded.patch;
    if (writtenFor !== undefined && writtenFor !== this.on.version)
      throw new Mistake(
        'SD_BAD_PATCH',
        `${name} was written for shootdown ${writtenFor}, and this is ${this.on.version}: the bodies it was made of may be others now.`,
        `Write it anew with \`shootdown new patch\`, compare, and set writtenFor: '${this.on.version}'.`,
      );
    return loaded;
  }

  async #judge(
    chosen: readonly Named[],
    archs: readonly ArchSpec[],
    files: PatchFiles,
    { where, patch }: LoadedPatch,
    options: PatchOptions,
    core: Core,
  ): Promise<{ readonly cells: PatchedCell[]; readonly searched: number }> {
    const { progress, interrupt } = this.on;
    const bounds = {
      ...boundsOf({ ...options, maxStates: options.maxStates ?? MAX_STATES }, core, interrupt),
      onProgress: (p: HowFar) => progress.search(p),
    };
    const jobs = jobsOf(chosen, archs, undefined);
    const always = options.all === true;
    const found: (PatchedCell | undefined)[] = [];
    let next = 0;
    await this.on.threaded(options.jobs, jobs.length, async (threads, pool) => {
      const one = ({ arch, scenario, variant, configuration }: Job): Promise<PatchedCell | undefined> =>
        pool
          ? pool.patched(arch.id, scenario.name, variant, { entry: where, files: files.all, always }, bounds)
          : core.judgePatched(
              { arch, scenario, configuration, variant, patch, always, isPatch: isLabelOf(files.all) },
              bounds,
            );
      const lane = async (): Promise<void> => {
        for (let i = next++; i < jobs.length && !interrupt.aborted; i = next++) {
          progress.task(`${i}/${jobs.length}  ${jobs[i]!.scenario.name} ${jobs[i]!.variant} on ${jobs[i]!.arch.id}`);
          found[i] = await one(jobs[i]!);
        }
      };
      await Promise.all(Array.from({ length: threads }, lane));
    });
    return { cells: found.flatMap((cell) => cell ?? []), searched: Math.min(next, jobs.length) };
  }

  async #count(
    archs: readonly ArchSpec[],
    files: PatchFiles,
    { patch }: LoadedPatch,
    core: Core,
  ): Promise<PatchedCount[]> {
    const { operations } = await this.on.catalog.workloads();
    const isPatch = isLabelOf(files.all);
    const found: PatchedCount[] = [];
    for (const arch of archs)
      for (const operation of operations) {
        this.on.progress.task(`counts  ${operation.name} on ${arch.id}`);
        for (const kernel of core.KERNELS)
          for (const mode of core.MODES) {
            await setImmediate(); // lets a signal come in
            if (this.on.interrupt.aborted) return found;
            const one = core.measurePatched(arch, operation, { mode, kernel, patch, isPatch });
            if (one) found.push(one);
          }
      }
    return found;
  }

  async #write(result: PatchResult, { junit, ktap }: PatchOptions): Promise<void> {
    if (junit === undefined && ktap === undefined) return;
    const { junitOf, ktapOf } = await lazily.forms();
    for (const [file, text] of [
      [junit, junitOf(result)],
      [ktap, ktapOf(result)],
    ] as const) {
      if (file === undefined) continue;
      try {
        await writeFile(file, text);
      } catch (error) {
        throw new Mistake(
          'SD_OUTPUT_NOT_WRITTEN',
          `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
          'Is there such a folder?',
        );
      }
    }
  }
}

function untouched({ patch }: LoadedPatch, names: readonly string[], { all, arch }: PatchOptions): Mistake {
  const narrowed = names.length > 0 || arch !== undefined;
  return new Mistake(
    'SD_UNREACHED_PATCH',
    `${narrowed ? 'none of these workloads' : 'no workload'} comes by what ${patch.name} replaces: nothing is known of it.`,
    narrowed
      ? 'Leave out the names and --arch, to see who does.'
      : all === true
        ? 'Tell a story that goes there: its file may export races, contractWorkloads and operations.'
        : 'Add --all to search every interleaving of every workload, or tell a story that goes there: its file may export races, contractWorkloads and operations.',
  );
}

/** Sites of the patch that nothing came by. */
function unreachedIn({ all }: PatchFiles, reached: ReadonlySet<string>): UnreachedLine[] {
  return functionsOf(all).flatMap(({ file, name, sites }) => {
    const [entry, ...rest] = sites;
    if (!entry) return [];
    if (!reached.has(entry.label)) return [{ file, line: entry.line, in: name, text: 'never entered' }];
    return rest.flatMap(({ label, line, text }) => (reached.has(label) ? [] : [{ file, line, in: name, text }]));
  });
}

/** Is the search the same, step for step as far as one can count? */
const isUntold = ({ word, base, patched }: PatchedCell): boolean =>
  word === 'same' &&
  base.evidence.states === patched.evidence.states &&
  base.evidence.transitions === patched.evidence.transitions;

/** Something broke, before something is not known, before something is another number. */
function exitOf({ cells, counts, unreached, untold, complete }: PatchResult, differs: boolean): number {
  const has = (...words: readonly string[]): boolean => cells.some(({ word }) => words.includes(word));
  if (has('broken', 'otherwise')) return EXIT.violation;
  if (!complete || has('newly undecided', 'undecided') || unreached.length > 0 || untold) return EXIT.bound;
  const changed = has('held') || counts.some((one) => one.changed.length > 0 || one.notModelled !== undefined);
  return differs && changed ? EXIT.differs : EXIT.ok;
}
