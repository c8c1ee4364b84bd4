/** What steps wait for, put together from tests of single cells: so that it can be told which cells hold a step up. */
import type { Cell } from './cell.ts';
import type { Meaning, Step, Store } from './step.ts';

/** A cell has to hold a value that passes. */
export interface CellTest {
  readonly cell: Cell;
  readonly passes: (value: number) => boolean;
}

/** What a step waits for. */
export interface Condition {
  /** Tests without each of which it does not hold. There may be more to it. */
  readonly tests: readonly CellTest[];
  /** Does it, in this state of the cells? */
  holds(store: Store): boolean;
  /**
   * Where it does not hold: sets of cells, each of which is an obstacle by itself. As long as nobody writes a cell of the set it does not hold,
   * whatever becomes of all others (necessary enabling sets: Godefroid, "Partial-Order Methods", 1996). Empty where it holds.
   */
  obstacles(store: Store): readonly (readonly Cell[])[];
}

/** A cell passes a test. */
export const when = (cell: Cell, passes: (value: number) => boolean): Condition => ({
  tests: [{ cell, passes }],
  holds: (store) => passes(store.get(cell)),
  obstacles: (store) => (passes(store.get(cell)) ? [] : [[cell]]),
});

/** A cell is 0. */
export const zero = (cell: Cell): Condition => when(cell, isZero);
/** A cell is not 0. */
export const nonzero = (cell: Cell): Condition => when(cell, isNotZero);
/** The test of `zero`. */
export const isZero = (value: number): boolean => value === 0;
const isNotZero = (value: number): boolean => value !== 0;

/** All of them hold. Each that does not is an obstacle. */
export const allOf = (...parts: readonly Condition[]): Condition => ({
  tests: parts.flatMap(({ tests }) => tests),
  holds: (store) => parts.every((part) => part.holds(store)),
  obstacles: (store) => parts.flatMap((part) => part.obstacles(store)),
});

/** At least one of them holds. It takes an obstacle of each to keep it from that: the first one of each. */
export const someOf = (...parts: readonly Condition[]): Condition => ({
  tests: [],
  holds: (store) => parts.some((part) => part.holds(store)),
  obstacles(store) {
    const firsts = parts.map((part) => part.obstacles(store)[0]);
    return firsts.includes(undefined) ? [] : [firsts.flatMap((cells) => cells!)];
  },
});

/** The part of a meaning that says when its steps may happen. */
export const waitsFor = (condition: (step: Step) => Condition): Required<Pick<Meaning, 'enabled' | 'needs'>> => ({
  enabled: (step, store) => condition(step).holds(store),
  needs: condition,
});
