/** A store for a real address space: keeps what was written, and knows for each row of blocks which of them hold something. */
import type { Cell } from '../words/cells.ts';
import type { Store } from '@shootdown/explorer';
import type { Layout } from './layout.ts';

/** A range up to this long is looked through cell by cell. */
const SHORT = 64;
/** Cells that are kept together: those of one table stand side by side, and so do those of one kind. */
const CHUNK = 512;

export class SparseStore implements Store {
  /** Cells of all regions but those of blocks, which are left out of their numbers: in chunks, made when one of theirs is asked for. */
  readonly #chunks: (Float64Array | undefined)[] = [];
  /** Cells of blocks that are not 0. */
  readonly #blocks = new Map<Cell, number>();
  /** By number of the first cell of a row: its cells that are not 0. A row is what one CPU has of one level of one address space. */
  readonly #rows = new Map<Cell, Set<Cell>>();
  readonly #blockRows: Layout['blockRows'];
  readonly #notZero: readonly { readonly from: number; readonly to: number; readonly value: number }[];

  constructor(layout: Layout) {
    this.#blockRows = layout.blockRows;
    this.#notZero = layout.startingValues.map(({ base, end, value }) => ({
      from: this.#place(base),
      to: this.#place(end - 1) + 1,
      value,
    }));
  }

  get(cell: Cell): number {
    const place = this.#place(cell);
    if (place < 0) return this.#blocks.get(cell) ?? 0;
    const chunk = Math.floor(place / CHUNK);
    return (this.#chunks[chunk] ?? this.#newChunk(chunk))[place - chunk * CHUNK]!;
  }

  set(cell: Cell, value: number): void {
    const place = this.#place(cell);
    if (place < 0) return this.#setBlock(cell, value);
    const chunk = Math.floor(place / CHUNK);
    (this.#chunks[chunk] ?? this.#newChunk(chunk))[place - chunk * CHUNK] = value;
  }

  held(from: Cell, to: Cell): readonly Cell[] | undefined {
    const row = to - from > SHORT ? this.#rowOf(from) : undefined;
    if (row === undefined) return undefined;
    return [...(this.#rows.get(row) ?? [])].filter((cell) => from <= cell && cell < to);
  }

  /** The number of a cell with blocks left out; -1 for a block. */
  #place(cell: Cell): number {
    let place = cell;
    for (const { base, end } of this.#blockRows) {
      if (cell < base) break;
      if (cell < end) return -1;
      place -= end - base;
    }
    return place;
  }

  #newChunk(chunk: number): Float64Array {
    const cells = (this.#chunks[chunk] = new Float64Array(CHUNK));
    const first = chunk * CHUNK;
    for (const { from, to, value } of this.#notZero)
      if (from < first + CHUNK && first < to) cells.fill(value, Math.max(0, from - first), to - first);
    return cells;
  }

  #setBlock(cell: Cell, value: number): void {
    const row = this.#rowOf(cell)!;
    if (value === 0) {
      this.#blocks.delete(cell);
      this.#rows.get(row)?.delete(cell);
      return;
    }
    this.#blocks.set(cell, value);
    let held = this.#rows.get(row);
    if (!held) this.#rows.set(row, (held = new Set()));
    held.add(cell);
  }

  #rowOf(cell: Cell): Cell | undefined {
    for (const { base, end, length } of this.#blockRows) {
      if (base <= cell && cell < end) return base + Math.floor((cell - base) / length) * length;
    }
    return undefined;
  }
}
