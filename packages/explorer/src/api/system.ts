/** What is explored: processes that take steps over cells, and the claims that are judged. */
import type { Cell } from './cell.ts';
import type { CellFacts, FunctionFacts, Held, ValueFacts } from './trace.ts';
import type { CellNames, Meaning, Op, ImageOfBits, Step, Store } from './step.ts';

/** A process. */
export interface Process {
  /** Its name in traces and messages, unique in the system. */
  readonly name: string;
  /** The CPU, or thread, in whose column a trace shows it. */
  readonly cpu: number;
  /**
   * `main`: must terminate. `daemon`: starts again each time its code returns, and may stay idle at its beginning for
   * ever.
   */
  readonly role: 'main' | 'daemon';
  /** Of a daemon: what it does, in a word. Traces show it. */
  readonly does?: string;
  /**
   * Gates: the process is enabled only while all of these cells hold 0, as code is stopped by an interrupt handler
   * above it.
   */
  readonly gates?: readonly Cell[];
  /**
   * Makes the code anew. It must be deterministic: code that has observed alike takes the same step. Its state is in
   * cells and in local variables, nowhere else.
   */
  readonly body: () => Op<unknown>;
}

/** The step that gave a cell its present value, in a sentence: `at step 38`, `since step 38`, or in the set-up. */
export interface Moment {
  readonly word: 'at' | 'since';
  readonly cell: Cell;
}
/** A sentence about a state; whoever knows the schedule fills in the moments. */
export type Said = string | readonly (string | Moment)[];

/** A property: a claim that is judged after certain steps, or in terminal states. */
export interface Check {
  /** The sentence that is true when it holds; it names the claim. */
  readonly claim: string;
  /** `violation`: it must never fail. `tally`: counted how often it holds and fails. */
  readonly on: 'violation' | 'tally';
  /** Does it hold in this state, right after `step` observed `observed`? Must only read the store. */
  holds(store: Store, step: Step, observed: number): boolean;
  /** What was seen when it failed, in words. */
  explain?(store: Store, step: Step, observed: number): Said;
}

/** What a step takes and gives: what a trace shows while it is held. Absent: nothing. */
export interface Holding {
  readonly takes?: Held;
  readonly gives?: Held;
}

/** What a system says of its parts to those who draw an execution. No search asks it. */
export interface Depiction {
  cell(cell: Cell): CellFacts;
  value(cell: Cell, value: number): ValueFacts;
  function(name: string): FunctionFacts;
  /** How processes are connected that share the cell, in a word: a message, a broadcast, `lock`. Undefined: it carries no message. */
  channel(cell: Cell): string | undefined;
  /** Processes whose turn it is to change the cell, where others wait for that. Empty: who holds the lock, or wrote it last. */
  awaited(cell: Cell, value: number): readonly string[];
}

/** One of several interchangeable parts of a system: its processes and its cells, in the same order for each. */
export interface Replica {
  readonly processes: readonly number[];
  readonly cells: readonly Cell[];
  /** Its bit in cells that hold sets of replicas. Absent: no set contains it. */
  readonly bit?: number;
}

/**
 * A symmetry: replicas of one class may be permuted in any way, and no step and no claim can tell the difference. The
 * image of every move of a state is a move of the image of the state, and claims say the same of both. Everything that
 * a search learns is checked against this.
 */
export interface Symmetry {
  /** Replicas are numbered through all classes, from 0. */
  readonly classes: readonly (readonly Replica[])[];
  /** Cells that hold sets of replicas as bits. Other bits stay as they are. */
  readonly masks?: readonly Cell[];
  /** Cells of ordered pairs of replicas: the image of `pairs[k][i][j]` is the cell of the images of `i` and `j`. */
  readonly pairs?: readonly (readonly (readonly Cell[])[])[];
  /**
   * The value observed by the image of a step that observes `value`. Absent: the same value, or the image of a set
   * where a `load` reads one.
   */
  observed?(step: Step, value: number, image: ImageOfBits): number;
  /** It is inferred, not promised: where the check rejects it, the system is explored without. */
  readonly inferred?: boolean;
}

/** Something that is interned under a number: a name, and the rest as a text. */
export type Numbered = readonly [name: string, text: string];

/**
 * Things that cells hold by number, where numbers are assigned in the order in which the things occur. A search that is
 * resumed in another process must find the numbers that its states hold.
 */
export interface Interned {
  /** All of them, in the order of their numbers. */
  numbered(): readonly Numbered[];
  /**
   * Assigns numbers in this order.
   * @returns false when some were assigned already, in another order
   */
  renumber(wanted: readonly Numbered[]): boolean;
}

/** A closed system, ready to be explored. */
export interface System {
  readonly processes: readonly Process[];
  /** Number of cells; most of a large layout may never be touched. */
  readonly cellCount: number;
  initial(cell: Cell): number;
  meaning(kind: string): Meaning;
  readonly names: CellNames;
  /** Claims that are judged after this step. */
  checksAt(step: Step): readonly Check[];
  /** Claims about terminal states: where every main process has terminated and no process is enabled. */
  readonly finals: readonly Check[];
  /** Absent: no symmetry. */
  readonly symmetry?: Symmetry;
  /** Absent: cells hold plain values. */
  readonly interned?: Interned;
  /** What a step takes and gives, for traces. Absent: nobody holds anything. */
  holding?(step: Step, observed: number): Holding;
  /** Absent: traces name cells and functions, and know no more of them. */
  readonly depicts?: Depiction;
  /** Functions that the code resumed last is inside of, outermost first. It changes as code goes on. */
  where(): readonly string[];
}

/** One move of a schedule: a process, and the number of an outcome of its step. */
export interface Move {
  readonly process: number;
  readonly choice: number;
}
export type Schedule = readonly Move[];
