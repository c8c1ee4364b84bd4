/**
 * Layout of a packed state: which cells have a word in the records. Most cells of a system are never written and have
 * none.
 */
import { Mistake } from '../api/mistakes.ts';
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';

const UNKNOWN = -2;
/** The initial value is known, and the cell was never written. */
const UNWRITTEN = -1;

/**
 * A state is a record of 32-bit words: the header; one node per process; sums that make up its canonical fingerprint,
 * where there is one; then the cells that were ever written. `persistent`: the persistent set as bits, 0 while it was
 * not computed. `sleep`: the sleep set as bits.
 */
export const HEADER = { parent: 0, move: 1, persistent: 2, sleep: 3, low: 4, high: 5, size: 6 } as const;

/**
 * Words of a record, in order of discovery. A cell is kept as the difference to its initial value, so that a new word
 * is 0 in every record.
 */
export class Layout {
  /** Per cell: its word in a record, negative without one. */
  readonly wordOf: Int32Array;
  /** The words at which the sums begin, and the cells. */
  readonly sums: number;
  readonly firstCell: number;
  /** Words of a record in use. */
  width: number;
  private readonly initials: Int32Array;
  /** Per word from `firstCell` on: its cell. */
  private readonly cells: Cell[] = [];

  /** @param extraWords words for sums */
  constructor(
    private readonly system: System,
    extraWords = 0,
  ) {
    this.sums = HEADER.size + system.processes.length;
    this.firstCell = this.sums + extraWords;
    this.wordOf = new Int32Array(system.cellCount).fill(UNKNOWN);
    this.initials = new Int32Array(system.cellCount);
    this.width = this.firstCell;
  }

  /** Initial value of a cell. */
  initial(cell: Cell): number {
    const word = this.wordOf[cell];
    if (word === undefined)
      throw new Mistake('SD_CELL_OUT_OF_RANGE', `a step touches cell ${cell} of ${this.system.cellCount}`);
    if (word === UNKNOWN) {
      const value = this.system.initial(cell);
      if ((value | 0) !== value) throw tooWide(this.system, cell, value);
      this.initials[cell] = value;
      this.wordOf[cell] = UNWRITTEN;
    }
    return this.initials[cell]!;
  }

  /** Gives a word to a cell that is written for the first time. */
  add(cell: Cell): number {
    this.initial(cell);
    this.cells.push(cell);
    return (this.wordOf[cell] = this.width++);
  }

  /** Cells that have a word, in the order of their words. */
  get inOrder(): readonly Cell[] {
    return this.cells;
  }

  /** The cell of a word. */
  cellAt(word: number): Cell {
    return this.cells[word - this.firstCell]!;
  }

  /** What the cell holds, given the word of a record. */
  decode(cell: Cell, word: number): number {
    return (word + this.initials[cell]!) | 0;
  }

  /** The word for a value of the cell. */
  encode(cell: Cell, value: number): number {
    if ((value | 0) !== value) throw tooWide(this.system, cell, value);
    return (value - this.initials[cell]!) | 0;
  }

  /** The word for a value of a cell whose initial value may not be known yet. */
  rawOf(cell: Cell, value: number): number {
    this.initial(cell);
    return this.encode(cell, value);
  }
}

const tooWide = (system: System, cell: Cell, value: number): Mistake =>
  new Mistake(
    'SD_VALUE_TOO_WIDE',
    `${system.names.name(cell)} is given ${value}, which is not a 32-bit integer`,
    'Keep a small number that stands for the value, or split it over two cells.',
  );
