/** Processes alike, each with cells of its own: of all their orders one is taken, by sorting. */
import type { Column } from '../words/system.ts';
import { doubled } from './grow.ts';
import { HEADER } from './layout.ts';
import type { Mirror } from './mirror.ts';
import type { States } from './state.ts';

/** Sorts the columns of records. */
export class Columns {
  /** Per column but the first: the declared symmetry that puts it in the place of the first. */
  private readonly toFirst: readonly number[];
  private readonly height: number;
  /** Columns one after the other, as they are in the record. */
  private readonly values: Int32Array;
  private readonly order: Int32Array;
  /** Per node: what `inFirst` found, plus one. */
  private roles = new Int32Array(256);
  /** Word of the record per place in `values`, and width of records when this was found out. */
  private words = new Int32Array(0);
  private width = -1;

  constructor(
    private readonly columns: readonly Column[],
    private readonly mirror: Mirror,
    private readonly states: States,
  ) {
    const first = columns[0]!.processes[0]!;
    this.toFirst = columns.map(({ processes }) => mirror.maps.findIndex((map) => map.process(processes[0]!) === first));
    mirror.mustOrder(columns);
    this.height = columns[0]!.processes.length + columns[0]!.cells.length;
    this.values = new Int32Array(columns.length * this.height);
    this.order = new Int32Array(columns.length);
  }

  /** Where one column has a place for a cell, all get one. */
  givePlaces(): void {
    const { layout } = this.states;
    if (layout.width === this.width) return;
    const cells = this.columns[0]!.cells;
    for (let i = 0; i < cells.length; i++) {
      if (this.columns.every((column) => layout.wordOf[column.cells[i]!]! < 0)) continue;
      for (const column of this.columns) if (layout.wordOf[column.cells[i]!]! < 0) this.states.addCell(column.cells[i]!);
    }
    this.words = Int32Array.from(this.columns.flatMap(({ processes, cells: own }) => [...processes.map((p) => HEADER.size + p), ...own.map((cell) => layout.wordOf[cell]!)]));
    this.width = layout.width;
  }

  /** Puts the columns of a record in order; local states become those that the first column would be in. */
  sort(record: Int32Array): void {
    const { height, order, values, words } = this;
    const processes = this.columns[0]!.processes.length;
    for (let c = 0, at = 0; c < order.length; c++) {
      for (let i = 0; i < height; i++, at++) {
        const word = words[at]!;
        const value = word >= 0 ? record[word]! : 0;
        values[at] = i < processes && c > 0 ? this.inFirst(c, value) : value;
      }
      let place = c;
      for (; place > 0 && this.isLess(c, order[place - 1]!); place--) order[place] = order[place - 1]!;
      order[place] = c;
    }
    for (let c = 0, at = 0; c < order.length; c++)
      for (let i = 0, from = order[c]! * height; i < height; i++, at++) if (words[at]! >= 0) record[words[at]!] = values[from + i]!;
  }

  /** The local state that the first column is in where column `c` is in this one. */
  private inFirst(c: number, node: number): number {
    while (node >= this.roles.length) this.roles = doubled(this.roles);
    const known = this.roles[node]! - 1;
    if (known >= 0) return known;
    const role = this.mirror.nodeOf(this.toFirst[c]!, node);
    this.roles[node] = role + 1;
    return role;
  }

  private isLess(a: number, b: number): boolean {
    const { height, values } = this;
    for (let i = 0; i < height; i++) {
      const x = values[a * height + i]!;
      const y = values[b * height + i]!;
      if (x !== y) return x < y;
    }
    return false;
  }
}
