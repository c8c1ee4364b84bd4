/** A store for a real address space: keeps what was written, and knows for each row of blocks which of them hold something. */
import type { Cell } from '../words/cells.ts';
import type { Store } from '../words/step.ts';
import type { Layout } from './layout.ts';

/** A range up to this long is looked through cell by cell. */
const SHORT = 64;

export class SparseStore implements Store {
  readonly #cells = new Map<Cell, number>();
  /** By number of the first cell of a row: its cells that are not 0. A row is what one CPU has of one level of one address space. */
  readonly #rows = new Map<Cell, Set<Cell>>();
  readonly #layout: Layout;
  readonly #blockRows: Layout['blockRows'];

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#blockRows = layout.blockRows;
  }

  get(cell: Cell): number {
    return this.#cells.get(cell) ?? this.#layout.initial(cell);
  }

  set(cell: Cell, value: number): void {
    const row = this.#rowOf(cell);
    if (row === undefined) {
      this.#cells.set(cell, value);
    } else if (value === 0) {
      this.#cells.delete(cell);
      this.#rows.get(row)?.delete(cell);
    } else {
      this.#cells.set(cell, value);
      let held = this.#rows.get(row);
      if (!held) this.#rows.set(row, (held = new Set()));
      held.add(cell);
    }
  }

  held(from: Cell, to: Cell): readonly Cell[] | undefined {
    const row = to - from > SHORT ? this.#rowOf(from) : undefined;
    if (row === undefined) return undefined;
    return [...(this.#rows.get(row) ?? [])].filter((cell) => from <= cell && cell < to);
  }

  #rowOf(cell: Cell): Cell | undefined {
    for (const { base, end, length } of this.#blockRows) {
      if (base <= cell && cell < end) return base + Math.floor((cell - base) / length) * length;
    }
    return undefined;
  }
}
