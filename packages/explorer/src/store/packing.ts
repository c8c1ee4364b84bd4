/** Which cells have a place in a packed state. Most cells of a system never change and have none. */
import { Mistake } from '../api/mistakes.ts';
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';

const UNKNOWN = -2;
/** Its initial value is known, it was never written. */
const UNWRITTEN = -1;

/**
 * A state is a record of 32-bit words: HEADER words, one node per process, sums that make up its fingerprint where states that are not
 * equal count as one, then the cells that were ever written. `movers`: the processes that must move there, as bits; 0 while not asked. `asleep`: those that need not, whoever must (`SleepSets`).
 */
export const HEADER = { parent: 0, move: 1, movers: 2, asleep: 3, low: 4, high: 5, size: 6 } as const;

/** Places in a record, in order of discovery. A cell is kept as the difference to its initial value, so that an unused place is 0. */
export class Layout {
  /** Per cell: its word in a record, negative without one. */
  readonly wordOf: Int32Array;
  /** Where sums begin in a record, and where cells do. */
  readonly sums: number;
  readonly firstCell: number;
  /** Words of a record in use. */
  width: number;
  private readonly initials: Int32Array;
  /** Per word from `firstCell` on: its cell. */
  private readonly cells: Cell[] = [];

  /** @param room words for sums */
  constructor(
    private readonly system: System,
    room = 0,
  ) {
    this.sums = HEADER.size + system.processes.length;
    this.firstCell = this.sums + room;
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

  /** Gives a place to a cell that is written for the first time. */
  add(cell: Cell): number {
    this.initial(cell);
    this.cells.push(cell);
    return (this.wordOf[cell] = this.width++);
  }

  /** Cells that have a word, in the order of their words. */
  get inOrder(): readonly Cell[] {
    return this.cells;
  }

  /** The cell that has a word of a record. */
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

  /** The same for a cell that nobody may have asked for yet. */
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
