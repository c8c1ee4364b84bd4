/** What there is to choose from: architectures and workloads that the config and the plugins name. */
import type { ArchSpec, Beside, CountedOperation, CountRow, ExpectedRow, LeftOut, Named, RaceCase, Scenario, Verdict, Watch, Workload } from '@shootdown/core';
import type { CheckpointPlace } from './checkpoint-file.ts';
import type { Journal, Question } from './journal.ts';
import type { BoundOptions } from './options.ts';
import { inject, injectable } from 'tsyringe';
import { CORE, MODULES, SETTINGS, type Core, type Lazy, type Modules, type Settings } from './tokens.ts';

/** The config file. Entries are names of packages, paths, or the values themselves. */
interface Config {
  readonly arches?: readonly unknown[];
  readonly workloads?: readonly unknown[];
}
const KEYS = ['arches', 'workloads'];

/** What a package of workloads exports; it may leave any of them out. */
export interface Workloads {
  readonly races: readonly RaceCase[];
  /** What the texts of races say about other forms of them. */
  readonly variations: readonly RaceCase[];
  readonly expected: readonly ExpectedRow[];
  /** Workloads that reach hooks under their usual conditions, for measuring claims. */
  readonly contractWorkloads: readonly Workload[];
  /** Operations that are counted. */
  readonly operations: readonly CountedOperation[];
  /** What real kernels did. */
  kernelCounts(): readonly CountRow[];
  /** What those counts hold beside the operations. */
  readonly countedBeside: readonly Beside[];
  /** What of those counts is not compared, and why. */
  readonly countedLeftOut: readonly LeftOut[];
  /** Watchers of its own, which stories may ask by their sentences. */
  readonly watches: readonly Watch[];
}

/** Verdicts that are remembered, or not. */
export interface MaybeJournal {
  judged(question: Question, judge: (place: CheckpointPlace | undefined) => Promise<Verdict>): Promise<Verdict>;
}

@injectable()
export class Catalog {
  #config: Promise<{ config: Config; from?: string }> | undefined;
  #journal: Journal | undefined;

  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(MODULES) private readonly modules: Modules,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @param wanted packages that say they supply none of these are left out, when the others have all; absent: every architecture
   * @throws Mistake SD_BAD_CONFIG, SD_BAD_ARCH
   */
  async archs(wanted?: readonly string[]): Promise<ArchSpec[]> {
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
      throw await this.#mistake('SD_BAD_CONFIG', `two architectures are called ${twice}.`, 'Leave one of them out of the config or the --plugin options.');
    return archs;
  }

  /** Files from which architectures are imported. Those that the config gives as values have none. */
  async archFiles(): Promise<string[]> {
    return (await this.#archEntries()).flatMap(([entry, from]) => (typeof entry === 'string' ? (this.modules.pathOf(entry, from) ?? []) : []));
  }

  /** What names architectures, or is one, and the file that says so. */
  async #archEntries(): Promise<(readonly [entry: unknown, from: string | undefined])[]> {
    const { config, from } = await this.#read();
    return [
      ...(config.arches ?? this.modules.shipped('@shootdown/arch-')).map((entry) => [entry, from] as const),
      ...this.settings.plugin.map((plugin) => [plugin, undefined] as const),
    ];
  }

  /** @throws Mistake SD_BAD_CONFIG */
  async workloads(): Promise<Workloads> {
    const { config, from } = await this.#read();
    const entries = config.workloads ?? ['@shootdown/workloads'];
    const found = await Promise.all(entries.map((entry) => this.#load(entry, 'workloads', from)));
    const all = <T>(key: Exclude<keyof Workloads, 'kernelCounts'>): T[] => found.flatMap((module) => (module[key] ?? []) as T[]);
    const watches = all<Watch>('watches');
    const asking = watches.length > 0 ? (await this.core()).askingWatchers : undefined;
    const told = <T extends { readonly scenario: Scenario }>(ones: T[]): T[] => (asking ? ones.map((one) => ({ ...one, scenario: asking(one.scenario, watches) })) : ones);
    return {
      watches,
      races: told(all<RaceCase>('races')),
      variations: told(all<RaceCase>('variations')),
      expected: all<ExpectedRow>('expected'),
      contractWorkloads: told(all<Workload>('contractWorkloads')),
      operations: all<CountedOperation>('operations'),
      countedBeside: all<Beside>('countedBeside'),
      countedLeftOut: all<LeftOut>('countedLeftOut'),
      kernelCounts: () => found.flatMap((module) => (module['kernelCounts'] as Workloads['kernelCounts'] | undefined)?.() ?? []),
    };
  }

  /** Files from which workloads are imported. */
  async #workloadFiles(): Promise<string[]> {
    const { config, from } = await this.#read();
    return (config.workloads ?? []).flatMap((entry) => (typeof entry === 'string' ? (this.modules.pathOf(entry, from) ?? []) : []));
  }

  /** Verdicts of a run before, kept in a file. Absent: nobody asked. */
  async journal({ resume, checkpointEvery }: BoundOptions): Promise<MaybeJournal> {
    if (resume !== undefined) return (this.#journal = await openJournal(resume, this.modules.places(), [...(await this.archFiles()), ...(await this.#workloadFiles())], checkpointEvery ?? CHECKPOINT_EVERY, await this.core()));
    if (checkpointEvery !== undefined) {
      const { Mistake } = await this.core();
      throw new Mistake('SD_BAD_OPTION', '--checkpoint-every says how often a search is kept, and nothing says where.', 'Add --resume FILE.');
    }
    return { judged: (_question, judge) => judge(undefined) };
  }

  /** Called at the end of the invocation. */
  dispose(): void {
    this.#journal?.dispose();
  }

  async #read(): Promise<{ config: Config; from?: string }> {
    this.#config ??= this.#readConfig();
    return this.#config;
  }

  async #readConfig(): Promise<{ config: Config; from?: string }> {
    const path = this.settings.config ?? this.modules.findConfig();
    if (path === undefined) return { config: {} };
    const config = (await this.#load(path.startsWith('.') || path.startsWith('/') ? path : `./${path}`, 'config'))['default'];
    if (typeof config !== 'object' || config === null)
      throw await this.#mistake(
        'SD_BAD_CONFIG',
        `${path} has no default export that is an object.`,
        'Write: export default { arches: [...], workloads: [...] }',
      );
    const strange = Object.keys(config).find((key) => !KEYS.includes(key));
    if (strange !== undefined) {
      const near = (await this.core()).didYouMean(strange, KEYS);
      throw await this.#mistake(
        'SD_BAD_CONFIG',
        `${path} has a key ${strange}, which means nothing.`,
        near ? `Did you mean ${near}?` : `Keys are ${KEYS.join(', ')}.`,
      );
    }
    for (const key of KEYS) {
      const list = (config as Record<string, unknown>)[key];
      if (list !== undefined && !Array.isArray(list))
        throw await this.#mistake('SD_BAD_CONFIG', `${key} in ${path} is no list.`, `Write: ${key}: ['...']`);
    }
    return { config, ...(this.settings.config === undefined ? { from: path } : {}) };
  }

  async #archsOf(entry: unknown, from?: string): Promise<ArchSpec[]> {
    const value = typeof entry === 'string' ? (await this.#load(entry, 'architectures', from))['default'] : entry;
    const found = Array.isArray(value) ? (value as unknown[]) : [value];
    const where = typeof entry === 'string' ? `the default export of ${entry}` : 'an entry of arches in the config';
    if (found.length === 0 || !found.every(isArch))
      throw await this.#mistake(
        'SD_BAD_ARCH',
        `${where} is no architecture.`,
        'Write: export default arch({ ... }), or a list of several.',
      );
    return found as ArchSpec[];
  }

  async #load(entry: unknown, what: string, from?: string): Promise<Readonly<Record<string, unknown>>> {
    if (typeof entry !== 'string') return entry as Record<string, unknown>;
    try {
      return await this.modules.load(entry, from);
    } catch (error) {
      if (error instanceof Error && error.name === 'Mistake') throw error;
      throw await this.#mistake(
        'SD_BAD_CONFIG',
        `${entry} (${what}) cannot be loaded: ${reasonOf(error)}`,
        'Is the name or path right, and the package built and installed?',
      );
    }
  }

  async #mistake(code: 'SD_BAD_CONFIG' | 'SD_BAD_ARCH', what: string, hint: string): Promise<Error> {
    const { Mistake } = await this.core();
    return new Mistake(code, what, hint);
  }
}

/** Seconds. */
const CHECKPOINT_EVERY = 10;

// Not in the class: the compiler leaves the ending of an import within decorated code as it is.
async function openJournal(path: string, places: readonly string[], plugins: readonly string[], every: number, core: Core): Promise<Journal> {
  const { codeOf, Journal } = await import('./journal.ts');
  return new Journal(path, codeOf(places, plugins), every, core);
}

/** The first line, without who imported it: that is us. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/ imported from .*|\n.*/s, '');

const isArch = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'machine' in value &&
  'layers' in value &&
  Array.isArray(value.layers);

/** Every workload under its name, with its kernels by variant. */
export function namedOf({ races, variations, contractWorkloads }: Pick<Workloads, 'races' | 'variations' | 'contractWorkloads'>): Named[] {
  const named = new Map<string, { scenario: Named['scenario']; variants: Record<string, Named['variants'][string]> }>();
  const add = (scenario: Named['scenario'], variant: string, configuration: Named['variants'][string]): void => {
    const known = named.get(scenario.name) ?? { scenario, variants: {} };
    known.variants[variant] ??= configuration;
    named.set(scenario.name, known);
  };
  for (const race of [...races, ...variations]) for (const variant of ['before', 'after'] as const) add(race.scenario, variant, race[variant]);
  for (const { scenario, configuration } of contractWorkloads) add(scenario, configuration.release, configuration);
  return [...named.values()];
}
