/** A step: one indivisible thing a CPU does, as plain data. Its meaning is three functions over a store. */
import type { Cell } from './cell.ts';
import type { Condition } from './condition.ts';

/**
 * One indivisible action. Everything that decides its meaning is in these fields, so equal steps behave alike.
 * The explorer may let another process run before any step and nowhere else.
 */
export interface Step {
  /** Which meaning it has, such as `load`, `rmw`, `spin_lock`, `ipi.send`. */
  readonly kind: string;
  /** The CPU that does it. */
  readonly cpu: number;
  /** Cells it names; each kind says which is which. */
  readonly cells: readonly Cell[];
  /** Operands; each kind says which is which. */
  readonly args: readonly number[];
  /** For steps that wait: whom or what for. */
  readonly why?: string;
  /** For claims: what is judged. Plain data. */
  readonly info?: unknown;
}

/** A piece of kernel code that may be interrupted at every step. What a step observes comes back as a number. */
export type Op<T = void> = Generator<Step, T, number>;

/** Values of cells. */
export interface Store {
  get(cell: Cell): number;
  set(cell: Cell, value: number): void;
  /**
   * Cells from `from` up to but not including `to` that may hold something else than 0, for a store that knows without looking
   * at each. Absent, or undefined for this range: they have to be looked at.
   */
  held?(from: Cell, to: Cell): readonly Cell[] | undefined;
}

/** Cells a step may touch. A superset is sound, a subset is not. */
export interface Footprint {
  readonly reads: readonly Cell[];
  readonly writes: readonly Cell[];
  /** Updated in a way that commutes with the same kind of update, and not observed. */
  readonly adds: readonly Cell[];
  /**
   * Queues, 0 while empty, to the end of which the step adds one thing without looking. Where a queue is not empty, that commutes with `takes`.
   * Named among `reads` and `writes` too.
   */
  readonly posts?: readonly Cell[];
  /** Queues from whose head the step takes one thing, of one of those that are not empty. Named among `reads` and `writes` too. */
  readonly takes?: readonly Cell[];
}

/** What a kind of step means. */
export interface Meaning {
  /** May it happen now? Absent: always. */
  enabled?(step: Step, store: Store): boolean;
  /**
   * A condition without which it may not happen, put together so that the explorer sees which cells hold it up (`condition.ts`): the cells
   * of a lock that it takes, flags of others that have to come. There may be more that `enabled` asks; never less (SD_BAD_STEP). Absent:
   * nothing is known but what `enabled` reads.
   */
  needs?(step: Step): Condition;
  /** How many different outcomes the hardware allows now. Absent: one. */
  choices?(step: Step, store: Store): number;
  /** Does it and says what the CPU observes (0 when nothing). */
  apply(step: Step, store: Store, choice: number): number;
  footprint(step: Step): Footprint;
  /** What its image observes where CPUs have changed places. Absent: the same. */
  renamed?(step: Step, observed: number, renamed: Renamed): number;
  /** The step in words, after it happened. */
  tell(step: Step, observed: number, names: CellNames): string;
}

/** CPUs have changed places: how values tell it. */
export interface Renamed {
  /** The image of a set of CPUs. */
  set(bits: number): number;
  /** The image of the number of a CPU. */
  bit(bit: number): number;
}

/** Names and readable values of cells. */
export interface CellNames {
  name(cell: Cell): string;
  value(cell: Cell, value: number): string;
  /** Is it kept for claims only? Absent: none is. */
  isGhost?(cell: Cell): boolean;
}
