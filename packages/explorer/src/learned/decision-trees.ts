/**
 * Decision-tree memoization of functions of a store: results are looked up by the cells that the function reads, in
 * order, and the values it finds there.
 */
import { Mistake } from '../api/mistakes.ts';
import { doubled } from '../store/growable.ts';

/** In place of a cell: the result depends on the number of the outcome. */
export const CHOICE = -1;
const LEAF = -2;
const NONE = -1;

/** A result, and what was read to compute it; values as records keep them. */
export interface Leaf {
  readonly key: number;
  readonly cells: readonly number[];
  readonly values: readonly number[];
  readonly answer: number;
}

/**
 * One tree per key. An inner place names the cell that is read next, its branches are the values found there, a leaf
 * holds the result. A pure function always reads the same cell first, then one that depends on that value, and so on: a
 * walk from the root reads what the function would read, and nothing else can change its result.
 */
export class DecisionTrees {
  /** All results, in the order in which they were learned. */
  readonly learned: Leaf[] = [];
  /** Per key: 1 + the root of its tree. */
  private roots = new Int32Array(256);
  /** Per place: the cell that is read there, CHOICE, or LEAF - result. */
  private cell = new Int32Array(256);
  /** Per place: its latest branch, or NONE. */
  private first = new Int32Array(256);
  private places = 0;
  /** Per branch: the value, the place it leads to, the branch before. */
  private value = new Int32Array(256);
  private to = new Int32Array(256);
  private before = new Int32Array(256);
  private branches = 0;

  /**
   * The known result for a record, or -1.
   * @param choice number of the outcome
   * @param wordOf per cell: its word in the record, negative where every record holds the initial value
   */
  find(key: number, choice: number, record: Int32Array, base: number, wordOf: Int32Array): number {
    if (key >= this.roots.length) return -1;
    const { cell, first, value, to, before } = this;
    let place = this.roots[key]! - 1;
    while (place >= 0) {
      const read = cell[place]!;
      if (read <= LEAF) return LEAF - read;
      let found = choice;
      if (read >= 0) {
        const word = wordOf[read]!;
        found = word >= 0 ? record[base + word]! : 0;
      }
      let branch = first[place]!;
      while (branch >= 0 && value[branch] !== found) branch = before[branch]!;
      place = branch < 0 ? NONE : to[branch]!;
    }
    return -1;
  }

  /**
   * Adds a result.
   * @param cells what was read, in order, each cell once; CHOICE may be among them
   * @param values what was found there, as records keep it
   * @throws Mistake SD_HIDDEN_STATE when the same key has read another cell after the same values
   */
  learn(key: number, cells: readonly number[], values: readonly number[], answer: number): void {
    while (key >= this.roots.length) this.roots = doubled(this.roots);
    let place = this.roots[key]! - 1;
    let branch = NONE;
    this.learned.push({ key, cells: [...cells], values: [...values], answer });
    for (let i = 0; i <= cells.length; i++) {
      const reads = i < cells.length ? cells[i]! : LEAF - answer;
      if (place < 0) {
        place = this.addPlace(reads);
        if (branch < 0) this.roots[key] = place + 1;
        else this.to[branch] = place;
      } else if (this.cell[place] !== reads) throw inconsistentRead(this.cell[place]!, reads);
      if (i === cells.length) return;
      branch = this.branchOf(place, values[i]!);
      place = this.to[branch]!;
    }
  }

  private branchOf(place: number, value: number): number {
    for (let branch = this.first[place]!; branch >= 0; branch = this.before[branch]!)
      if (this.value[branch] === value) return branch;
    const branch = this.branches++;
    if (branch === this.value.length) {
      this.value = doubled(this.value);
      this.to = doubled(this.to);
      this.before = doubled(this.before);
    }
    this.value[branch] = value;
    this.to[branch] = NONE;
    this.before[branch] = this.first[place]!;
    this.first[place] = branch;
    return branch;
  }

  private addPlace(reads: number): number {
    const place = this.places++;
    if (place === this.cell.length) {
      this.cell = doubled(this.cell);
      this.first = doubled(this.first);
    }
    this.cell[place] = reads;
    this.first[place] = NONE;
    return place;
  }
}

const tellPlace = (reads: number): string =>
  reads <= LEAF ? 'answered' : reads === CHOICE ? 'looked at the outcome chosen' : `read cell ${reads}`;

const inconsistentRead = (before: number, now: number): Mistake =>
  new Mistake(
    'SD_HIDDEN_STATE',
    `the meaning of a step, or a claim, once ${tellPlace(before)} and now ${tellPlace(now)}, having read the same`,
    'What a step does and what a claim says may depend only on the step and on the cells it reads.',
  );
