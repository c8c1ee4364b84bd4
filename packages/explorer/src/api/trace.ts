/** A replayed schedule, as plain data: what text, HTML and tests read. */

/** One cell that a step changed. */
export interface Change {
  readonly cell: string;
  readonly from: string;
  readonly to: string;
  /** It is kept for claims only. */
  readonly ghost?: true;
}

/** One step of a trace. */
export interface TraceEvent {
  /** Counted from 1. */
  readonly number: number;
  readonly process: string;
  readonly cpu: number;
  /** Operations and hooks the process is inside of, outermost first. */
  readonly where: readonly string[];
  readonly kind: string;
  /** The step in words. */
  readonly text: string;
  /** Whom it waited for, if it is a step that waits. */
  readonly why?: string;
  /** Cells that the step names. */
  readonly cells: readonly string[];
  /** What it observed. */
  readonly observed: number;
  readonly changes: readonly Change[];
  /** Claims that failed right after this step, with what was seen. */
  readonly broken: readonly { readonly claim: string; readonly seen?: string }[];
}

/** A replayed schedule. */
export interface Trace {
  readonly processes: readonly { readonly name: string; readonly cpu: number }[];
  readonly events: readonly TraceEvent[];
  /** Claims that fail where everything has ended. */
  readonly brokenAtEnd: readonly { readonly claim: string; readonly seen?: string }[];
  /** Processes that can never move again, when the schedule ends in a deadlock. */
  readonly stuck: readonly { readonly process: string; readonly waitsFor: string }[];
  /**
   * The schedule ends in a state that was there before: what happened since can happen again, for ever. `from`: number of the step that begins it;
   * `processes`: main processes that have not ended, each with the functions it is inside of.
   */
  readonly loop?: {
    readonly from: number;
    readonly processes: readonly { readonly process: string; readonly where: readonly string[] }[];
  };
  /** Code that has given up, with its reason: what it would have done is not modelled. */
  readonly gaveUp?: readonly { readonly process: string; readonly where: readonly string[]; readonly why: string }[];
}
