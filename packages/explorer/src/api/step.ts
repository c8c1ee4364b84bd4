/**
 * Steps and what they mean. A step is one indivisible action as plain data; its meaning is a few functions over a
 * store.
 */
import type { Cell } from './cell.ts';
import type { Condition } from './condition.ts';

/**
 * One indivisible action. Everything that decides its meaning is in these fields: equal steps behave alike. Other
 * processes may run before any step, and nowhere else.
 */
export interface Step {
  /** Selects the meaning: `load`, `lock`, `send` ... */
  readonly kind: string;
  /** The CPU, or thread, that makes the step: the column in which a trace shows it. */
  readonly cpu: number;
  /** The cells it names; each kind says which is which. */
  readonly cells: readonly Cell[];
  /** Its operands; each kind says which is which. */
  readonly args: readonly number[];
  /** For steps that wait: what for, in words. */
  readonly why?: string;
  /** For steps at which claims are judged: what is judged. Plain data. */
  readonly info?: unknown;
}

/**
 * Code of a process: a generator of steps, which other processes may interrupt at every `yield`. What a step observes
 * comes back as the value of the `yield`.
 */
export type Op<T = void> = Generator<Step, T, number>;

/** Values of cells. */
export interface Store {
  get(cell: Cell): number;
  set(cell: Cell, value: number): void;
  /**
   * Cells from `from` up to but not including `to` that may be non-zero, for a store that knows without reading each of
   * them. Absent, or undefined for this range: they have to be read.
   */
  held?(from: Cell, to: Cell): readonly Cell[] | undefined;
}

/**
 * What a kind of step means. All functions must be pure: they depend on the step and on the cells that they read. Which cells a step reads
 * and writes is not declared: that is learned by watching. What cannot be watched is declared: what it waits for, and what commutes with
 * other steps though it touches the same cells.
 */
export interface Meaning {
  /** Is the step enabled in this state? Absent: always. */
  enabled?(step: Step, store: Store): boolean;
  /**
   * A condition without which the step is disabled, composed so that the explorer sees the necessary enabling sets
   * (`condition.ts`): the cells of a lock that it takes, flags of others that it waits for. `enabled` may require more,
   * never less (SD_BAD_STEP). Absent: only what `enabled` reads is known.
   */
  needs?(step: Step): Condition;
  /**
   * Number of outcomes of the step in this state: a nondeterministic step has several, numbered from 0, and all are
   * explored. Absent: one.
   */
  choices?(step: Step, store: Store): number;
  /**
   * Makes the step: writes cells of the store.
   * @param choice number of the outcome
   * @returns the value that the code observes, a 32-bit integer; 0 when there is nothing to observe
   */
  apply(step: Step, store: Store, choice: number): number;
  /**
   * Cells that the step updates without observing them: whatever they hold, it observes the same, and does the same to all other cells; and
   * two such updates of one kind commute. Absent: none.
   */
  commutes?(step: Step): readonly Cell[];
  /**
   * Queues, 0 while empty, to whose end the step adds one item without looking. Where the queue is not empty, that commutes with a step
   * that dequeues. Absent: none.
   */
  enqueues?(step: Step): readonly Cell[];
  /** Queues from whose head the step takes one item, of one of those that are not empty. Absent: none. */
  dequeues?(step: Step): readonly Cell[];
  /** The value observed by the image of the step under a permutation of replicas. Absent: the same value. */
  observedImage?(step: Step, observed: number, image: ImageOfBits): number;
  /** The step in words, after it was made: a line of a trace. */
  tell(step: Step, observed: number, names: CellNames): string;
}

/** How a permutation of replicas acts on values. */
export interface ImageOfBits {
  /** The image of a set of replicas, given and returned as bits. */
  set(bits: number): number;
  /** The image of the bit number of a replica. */
  bit(bit: number): number;
}

/** Names of cells, and their values in words. */
export interface CellNames {
  name(cell: Cell): string;
  value(cell: Cell, value: number): string;
  /** Is the cell auxiliary (a ghost): read by claims only? Absent: no cell is. */
  isGhost?(cell: Cell): boolean;
}

/** The step that claims about terminal states are handed: nothing happens any more. */
export const END_STEP: Step = Object.freeze({ kind: 'end', cpu: 0, cells: [], args: [] });
