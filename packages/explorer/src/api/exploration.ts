/** Options and results of an exploration, as plain data. */
import type { Schedule } from './system.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Reductions } from './reductions.ts';

/** Bounds of a search, and how it is made. */
export interface ExploreOptions {
  /** Stop at the first claim that must not fail and does. A deadlock does not stop a search. */
  readonly stopAtFirst: boolean;
  /** Most states: the search gives up when there are more. */
  readonly maxStates: number;
  /** Most bytes of states and of the paths to them. Looked at every few thousand transitions. */
  readonly maxBytes?: number;
  /** Most steps from the start. Without it depth is unbounded; with it nothing is reduced. */
  readonly maxDepth?: number;
  /** Most milliseconds. A search that is resumed from a checkpoint has them once more. */
  readonly deadlineMs?: number;
  /** Where checkpoints are written, and what to resume. */
  readonly checkpoint?: Checkpoint;
  /** Reductions, none of which changes the verdict. Absent: none. Ignored with `maxDepth`. */
  readonly reduce?: Reductions;
  /**
   * Hash compaction: states are told apart by 64-bit fingerprints alone, mixed by `seed`. Needs less memory, and may
   * miss states (`omissionRisk`).
   */
  readonly compact?: { readonly seed: number };
  readonly signal?: AbortSignal;
  /** Called about ten times a second. */
  onProgress?(progress: Progress): void;
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States that were found and not expanded yet. */
  readonly waiting: number;
  readonly seconds: number;
  /** Bytes of states and of the paths to them. */
  readonly bytes: number;
  /** A reduced search is repeated until it has converged: the number of this round, from 1. */
  readonly round: number;
  /** Seconds of this round, of all `seconds`. */
  readonly roundSeconds: number;
}

/** A claim that failed, and a schedule to it: a shortest one, unless a reduced search went on after the first. */
export interface Violation {
  readonly claim: string;
  readonly schedule: Schedule;
  readonly depth: number;
}

/**
 * How often a counted claim held and failed: once per state and edge into it, however many schedules lead there. In a
 * reduced search only whether a number is 0 means something.
 */
export interface TallyCount {
  readonly claim: string;
  readonly held: number;
  readonly failed: number;
  readonly heldAt?: Schedule;
  readonly failedAt?: Schedule;
}

/** A shortest schedule after which a main process waits for ever. */
export interface Deadlock {
  readonly schedule: Schedule;
  readonly stuck: readonly { readonly process: string; readonly waitsFor: string }[];
}

/**
 * A schedule to a state from which no terminal state is reachable although processes move: its last moves are a loop.
 */
export interface Livelock extends Deadlock {
  /**
   * Index of the move that begins the loop, from 0: the moves from there on can be repeated for ever. Absent when no
   * loop was found within the limit.
   */
  readonly loop?: number;
}

/** Code that reached something it cannot go on with (a step of kind `bound`): what lies behind it was not explored. */
export interface GaveUp {
  readonly process: string;
  /** Functions that the code is inside of, outermost first. */
  readonly where: readonly string[];
  readonly why: string;
  /** States in which no process is enabled and this code has given up. 0 where others move for ever. */
  readonly states: number;
  /** The first schedule found. Absent where only runs before the search came there. */
  readonly schedule?: Schedule;
}

/** Where and why code gave up. */
export type GaveUpPlace = Pick<GaveUp, 'process' | 'where' | 'why'>;

/** A step of the code that some schedule reaches, with the number of local states it is reached in. */
export interface Reached {
  readonly where: readonly string[];
  readonly kind: string;
  readonly count: number;
}

/** The result of an exploration. */
export interface Exploration {
  /** `complete`: every schedule was explored. Otherwise what was not found may still exist. */
  readonly outcome: 'complete' | 'stopped-at-violation' | 'bound' | 'interrupted';
  /** The bound that ended it, when one did. */
  readonly bound?: 'maxStates' | 'maxBytes' | 'maxDepth' | 'deadlineMs';
  /**
   * Where the search, or the one for a shortest schedule, was cut short: by what, and how many states were not
   * expanded.
   */
  readonly cut?: { readonly by: 'states' | 'memory' | 'time' | 'interrupt'; readonly waiting: number };
  readonly states: number;
  readonly transitions: number;
  /** Length of the longest of all shortest schedules to a state, in steps. */
  readonly depth: number;
  /** Terminal states in which every main process has terminated. */
  readonly ends: number;
  /**
   * States in which no process is enabled and some process has given up: neither an end nor a deadlock, and nothing is
   * judged there.
   */
  readonly bounded: number;
  /** Places where code gave up, each once. What lies behind them was not shown: `complete` speaks of the rest. */
  readonly gaveUp: readonly GaveUp[];
  readonly deadlocks: number;
  /** Local states of all processes. */
  readonly nodes: number;
  /** Edges between local states: observed values. */
  readonly edges: number;
  /** How often code was run from its start to learn them. */
  readonly replays: number;
  /** Rounds of the fixpoint iteration; states and transitions are those of the last one, which had converged. */
  readonly rounds: number;
  readonly seconds: number;
  /** Why an inferred symmetry was rejected; the system was explored without it. */
  readonly symmetryRejected?: string;
  /** Approximate probability that a state was missed, with `compact`. */
  readonly omissionRisk?: number;
  readonly violations: readonly Violation[];
  readonly tally: readonly TallyCount[];
  readonly deadlock?: Deadlock;
  /** A livelock: a schedule after which some main process can never terminate, though processes may move for ever. */
  readonly neverEnds?: Livelock;
  /**
   * A schedule after which a daemon that was started by others never returns to its beginning: it is blocked where no
   * process is enabled, or goes round in a loop in which every enabled process has its turn.
   */
  readonly unended?: Livelock;
  readonly reached: readonly Reached[];
}
