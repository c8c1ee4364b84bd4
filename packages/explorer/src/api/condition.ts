/**
 * Conditions that steps wait for, composed from tests of single cells, so that necessary enabling sets can be derived
 * from them (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996).
 */
import type { Cell } from './cell.ts';
// @cycle types only: a condition reads the store of a step, and is part of what a step means
import type { Meaning, Step, Store } from './step.ts';

/** A test of the value of one cell. */
export interface CellTest {
  readonly cell: Cell;
  readonly passes: (value: number) => boolean;
}

/** A condition that a step waits for. */
export interface Condition {
  /** All cells that it is about. */
  readonly cells: readonly Cell[];
  /** Tests that must all pass for the condition to hold. It may require more. */
  readonly tests: readonly CellTest[];
  /** Does it hold in this store? */
  holds(store: Store): boolean;
  /**
   * Necessary enabling sets where the condition does not hold: for each of them, the condition stays false until some
   * cell of the set is written. Empty where it holds.
   */
  enablingSets(store: Store): readonly (readonly Cell[])[];
}

/** The cell passes a test. */
export const when = (cell: Cell, passes: (value: number) => boolean): Condition => ({
  cells: [cell],
  tests: [{ cell, passes }],
  holds: (store) => passes(store.get(cell)),
  enablingSets: (store) => (passes(store.get(cell)) ? [] : [[cell]]),
});

/** The cell is 0. */
export const zero = (cell: Cell): Condition => when(cell, isZero);
/** The cell is not 0. */
export const nonzero = (cell: Cell): Condition => when(cell, isNotZero);
/** The test of `zero`. */
export const isZero = (value: number): boolean => value === 0;
const isNotZero = (value: number): boolean => value !== 0;

/** All of them hold. Each that fails contributes its enabling sets. */
export const allOf = (...parts: readonly Condition[]): Condition => ({
  cells: parts.flatMap(({ cells }) => cells),
  tests: parts.flatMap(({ tests }) => tests),
  holds: (store) => parts.every((part) => part.holds(store)),
  enablingSets: (store) => parts.flatMap((part) => part.enablingSets(store)),
});

/** At least one of them holds. An enabling set is the union of one set of each part: the first one. */
export const someOf = (...parts: readonly Condition[]): Condition => ({
  cells: parts.flatMap(({ cells }) => cells),
  tests: [],
  holds: (store) => parts.some((part) => part.holds(store)),
  enablingSets(store) {
    const firsts = parts.map((part) => part.enablingSets(store)[0]);
    return firsts.includes(undefined) ? [] : [firsts.flatMap((cells) => cells!)];
  },
});

/** The part of a meaning that says when its steps are enabled. */
export const waitsFor = (condition: (step: Step) => Condition): Required<Pick<Meaning, 'enabled' | 'needs'>> => ({
  enabled: (step, store) => condition(step).holds(store),
  needs: condition,
});
