/** What the explorer is given: processes that take steps over cells, and what is asked of them. It never learns what a PMD is. */
import type { Cell } from './cell.ts';
import type { CellNames, Meaning, Op, Renamed, Step, Store } from './step.ts';

/** Something that takes steps on its own. */
export interface Process {
  /** `cpu1`, `cpu1 irq`, `cpu1 tlb`, `rcu`. */
  readonly name: string;
  /** The CPU in whose column a trace shows it. */
  readonly cpu: number;
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

/** When a cell got the value that it has: `at step 38`, `since step 38`; or in the set-up. */
export interface Moment {
  readonly word: 'at' | 'since';
  readonly cell: Cell;
}
/** Words about a state; moments in them are filled in by whoever knows the execution that led there. */
export type Said = string | readonly (string | Moment)[];

/** A sentence that is judged at some steps, or where everything has ended. */
export interface Check {
  /** The sentence that is true when it holds. */
  readonly claim: string;
  /** `violation`: it must never fail. `tally`: count how often it holds. */
  readonly on: 'violation' | 'tally';
  /** Does it hold in this state, right after `step` observed `observed`? Only reads. */
  holds(store: Store, step: Step, observed: number): boolean;
  /** What was seen, in words, once it failed. */
  explain?(store: Store, step: Step, observed: number): Said;
}

/** One of several that nobody can tell apart: its processes and its cells, in the same order for each. */
export interface Member {
  readonly processes: readonly number[];
  readonly cells: readonly Cell[];
  /** Its bit in cells that hold sets. Absent: no set names it. */
  readonly bit?: number;
}

/**
 * Members of one class may change places, in any order, and no step and no claim can tell: the image of every move of a state is a
 * move of the image of the state, and claims say the same of both. That is checked for all that a search learns.
 */
export interface Symmetry {
  /** Members are counted through all classes, from 0. */
  readonly classes: readonly (readonly Member[])[];
  /** Cells that hold sets: of the bit of each member, and of other bits, which stay. */
  readonly masks?: readonly Cell[];
  /** Cells that belong to two members: `pairs[k][i][j]` goes where member `i` and member `j` go. */
  readonly pairs?: readonly (readonly (readonly Cell[])[])[];
  /** What the image of a step observes where the step observes `value`. Absent: the same, or a set where it loads one. */
  observed?(step: Step, value: number, renamed: Renamed): number;
  /** Nobody promises it: where it turns out to be none, the system is explored without. */
  readonly supposed?: boolean;
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
  /** Absent: everybody can be told apart. */
  readonly symmetry?: Symmetry;
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
