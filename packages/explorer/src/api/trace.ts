/** A replayed schedule, as plain data: the input of every renderer and of tests. */

/** One cell that a step changed. */
export interface Change {
  readonly cell: string;
  readonly from: string;
  readonly to: string;
  /** It is read by claims only. */
  readonly ghost?: true;
}

/** One step of a trace. */
export interface TraceEvent {
  /** Counted from 1. */
  readonly number: number;
  readonly process: string;
  readonly cpu: number;
  /** Functions that the process is inside of, outermost first. */
  readonly where: readonly string[];
  readonly kind: string;
  /** The step in words. */
  readonly text: string;
  /** For a step that waits: what for. */
  readonly why?: string;
  /** Cells that the step names. */
  readonly cells: readonly string[];
  /** What it observed. */
  readonly observed: number;
  readonly changes: readonly Change[];
  /** What the process holds after the step, in the order in which it was taken. Absent: nothing. */
  readonly held?: readonly string[];
  /** Claims that failed right after this step, with what they saw. */
  readonly broken: readonly { readonly claim: string; readonly seen?: string }[];
}

/** A replayed schedule. */
export interface Trace {
  readonly processes: readonly { readonly name: string; readonly cpu: number }[];
  readonly events: readonly TraceEvent[];
  /** Claims about terminal states that fail at the end. */
  readonly brokenAtEnd: readonly { readonly claim: string; readonly seen?: string }[];
  /** Processes that are stuck, when the schedule ends in a deadlock. */
  readonly stuck: readonly { readonly process: string; readonly waitsFor: string }[];
  /**
   * The schedule ends in a state that occurred before: what happened in between can be repeated for ever. `from`:
   * number of the step that begins the loop; `processes`: main processes that have not terminated, each with the
   * functions it is inside of.
   */
  readonly loop?: {
    readonly from: number;
    readonly processes: readonly { readonly process: string; readonly where: readonly string[] }[];
  };
  /** Code that has given up, with its reason: what it would have done is not modelled. */
  readonly gaveUp?: readonly { readonly process: string; readonly where: readonly string[]; readonly why: string }[];
}
