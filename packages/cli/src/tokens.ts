/** What an invocation is made of: names in its container, and the types behind them. */
import type { Format, Report } from '@shootdown/report';
import type { Code } from './code.ts';
// @cycle types only: the name of a service stands beside what it gives
import type { Declaration } from './commands/declaration.ts';

/** Loaded when it is first needed, so that `--help` loads next to nothing. */
export type Lazy<T> = () => Promise<T>;

/** The part of core the command line calls. */
export type Core = Pick<
  typeof import('@shootdown/core'),
  | 'ablate'
  | 'against'
  | 'allHooks'
  | 'askingWatchers'
  | 'bisect'
  | 'brokenIn'
  | 'changesKnownTo'
  | 'codeCoverage'
  | 'comparedIn'
  | 'compareRaces'
  | 'hooksExercised'
  | 'hooksOf'
  | 'isPatch'
  | 'judgePatched'
  | 'judgeScenario'
  | 'MAX_STATES'
  | 'KERNELS'
  | 'limits'
  | 'kernelNamed'
  | 'measure'
  | 'MEASURE_DEFAULTS'
  | 'measurePatched'
  | 'measureClaims'
  | 'measureRow'
  | 'MODES'
  | 'namesOf'
  | 'notCompared'
  | 'part'
  | 'partFixed'
  | 'place'
  | 'reach'
  | 'readCounts'
  | 'readOperation'
  | 'readPlace'
  | 'replayToken'
  | 'rowsOf'
  | 'ruleNamed'
  | 'SCHEMA_VERSION'
  | 'sentencesOf'
  | 'sumsOf'
  | 'flawOfRace'
  | 'flawOfWorkload'
  | 'idleSwitches'
  | 'nameOfRace'
  | 'nameOfWorkload'
  | 'namesKnownTo'
  | 'strangerIn'
  | 'RELEASES'
  | 'lackedBy'
  | 'releaseNamed'
  | 'seriesOf'
  | 'withoutRule'
  | 'withPatch'
  | 'withPatchIn'
  | 'replaceableNames'
  | 'weigh'
>;

/** Where results and progress go. */
export interface Terminal {
  readonly columns: number;
  /** Lines of the screen (default: 40). */
  readonly rows?: number;
  /** How the command line is called, in commands that can be pasted (default: `npx shootdown`). */
  readonly program?: string;
  /** May results be coloured? */
  readonly colour: boolean;
  /** Is progress read by a person as it comes? */
  readonly live: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** Milliseconds since some start. */
export interface Clock {
  now(): number;
}

/** Finds and imports what the user names. */
export interface Modules {
  /** Path of the config file, when there is one in this folder or above it. */
  findConfig(): string | undefined;
  /**
   * @param specifier path, or name of a package
   * @param from file that names it; absent: the command line
   */
  load(specifier: string, from?: string): Promise<Readonly<Record<string, unknown>>>;
  /** Path of the file that `load` would import; undefined when that is no file. */
  pathOf(specifier: string, from?: string): string | undefined;
  /** Ids of the architectures that a package says it supplies (`shootdown.archs` of its package.json); undefined where it says nothing. */
  supplies(specifier: string, from?: string): readonly string[] | undefined;
  /** Packages that come with the command line, by the beginning of their names. */
  shipped(prefix: string): readonly string[];
  /**
   * Notes from now on what is loaded.
   * @param leftOut beginning of the paths of files that are ours to write
   */
  record(leftOut: string): Promise<void>;
  endRecord(): void;
  /** The command line, what comes with it, and all that was noted. */
  code(): Code;
}

/** Global options. */
export interface Settings {
  readonly format: string;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly config?: string;
  readonly plugin: readonly string[];
}

/** A result: what is said, and the exit code that belongs to it. */
export interface Result {
  readonly report: Report;
  readonly exit: number;
  /** The command has printed it as it came. */
  readonly printed?: true;
}

/** A command that is being run. */
export interface Command {
  run(args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<Result>;
}

// One type per token, so that what is registered fits what is injected.
export const CORE = Symbol('core');
export const TERMINAL = Symbol('terminal');
export const CLOCK = Symbol('clock');
export const MODULES = Symbol('modules');
export const SETTINGS = Symbol('settings');
export const INTERRUPT = Symbol('interrupt');
export const FORMAT = Symbol('format');
export const COMMAND = Symbol('command');
export const ARGV = Symbol('argv');

/** What each token stands for. */
export interface Registered {
  readonly [CORE]: Lazy<Core>;
  readonly [TERMINAL]: Terminal;
  readonly [CLOCK]: Clock;
  readonly [MODULES]: Modules;
  readonly [SETTINGS]: Settings;
  readonly [INTERRUPT]: AbortSignal;
  readonly [FORMAT]: Format;
  readonly [COMMAND]: Declaration;
  /** What was typed behind the program's name. */
  readonly [ARGV]: readonly string[];
}
