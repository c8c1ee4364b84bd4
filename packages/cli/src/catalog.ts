/** What there is to choose from: architectures and workloads that the config and the plugins name. */
import { didYouMean, Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, KnownNames, Patch, Told, Verdict } from '@shootdown/core';
import type { CheckpointPlace } from './checkpoint-file.ts';
import type { Code } from './code.ts';
import type { Journal, Question } from './journal.ts';
import type { BoundOptions } from './options.ts';
import { select } from './select.ts';
import { inject, injectable } from 'tsyringe';
import {
  CORE,
  MODULES,
  SETTINGS,
  TERMINAL,
  type Core,
  type Lazy,
  type Modules,
  type Settings,
  type Terminal,
} from './tokens.ts';
import { WORKLOAD_KEYS, workloadsOf, type Source, type Workloads } from './workloads.ts';

/** The config file. Entries are names of packages, paths, or the values themselves. */
interface Config {
  readonly arches?: readonly unknown[];
  readonly workloads?: readonly unknown[];
}
const KEYS = ['arches', 'workloads'];

/** A patch, and the workloads that its file brings along. */
export interface LoadedPatch extends Source {
  readonly patch: Patch;
}

/** Verdicts that are remembered, or not. */
export interface MaybeJournal {
  judged(question: Question, judge: (place: CheckpointPlace | undefined) => Promise<Verdict>): Promise<Verdict>;
}

@injectable()
export class Catalog {
  #config: Promise<{ config: Config; from?: string }> | undefined;
  #journal: Journal | undefined;
  #patches: Promise<LoadedPatch[]> | undefined;
  /** Architectures that were asked for last. */
  #loaded: readonly ArchSpec[] = [];
  readonly #warned = new Set<string>();

  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(MODULES) private readonly modules: Modules,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(TERMINAL) private readonly terminal: Pick<Terminal, 'err'>,
  ) {}

  /**
   * @param wanted packages that say they supply none of these are left out, when the others have all; absent: every architecture
   * @throws Mistake SD_BAD_CONFIG, SD_BAD_ARCH
   */
  async archs(wanted?: readonly string[]): Promise<ArchSpec[]> {
    const patches = await this.patches();
    // What a patch names has to be somewhere: of an architecture that is not asked for, perhaps.
    if (patches.length > 0 && wanted) return this.archs();
    const archs: ArchSpec[] = [];
    const leftOut: string[] = [];
    for (const [entry, from] of await this.#archEntries()) {
      const supplied = wanted && typeof entry === 'string' ? this.modules.supplies(entry, from) : undefined;
      if (supplied && !supplied.some((id) => wanted?.includes(id))) leftOut.push(...supplied);
      else archs.push(...(await this.#archsOf(entry, from)));
    }
    // A wrong name, or one that a package supplies and does not say so.
    if (wanted?.some((id) => !archs.some((a) => a.id === id))) return this.archs();
    const ids = [...archs.map((a) => a.id), ...leftOut];
    const twice = ids.find((id, i) => ids.indexOf(id) !== i);
    if (twice !== undefined)
      throw new Mistake(
        'SD_BAD_CONFIG',
        `two architectures are called ${twice}.`,
        'Leave one of them out of the config or the --plugin options.',
      );
    const core = patches.length > 0 ? await this.core() : undefined;
    return (this.#loaded = patches.reduce<ArchSpec[]>((some, { patch }) => core!.withPatch(some, patch), archs));
  }

  /** Patches that the plugins bring, and what else their files export. */
  async patches(): Promise<LoadedPatch[]> {
    this.#patches ??= Promise.all(
      this.settings.plugin.map(async (entry): Promise<LoadedPatch[]> => {
        const { default: patch, ...exports } = await this.#load(entry, 'architectures');
        return (await this.core()).isPatch(patch) ? [{ where: entry, patch, exports }] : [];
      }),
    ).then((found) => found.flat());
    return this.#patches;
  }

  /**
   * Architectures by their ids, in that order; all where none is named.
   * @throws Mistake SD_UNKNOWN_ARCH
   */
  async chosenArchs(ids: readonly string[] | undefined): Promise<ArchSpec[]> {
    return select(await this.archs(ids), (arch) => arch.id, ids, 'SD_UNKNOWN_ARCH');
  }

  /** @throws Mistake SD_UNKNOWN_ARCH */
  async chosenArch(id: string): Promise<ArchSpec> {
    const [arch] = await this.chosenArchs([id]);
    return arch!;
  }

  /** Files from which architectures are imported. Those that the config gives as values have none. */
  async archFiles(): Promise<string[]> {
    return (await this.#archEntries()).flatMap(([entry, from]) =>
      typeof entry === 'string' ? (this.modules.pathOf(entry, from) ?? []) : [],
    );
  }

  /** What names architectures, or is one, and the file that says so. */
  async #archEntries(): Promise<(readonly [entry: unknown, from: string | undefined])[]> {
    const { config, from } = await this.#read();
    const patches = new Set((await this.patches()).map(({ where }) => where));
    return [
      ...(config.arches ?? this.modules.shipped('@shootdown/arch-')).map((entry) => [entry, from] as const),
      ...this.settings.plugin.filter((plugin) => !patches.has(plugin)).map((plugin) => [plugin, undefined] as const),
    ];
  }

  /** @throws Mistake SD_BAD_CONFIG */
  async workloads(): Promise<Workloads> {
    const { config, from } = await this.#read();
    const entries = config.workloads ?? ['@shootdown/workloads'];
    const sources = await Promise.all(
      entries.map(async (entry) => ({
        where: typeof entry === 'string' ? entry : 'an entry of workloads in the config',
        exports: await this.#load(entry, 'workloads', from),
      })),
    );
    // A file may bring an architecture too.
    const own = sources.map(({ where, exports }) => ({
      where,
      exports: isArchs(exports['default']) ? { ...exports, default: undefined } : exports,
    }));
    return workloadsOf([...own, ...(await this.patches())], await this.core());
  }

  /**
   * Names of changes, numbers and operations that no architecture knows: of one that is not loaded too, so all are loaded where those
   * that are do not know a name.
   * @returns for each story what is wrong with it
   */
  async strangers(stories: readonly Told[]): Promise<(Mistake | undefined)[]> {
    const core = await this.core();
    const found = (known: KnownNames): (Mistake | undefined)[] => stories.map((story) => core.strangerIn(story, known));
    const first = found(core.namesKnownTo(this.#loaded));
    return first.every((mistake) => mistake === undefined) ? first : found(core.namesKnownTo(await this.archs()));
  }

  /** Verdicts of a run before, kept in a file. Absent: nobody asked. */
  async journal({ resume, checkpointEvery }: BoundOptions): Promise<MaybeJournal> {
    if (resume !== undefined)
      return (this.#journal = await this.#openJournal(resume, checkpointEvery ?? CHECKPOINT_EVERY));
    if (checkpointEvery !== undefined) {
      throw new Mistake(
        'SD_BAD_OPTION',
        '--checkpoint-every says how often a search is kept, and nothing says where.',
        'Add --resume FILE.',
      );
    }
    return { judged: (_question, judge) => judge(undefined) };
  }

  /** What code gives the verdicts that are kept. Absent: none is. */
  get code(): Code | undefined {
    return this.#journal?.code;
  }

  /** The beginning of the paths of files that are kept. */
  get leftOut(): string {
    return this.#journal?.path ?? '';
  }

  async #openJournal(path: string, every: number): Promise<Journal> {
    // All that may be asked for later: the same code then has the same name, whatever was asked for.
    await this.archs();
    await this.workloads();
    const { Journal } = await lazily.journal();
    const warn = (text: string): void =>
      void (this.#warned.has(text) || (this.#warned.add(text), this.terminal.err(`${text}\n`)));
    return new Journal(path, this.modules.code(), every, () => this.modules.code().parts, warn);
  }

  /** Called at the end of the invocation. */
  dispose(): void {
    this.#journal?.dispose();
    this.modules.endRecord();
  }

  async #read(): Promise<{ config: Config; from?: string }> {
    this.#config ??= this.#readConfig();
    return this.#config;
  }

  async #readConfig(): Promise<{ config: Config; from?: string }> {
    const path = this.settings.config ?? this.modules.findConfig();
    if (path === undefined) return { config: {} };
    const config = (await this.#load(path.startsWith('.') || path.startsWith('/') ? path : `./${path}`, 'config'))[
      'default'
    ];
    if (typeof config !== 'object' || config === null)
      throw new Mistake(
        'SD_BAD_CONFIG',
        `${path} has no default export that is an object.`,
        'Write: export default { arches: [...], workloads: [...] }',
      );
    const strange = Object.keys(config).find((key) => !KEYS.includes(key));
    if (strange !== undefined) {
      const near = didYouMean(strange, KEYS);
      throw new Mistake(
        'SD_BAD_CONFIG',
        `${path} has a key ${strange}, which means nothing.`,
        near ? `Did you mean ${near}?` : `Keys are ${KEYS.join(', ')}.`,
      );
    }
    for (const key of KEYS) {
      const list = (config as Record<string, unknown>)[key];
      if (list !== undefined && !Array.isArray(list))
        throw new Mistake('SD_BAD_CONFIG', `${key} in ${path} is no list.`, `Write: ${key}: ['...']`);
    }
    return { config, ...(this.settings.config === undefined ? { from: path } : {}) };
  }

  async #archsOf(entry: unknown, from?: string): Promise<ArchSpec[]> {
    const module = typeof entry === 'string' ? await this.#load(entry, 'architectures', from) : undefined;
    const stray = module && Object.keys(module).find((key) => WORKLOAD_KEYS.includes(key));
    if (stray !== undefined && (await this.#read()).config.workloads?.includes(entry) !== true)
      throw new Mistake(
        'SD_BAD_CONFIG',
        `${String(entry)} is named as a package of architectures and exports ${stray}, which nobody reads there.`,
        'Name it under workloads of the config too, or put them into a file of their own.',
      );
    const value = module ? module['default'] : entry;
    const found = Array.isArray(value) ? (value as unknown[]) : [value];
    const where = typeof entry === 'string' ? `the default export of ${entry}` : 'an entry of arches in the config';
    if (!isArchs(value))
      throw new Mistake(
        'SD_BAD_ARCH',
        `${where} is no architecture.`,
        'Write: export default arch({ ... }), or a list of several.',
      );
    return found as ArchSpec[];
  }

  async #load(entry: unknown, what: string, from?: string): Promise<Readonly<Record<string, unknown>>> {
    if (typeof entry === 'object' && entry !== null) return entry as Record<string, unknown>;
    if (typeof entry !== 'string')
      throw new Mistake(
        'SD_BAD_CONFIG',
        `the config names ${String(entry)} under ${what}.`,
        'An entry is the name of a package, a path, or the value itself.',
      );
    try {
      return await this.modules.load(entry, from);
    } catch (error) {
      if (error instanceof Error && error.name === 'Mistake') throw error;
      throw new Mistake(
        'SD_BAD_CONFIG',
        `${entry} (${what}) cannot be loaded: ${reasonOf(error)}`,
        'Is the name or path right, and the package built and installed?',
      );
    }
  }
}

/** Seconds. */
const CHECKPOINT_EVERY = 10;

// Not in the class: the compiler leaves the ending of an import within decorated code as it is.
const lazily = { journal: () => import('./journal.ts') };

/** The first line, without who imported it: that is us. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/ imported from .*|\n.*/s, '');

/** Is it an architecture, or a list of some? */
const isArchs = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 && (value as unknown[]).every(isArch) : isArch(value);

const isArch = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'machine' in value &&
  'layers' in value &&
  Array.isArray(value.layers) &&
  // Not a declaration that `arch()` has not seen: it fills in what is left out, and checks the rest.
  ['alsoKnownAs', 'variants', 'rules'].every((key) => key in value);
