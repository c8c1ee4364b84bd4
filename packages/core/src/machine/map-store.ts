/** A store that keeps only cells that were written: for set-up, replay and single runs. */
import type { Cell } from '../words/cells.ts';
import type { Store } from '@shootdown/explorer';

export class MapStore implements Store {
  readonly #cells: Map<Cell, number>;
  constructor(
    private readonly initial: (cell: Cell) => number,
    start: ReadonlyMap<Cell, number> = new Map(),
  ) {
    this.#cells = new Map(start);
  }
  get(cell: Cell): number {
    return this.#cells.get(cell) ?? this.initial(cell);
  }
  set(cell: Cell, value: number): void {
    this.#cells.set(cell, value);
  }
  /** Everything that was written. */
  get written(): ReadonlyMap<Cell, number> {
    return this.#cells;
  }
}
