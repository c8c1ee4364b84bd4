/** What is asked of an exploration, and what it answers: plain data. */
import type { Schedule } from './system.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Reductions } from './reductions.ts';

/** Bounds of a search, and when it gives up. */
export interface ExploreOptions {
  /** Stop at the first claim that must not fail and does. A deadlock stops nothing. */
  readonly stopAtFirst: boolean;
  /** Give up once there are more states than this. */
  readonly maxStates: number;
  /** Give up once states and the ways to them take more bytes than this. Looked at every few thousand transitions. */
  readonly maxBytes?: number;
  /** Take at most this many steps from the start. */
  readonly maxDepth?: number;
  /** Give up after so much time. A search that goes on from a checkpoint has it once more. */
  readonly deadlineMs?: number;
  /** Where the search is written down as it goes, and what to go on with. */
  readonly checkpoint?: Checkpoint;
  /** What to leave out without changing the verdict. Absent: nothing. With `maxDepth` nothing is left out either. */
  readonly reduce?: Reductions;
  /** Tells states apart by 64-bit fingerprints alone, which `seed` mixes: less memory, and states may be missed (`omissionRisk`). */
  readonly compact?: { readonly seed: number };
  readonly signal?: AbortSignal;
  /** Called about ten times a second. */
  onProgress?(progress: Progress): void;
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States found whose steps were not taken yet. */
  readonly waiting: number;
  readonly seconds: number;
  /** What states and the ways to them take. */
  readonly bytes: number;
  /** A reduced search is made again until it learns nothing that would have changed it: which of these searches it is, from 1. */
  readonly round: number;
  /** Of `seconds` those of this round. */
  readonly roundSeconds: number;
}

/** A claim that failed, and a schedule to where it does: a shortest one, unless a reduced search went on after the first. */
export interface Violation {
  readonly claim: string;
  readonly schedule: Schedule;
  readonly depth: number;
}

/**
 * How often a claim held. Counted once per state and way the judged step ended, however many schedules lead there. Of a reduced search
 * only whether a count is 0 means something.
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

/** A schedule after which no schedule leads to an end, though processes may move: its last moves lead back to a state that was there before. */
export interface Livelock extends Deadlock {
  /** Which move of the schedule begins the loop, from 0: all from there on can be repeated for ever. Absent where no loop was looked for long enough. */
  readonly loop?: number;
}

/** Code that came to something it cannot go on with (a `bound` step): what lies behind it was not tried. */
export interface GaveUp {
  readonly process: string;
  /** Operations and hooks it is inside of, outermost first. */
  readonly where: readonly string[];
  readonly why: string;
  /** States in which nothing can move and it stands there. 0 where others move for ever. */
  readonly states: number;
  /** A way there: the first that was found. Absent where only runs that learn the code before a search came there. */
  readonly schedule?: Schedule;
}

/** A step of the code that some schedule reaches, with the number of local states it is reached in. */
export interface Reached {
  readonly where: readonly string[];
  readonly kind: string;
  readonly count: number;
}

/** What an exploration found. */
export interface Exploration {
  /** `complete`: every schedule was tried. Otherwise what was not found may still exist. */
  readonly outcome: 'complete' | 'stopped-at-violation' | 'bound' | 'interrupted';
  /** Which bound ended it, when one did. */
  readonly bound?: 'maxStates' | 'maxBytes' | 'maxDepth' | 'deadlineMs';
  /** Where the search, or the one for a shortest way to what was found, was cut short: by what, and how many states it had not gone on from. */
  readonly cut?: { readonly by: 'states' | 'memory' | 'time' | 'interrupt'; readonly waiting: number };
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of all shortest ways to a state. */
  readonly depth: number;
  /** States where every main process has ended and nothing can move. */
  readonly ends: number;
  /** States where nothing can move and some process gave up: neither an end nor a deadlock, nothing is judged there. */
  readonly bounded: number;
  /** What code gave up at, each place once. An exploration with any has not shown what lies behind them: `complete` speaks of the rest. */
  readonly gaveUp: readonly GaveUp[];
  readonly deadlocks: number;
  /** Local states of all processes. */
  readonly nodes: number;
  /** Observations that led from one to another. */
  readonly edges: number;
  /** How often code was run to learn them. */
  readonly replays: number;
  /** Searches made; the last one learned nothing that would have changed it, and states and transitions are its own. */
  readonly rounds: number;
  readonly seconds: number;
  /** Why processes that were supposed to be alike are not: they were told apart. */
  readonly unlike?: string;
  /** About how likely it is that a state was missed, when states were told apart by fingerprints alone. */
  readonly omissionRisk?: number;
  readonly violations: readonly Violation[];
  readonly tally: readonly TallyCount[];
  readonly deadlock?: Deadlock;
  /** A schedule after which processes may move for ever, but some main process can never end whatever they do. */
  readonly neverEnds?: Livelock;
  /**
   * A schedule after which the code of a daemon (an interrupt handler, a callback) that others have brought about never comes to its end: it waits
   * where nothing moves any more, or goes round in a loop that leaves nobody out who could move.
   */
  readonly unended?: Livelock;
  readonly reached: readonly Reached[];
}
