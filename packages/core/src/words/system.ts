/** What the explorer is given: processes that take steps over cells, and what is asked of them. It never learns what a PMD is. */
import type { CpuId } from './address.ts';
import type { Cell } from './cells.ts';
import type { CellNames, Meaning, Op, Step, Store } from './step.ts';

/** Something that takes steps on its own. */
export interface Process {
  /** `cpu1`, `cpu1 irq`, `cpu1 tlb`, `rcu`. */
  readonly name: string;
  /** The CPU in whose column a trace shows it. */
  readonly cpu: CpuId;
  /**
   * `main` must end; `daemon` starts again from the beginning each time its code returns, and may stay idle for ever.
   */
  readonly role: 'main' | 'daemon';
  /**
   * It may run only while all of these hold 0: an interrupt handler holds up the code below it, a hypervisor everything on a
   * CPU that it has stopped.
   */
  readonly gates?: readonly Cell[];
  /** Makes its code anew. Must behave alike each time it observes alike. */
  readonly body: () => Op<unknown>;
}

/** A sentence that is judged at some steps, or where everything has ended. */
export interface Check {
  /** The sentence that is true when it holds. */
  readonly claim: string;
  /** `violation`: it must never fail. `tally`: count how often it holds. */
  readonly on: 'violation' | 'tally';
  /** Does it hold in this state, right after `step` observed `observed`? Only reads. */
  holds(store: Store, step: Step, observed: number): boolean;
  /** What was seen, in words, once it failed. */
  explain?(store: Store, step: Step, observed: number): string;
}

/**
 * A way to exchange processes that no step and no claim can tell: with `f` a state and `f(state)` its image, the image of every move
 * of `f` is a move of the image, and claims say the same of both.
 */
export interface Symmetry {
  /** The process that takes the place of process `p`. */
  process(p: number): number;
  /** The cell that takes the place of a cell. */
  cell(cell: Cell): Cell;
  /** What a value of a cell becomes, such as a mask of CPUs. */
  value(cell: Cell, value: number): number;
  /** What the image of a step observes where the step observes `value`. */
  observed(step: Step, value: number): number;
}

/** What belongs to one of several processes alike: its processes and its cells, in the same order for each. */
export interface Column {
  readonly processes: readonly number[];
  readonly cells: readonly Cell[];
}

/** Something that has a number: a name for the code in it, and the rest as a text. */
export type Numbered = readonly [name: string, text: string];

/**
 * Things that cells hold by numbers, which are given in the order in which the things are met. A search that goes on in another
 * process meets them in another order, and must find the numbers that its states hold.
 */
export interface Interned {
  /** All of them, in the order of their numbers. */
  numbered(): readonly Numbered[];
  /** Gives numbers in this order. @returns false when some were given already, in another order */
  renumber(wanted: readonly Numbered[]): boolean;
}

/** A closed system, ready to be explored. */
export interface System {
  readonly processes: readonly Process[];
  /** Number of cells of the layout (most of them never touched). */
  readonly cellCount: number;
  initial(cell: Cell): number;
  meaning(kind: string): Meaning;
  readonly names: CellNames;
  /** What is judged after this step. */
  checksAt(step: Step): readonly Check[];
  /** What is judged in states where every main process has ended and no process can move. */
  readonly finals: readonly Check[];
  /** Symmetries, which together with doing nothing are a group. Absent: none. */
  readonly symmetries?: readonly Symmetry[];
  /**
   * When the symmetries are all orders of these columns, and values and observations stay what they are: the columns. States are then
   * told apart with their columns sorted, instead of by all their images.
   */
  readonly columns?: readonly Column[];
  /** What cells hold by numbers that are given on the way. Absent: nothing. */
  readonly interned?: Interned;
  /** Names of the operations and hooks that the code resumed last is inside of, outermost first. It changes as code goes on. */
  where(): readonly string[];
}

/** One move of a schedule: which process, and which of the outcomes the hardware allows. */
export interface Move {
  readonly process: number;
  readonly choice: number;
}
export type Schedule = readonly Move[];
