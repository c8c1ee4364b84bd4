/** An invocation with nothing real in it but the parser, the commands and the words of the report. */
import 'reflect-metadata';
import {
  sumsOf,
  rowsOf,
  comparedIn,
  KERNELS,
  kernelNamed,
  measureRow,
  nameOfRace,
  nameOfWorkload,
  namesOf,
  notCompared,
  weigh,
  part,
  partFixed,
  place,
  readPlace,
  askingWatchers,
  brokenIn,
  ruleNamed,
  withoutRule,
  readOperation,
  readCounts,
  MODES,
  measure,
  against,
  allHooks,
  isPatch,
  replaceableNames,
  withPatch,
  withPatchIn,
  limits,
  codeCoverage,
  MAX_STATES,
  MEASURE_DEFAULTS,
  RELEASES,
  lackedBy,
  releaseNamed,
  seriesOf,
  SCHEMA_VERSION,
  sentencesOf,
  type ArchSpec,
  type RaceCase,
  type Verdict,
} from '@shootdown/core';
import { invoke, type Overrides } from '../src/invoke.ts';
import { CLOCK, CORE, INTERRUPT, MODULES, TERMINAL, type Core, type Modules } from '../src/tokens.ts';

/** What came out. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export const archOf = (id: string): ArchSpec =>
  ({
    id,
    title: `the ${id}`,
    layers: [],
    alsoKnownAs: [],
    variants: {},
    rules: [],
    machine: { shootdown: 'ipi' },
  }) as unknown as ArchSpec;
export const raceOf = (id: string): RaceCase =>
  ({
    id,
    title: `about ${id}`,
    year: 2022,
    scenario: { name: id },
    before: { says: 'without the fix' },
    after: { says: 'with it' },
  }) as unknown as RaceCase;

export const verdictOf = (some: Partial<Verdict>): Verdict => ({
  schemaVersion: SCHEMA_VERSION,
  workload: 'gup',
  variant: 'before',
  configuration: 'Linux 6.1',
  arch: 'x86-64',
  outcome: 'clean',
  asks: [],
  layers: [],
  evidence: {
    grade: 'proved',
    cpus: 2,
    geometry: '2x2',
    memory: 'sc',
    states: 10,
    transitions: 20,
    depth: 3,
    gaveUp: 0,
    seconds: 0,
  },
  ...some,
});

/** Core whose searches all end well; each test says what differs. */
export const coreOf = (some: Partial<Core> = {}): Core => ({
  ablate: async () => undefined,
  part,
  partFixed,
  weigh,
  place,
  readPlace,
  sumsOf,
  rowsOf,
  comparedIn,
  KERNELS,
  kernelNamed,
  measureRow,
  namesOf,
  notCompared,
  askingWatchers,
  brokenIn,
  ruleNamed,
  withoutRule,
  readOperation,
  readCounts,
  MODES,
  measure,
  against,
  allHooks,
  isPatch,
  replaceableNames,
  withPatch,
  withPatchIn,
  limits,
  codeCoverage,
  reach: async () => undefined,
  // Architectures and races are mere names here: nothing is wrong with them.
  flawOfRace: () => undefined,
  flawOfWorkload: () => undefined,
  nameOfRace,
  nameOfWorkload,
  namesKnownTo: () => ({ changes: new Set(), numbers: new Set(), operations: new Set() }),
  strangerIn: () => undefined,
  idleSwitches: () => [],
  changesKnownTo: () => [],
  RELEASES,
  lackedBy,
  releaseNamed,
  seriesOf,
  MAX_STATES,
  MEASURE_DEFAULTS,
  SCHEMA_VERSION,
  sentencesOf,
  hooksOf: () => [],
  hooksExercised: () => new Set(),
  bisect: async () => undefined,
  judgePatched: async () => undefined,
  measurePatched: () => undefined,
  judgeScenario: async (arch, scenario, _configuration, variant) =>
    verdictOf({ workload: scenario.name, variant, arch: arch.id }),
  compareRaces: async (archs) => ({
    schemaVersion: SCHEMA_VERSION,
    archs: archs.map((a) => a.id),
    rows: [],
    seconds: 0,
    complete: true,
  }),
  measureClaims: async () => ({ frequencies: [], facts: [] }),
  replayToken: () => {
    throw new Error('not replayed here');
  },
  ...some,
});

/** Modules by the name under which the config or a plugin option names them. */
export const modulesOf = (some: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}): Modules => {
  const known: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    '@shootdown/arch-x86': { default: [archOf('x86-64'), archOf('x86-64-paravirt')] },
    '@shootdown/arch-arm64': { default: archOf('arm64') },
    '@shootdown/workloads': {
      races: [raceOf('gup'), raceOf('zap')],
      variations: [],
      expected: [],
      contractWorkloads: [],
    },
    ...some,
  };
  return {
    findConfig: () => ('./config.mjs' in known ? './config.mjs' : undefined),
    load: async (name) => known[name] ?? Promise.reject(new Error(`Cannot find package '${name}'`)),
    pathOf: () => undefined,
    supplies: (name) => known[name]?.['supplies'] as readonly string[] | undefined,
    record: async () => undefined,
    endRecord: () => undefined,
    code: () => ({ id: 'fake', parts: {} }),
    shipped: (prefix) => ['@shootdown/arch-x86', '@shootdown/arch-arm64'].filter((name) => name.startsWith(prefix)),
  };
};

export interface Fakes {
  readonly core?: Partial<Core>;
  readonly modules?: Parameters<typeof modulesOf>[0];
  readonly interrupt?: AbortSignal;
  /** Is stderr read by a person? */
  readonly live?: boolean;
  /** What the clock shows each time it is looked at. */
  readonly now?: () => number;
}

/** Runs a command line. */
export async function shootdown(line: string, fakes: Fakes = {}): Promise<Ran> {
  const ran = { out: '', err: '' };
  const overrides: Overrides = {
    [CORE]: async () => coreOf(fakes.core),
    [MODULES]: modulesOf(fakes.modules),
    [CLOCK]: { now: fakes.now ?? (() => 0) },
    [INTERRUPT]: fakes.interrupt ?? new AbortController().signal,
    [TERMINAL]: {
      columns: 100,
      colour: false,
      live: fakes.live ?? false,
      out: (text) => void (ran.out += text),
      err: (text) => void (ran.err += text),
    },
  };
  const exit = await invoke(line === '' ? [] : line.split(' '), overrides);
  return { exit, ...ran };
}
