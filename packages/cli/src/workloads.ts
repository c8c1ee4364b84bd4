/** What packages and files of workloads export, checked: what nobody reads is a mistake, and one bad race leaves the others as they are. */
import { didYouMean, Mistake } from '@shootdown/core/mistakes';
import type {
  Beside,
  CountedOperation,
  CountRow,
  ExpectedRow,
  LeftOut,
  Named,
  RaceCase,
  Watch,
  Workload,
} from '@shootdown/core';
import type { Core } from './tokens.ts';

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
  /** Watchers of their own, which stories may ask by their sentences. */
  readonly watches: readonly Watch[];
  /** Races and workloads that cannot be run as they are. */
  readonly broken: readonly Broken[];
}

/** A race or a workload that cannot be run. */
export interface Broken {
  /** Its id or the name of its scenario; where it has none, where it stands: `races[2] of ./mine.mjs`. */
  readonly name: string;
  /** Name of its scenario, where it has one. */
  readonly story: string | undefined;
  readonly kind: 'race' | 'variation' | 'workload';
  readonly mistake: Mistake;
}

/** A module of workloads, or such a value that the config holds itself. */
export interface Source {
  /** For messages. */
  readonly where: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

const LISTS = [
  'races',
  'variations',
  'expected',
  'contractWorkloads',
  'operations',
  'countedBeside',
  'countedLeftOut',
  'watches',
] as const;
export const WORKLOAD_KEYS: readonly string[] = [...LISTS, 'kernelCounts'];
type List = (typeof LISTS)[number];
const KINDS = { races: 'race', variations: 'variation', contractWorkloads: 'workload' } as const;
const EXPECTED: readonly unknown[] = ['violates', 'clean', 'unstated', 'n/a'];

/**
 * Puts together what several modules export.
 * @throws Mistake SD_BAD_CONFIG, SD_BAD_OPERATION
 */
export function workloadsOf(sources: readonly Source[], core: Core): Workloads {
  for (const source of sources) checkExports(source, core);
  const all = <T>(key: List): T[] => sources.flatMap(({ exports }) => (exports[key] ?? []) as T[]);
  const broken: Broken[] = [];
  const names = new Set<string>();
  const stories = new Map<string, Named['scenario']>();
  /** Commands tell stories, and races, by their names. */
  const secondOf = (id: string, { scenario }: { readonly scenario: Named['scenario'] }): Mistake | undefined => {
    const story = stories.get(scenario.name) ?? scenario;
    const what =
      story !== scenario
        ? `another scenario is called ${scenario.name} too`
        : names.has(id)
          ? `there are two: ${id}`
          : undefined;
    stories.set(scenario.name, story);
    names.add(id);
    return what === undefined
      ? undefined
      : new Mistake(
          'SD_BAD_SCENARIO',
          `${what}.`,
          'Give one of them another name; where it is the same story, use the same object.',
        );
  };
  const whole = <T extends { readonly scenario: Named['scenario'] }>(
    key: keyof typeof KINDS,
    flawOf: (one: T) => Mistake | undefined,
    nameOf: (one: T) => string | undefined,
  ): T[] =>
    sources.flatMap(({ where, exports }) =>
      ((exports[key] ?? []) as readonly T[]).filter((one, i) => {
        const own = nameOf(one);
        const flaw = flawOf(one) ?? secondOf(`${KINDS[key]} ${own}`, one);
        if (!flaw) return true;
        const at = own === undefined ? `${key}[${i}] of ${where}` : where;
        broken.push({
          name: own ?? at,
          story: core.nameOfWorkload(one),
          kind: KINDS[key],
          mistake: new Mistake(flaw.code, `${at}: ${flaw.what}`, flaw.hint),
        });
        return false;
      }),
    );
  const races = whole<RaceCase>('races', core.flawOfRace, core.nameOfRace).map(titled);
  const variations = whole<RaceCase>('variations', core.flawOfRace, core.nameOfRace).map(titled);
  // A story may be told to several kernels: its name comes more than once.
  const nameOfKernel = (one: Workload): string | undefined =>
    core.flawOfWorkload(one) ? core.nameOfWorkload(one) : `${one.scenario.name} ${one.configuration.release}`;
  const contractWorkloads = whole<Workload>('contractWorkloads', core.flawOfWorkload, nameOfKernel);
  const watches = all<Watch>('watches');
  // One story stays one object.
  const asking = new Map<Named['scenario'], Named['scenario']>();
  const told = <T extends { readonly scenario: Named['scenario'] }>(one: T): T => {
    if (watches.length === 0) return one;
    const scenario = asking.get(one.scenario) ?? core.askingWatchers(one.scenario, watches);
    asking.set(one.scenario, scenario);
    return { ...one, scenario };
  };
  return {
    races: races.map(told),
    variations: variations.map(told),
    contractWorkloads: contractWorkloads.map(told),
    watches,
    broken,
    expected: all('expected'),
    operations: all('operations'),
    countedBeside: all('countedBeside'),
    countedLeftOut: all('countedLeftOut'),
    kernelCounts: () =>
      sources.flatMap(({ exports }) => (exports['kernelCounts'] as Workloads['kernelCounts'] | undefined)?.() ?? []),
  };
}

/** Titles and years may be left out: nothing depends on them. */
const titled = (race: RaceCase): RaceCase => {
  const { title, year } = race as Partial<RaceCase>;
  return title === undefined || year === undefined ? { ...race, title: title ?? race.id, year: year ?? 0 } : race;
};

function checkExports({ where, exports }: Source, core: Core): void {
  const bad = (what: string, hint: string): never => {
    throw new Mistake('SD_BAD_CONFIG', `${where} ${what}`, hint);
  };
  const hint = `Workloads are exported as ${WORKLOAD_KEYS.join(', ')}.`;
  const strange = Object.keys(exports).find(
    (key) => exports[key] !== undefined && !WORKLOAD_KEYS.includes(key) && !isWholeOfCommonJs(key, exports),
  );
  if (strange !== undefined) {
    const near = didYouMean(strange, WORKLOAD_KEYS);
    bad(`exports ${strange}, which means nothing.`, near ? `Did you mean ${near}?` : hint);
  }
  for (const key of LISTS)
    if (exports[key] !== undefined && !Array.isArray(exports[key]))
      bad(`exports ${key}, which is no list.`, `Write: export const ${key} = [...]`);
  if (exports['kernelCounts'] !== undefined && typeof exports['kernelCounts'] !== 'function')
    bad('exports kernelCounts, which is no function.', hint);
  for (const [i, operation] of ((exports['operations'] ?? []) as readonly unknown[]).entries())
    core.readOperation(operation, `${where}: operations[${i}]`);
  for (const [i, row] of ((exports['expected'] ?? []) as readonly (Partial<ExpectedRow> | undefined)[]).entries()) {
    const words = Object.entries(row?.expect_before_fix ?? {}).find(([, word]) => !EXPECTED.includes(word));
    if (
      typeof row?.id !== 'string' ||
      typeof row.expect_before_fix !== 'object' ||
      typeof row.expect_after_fix !== 'string'
    )
      bad(
        `exports expected[${i}], which is no row of a reference.`,
        'A row has id, expect_before_fix and expect_after_fix.',
      );
    if (words)
      bad(
        `exports expected[${i}], which says "${String(words[1])}" of ${words[0]}.`,
        `Write one of ${EXPECTED.join(', ')}.`,
      );
  }
}

/** Node gives CommonJS as a whole beside its parts. */
const isWholeOfCommonJs = (key: string, exports: Readonly<Record<string, unknown>>): boolean => {
  const whole = exports[key];
  if ((key !== 'default' && key !== 'module.exports') || typeof whole !== 'object' || whole === null) return false;
  const parts = Object.entries(whole);
  return parts.length > 0 && parts.every(([name, value]) => exports[name] === value);
};

/** Every workload under its name, with its kernels by variant. */
export function namedOf({
  races,
  variations,
  contractWorkloads,
}: Pick<Workloads, 'races' | 'variations' | 'contractWorkloads'>): Named[] {
  const named = new Map<string, { scenario: Named['scenario']; variants: Record<string, Named['variants'][string]> }>();
  const add = (scenario: Named['scenario'], variant: string, configuration: Named['variants'][string]): void => {
    const known = named.get(scenario.name) ?? { scenario, variants: {} };
    known.variants[variant] ??= configuration;
    named.set(scenario.name, known);
  };
  for (const race of [...races, ...variations])
    for (const variant of ['before', 'after'] as const) add(race.scenario, variant, race[variant]);
  for (const { scenario, configuration } of contractWorkloads) add(scenario, configuration.release, configuration);
  return [...named.values()];
}
