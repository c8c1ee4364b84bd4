/** What is asked of an exploration, and what it answers: plain data. */
import type { Schedule } from '../words/system.ts';

/** Bounds of a search, and when it gives up. */
export interface ExploreOptions {
  /** Stop at the first claim that must not fail and does. A deadlock stops nothing. */
  readonly stopAtFirst: boolean;
  /** Keep at most this many states. */
  readonly maxStates: number;
  /** Take at most this many steps from the start. */
  readonly maxDepth?: number;
  readonly deadlineMs?: number;
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
}

/** A claim that failed, and a shortest schedule to where it does. */
export interface Violation {
  readonly claim: string;
  readonly schedule: Schedule;
  readonly depth: number;
}

/** How often a claim held. Counted once per state and way the judged step ended, however many schedules lead there. */
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
  readonly bound?: 'maxStates' | 'maxDepth' | 'deadlineMs';
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of all shortest ways to a state. */
  readonly depth: number;
  /** States where every main process has ended and nothing can move. */
  readonly ends: number;
  /** States where nothing can move and some process gave up retrying: neither an end nor a deadlock, nothing is judged there. */
  readonly bounded: number;
  readonly deadlocks: number;
  /** Local states of all processes. */
  readonly nodes: number;
  /** How often code was run to learn them. */
  readonly replays: number;
  readonly seconds: number;
  readonly violations: readonly Violation[];
  readonly tally: readonly TallyCount[];
  readonly deadlock?: Deadlock;
  readonly reached: readonly Reached[];
}
