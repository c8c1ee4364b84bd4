/** A replayed schedule, as plain data: the input of every renderer and of tests. */

/** What a value stands for beside its number: plain data, so that nobody has to read it back from words. */
export interface ValueFacts {
  /** What it points to: `table` 3, `page` 16. */
  readonly refers?: { readonly to: string; readonly n: number };
  /** Words for its bits, such as `write`; for a set, its members. */
  readonly flags?: readonly string[];
}

/** What a cell is. */
export interface CellFacts {
  /** Name of the array that it is one of. */
  readonly region: string;
  /** What its indices count, outermost first, such as `cpu`. */
  readonly dims: readonly string[];
  readonly at: readonly number[];
  /** How its values read: `entry`, `lock`, `mask`, `number` ... */
  readonly shape: string;
  /** It is read by claims only. */
  readonly ghost?: true;
}

/** What a function on a call stack is, and where it stands in Linux. */
export interface FunctionFacts {
  /** `hook`: generic code asks the architecture. */
  readonly kind: 'hook' | 'operation' | 'function';
  readonly source?: { readonly version: string; readonly file: string; readonly symbol: string };
  /** Of a hook: who answers for it here. */
  readonly layer?: string;
}

/** A cell that does not hold 0 where a trace begins. */
export interface InitialValue extends ValueFacts {
  readonly cell: string;
  readonly value: number;
  readonly text: string;
}

/** One cell that a step changed. `refers` and `flags` are those of the value that it holds afterwards. */
export interface Change extends ValueFacts {
  readonly cell: string;
  readonly from: string;
  readonly to: string;
  readonly before: number;
  readonly after: number;
  /** It is read by claims only. */
  readonly ghost?: true;
}

/** A lock or a section that a process is in. */
export interface Held {
  /** As a trace shows it: `mm0.mmap_lock (read)`, `interrupts off`. */
  readonly text: string;
  /** The lock. Absent: a section, which nobody waits for by name. */
  readonly cell?: string;
  readonly mode: 'spin' | 'read' | 'write' | 'section';
}

/** A claim that failed. */
export interface BrokenClaim {
  readonly claim: string;
  /** What was seen, in words. */
  readonly seen?: string;
  /** The cells that these words are about, each with the step that gave it its value. No step: the set-up did. */
  readonly because?: readonly { readonly cell: string; readonly step?: number }[];
}

/** A process could not move. */
export interface Wait {
  readonly process: string;
  /** It stood so after this step; 0: from the start. */
  readonly from: number;
  /** After this step it could move again. Absent: it never could. */
  readonly until?: number;
  /** What it was about to do. */
  readonly where: readonly string[];
  readonly why: string;
  /** Cells that have to change before it can move. */
  readonly cells: readonly string[];
  /** Processes whose turn it is to change them. */
  readonly on: readonly string[];
  /** Code above it on its CPU holds it up: an interrupt, or the hypervisor. */
  readonly interrupted?: true;
}

/** A step that another process made possible, or that takes what another sent. */
export interface Edge {
  /** How they are connected: the channel of the cell (`Depiction.channel`), or `wait` for any other cell. */
  readonly kind: string;
  /** Numbers of the two steps. */
  readonly from: number;
  readonly to: number;
  readonly cell: string;
  /** It is the answer that the sender waits for: an acknowledgement, a lock that is free again. */
  readonly answer?: true;
  /** The second process could not move until then. */
  readonly waited?: true;
}

/** A value that a process read, and that another changed while it was still at work with it. */
export interface Overtaken {
  readonly cell: string;
  /** Number of the step that read it, and of the one that changed it. */
  readonly read: number;
  readonly changed: number;
  /** The next step of who had read it: from there on it works with what is no more. */
  readonly goesOn: number;
  /** The step at which it looks at the cell again. Absent: it does not. */
  readonly readAgain?: number;
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
  readonly held?: readonly Held[];
  /** Claims that failed right after this step, with what they saw. */
  readonly broken: readonly BrokenClaim[];
}

/** A thread, or something that hardware does by itself. */
export interface TraceProcess {
  readonly name: string;
  readonly cpu: number;
  readonly role: 'main' | 'daemon';
  /** Of a daemon: what it does, in a word. */
  readonly does?: string;
}

/** A replayed schedule. */
export interface Trace {
  readonly processes: readonly TraceProcess[];
  /** What the cells are that hold something at the start, or change. By name. */
  readonly cells: Readonly<Record<string, CellFacts>>;
  /** What the set-up left; all other cells hold 0. */
  readonly initial: readonly InitialValue[];
  /** What is known of the functions on call stacks. By name. */
  readonly functions: Readonly<Record<string, FunctionFacts>>;
  readonly events: readonly TraceEvent[];
  /** Who could not move, and for whom it waited. */
  readonly waits: readonly Wait[];
  /** Which step let which other one happen. */
  readonly edges: readonly Edge[];
  /** Which values were read and then changed by another process, before who read them was done. */
  readonly overtaken: readonly Overtaken[];
  /** Claims about terminal states that fail at the end. */
  readonly brokenAtEnd: readonly BrokenClaim[];
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
