/** What a function of a store answers, looked up by what it reads: a tree of the cells it was seen reading, and the values found there. */
import { Mistake } from '../api/mistakes.ts';
import { doubled } from '../store/growable.ts';

/** Stands in the place of a cell where the answer depends on which outcome was chosen. */
export const CHOICE = -1;
const LEAF = -2;
const NONE = -1;

/** An answer, and what was read to find it: CHOICE among the cells, values as records keep them. */
export interface Leaf {
  readonly key: number;
  readonly cells: readonly number[];
  readonly values: readonly number[];
  readonly answer: number;
}

/**
 * One tree per key. An inner place names the cell that is read next; branches lead on by the value found there; a leaf holds the
 * answer. A function of a store reads the same cell first every time, then one that depends on the value of the first, and so on:
 * whoever walks from the root sees exactly what the function would read, and nothing else can change its answer.
 */
export class Decisions {
  /** All answers, in the order in which they were learned. */
  readonly learned: Leaf[] = [];
  /** Per key: the root of its tree, plus one. */
  private roots = new Int32Array(256);
  /** Per place: the cell that is read there, CHOICE, or LEAF - answer. */
  private cell = new Int32Array(256);
  /** Per place: its latest branch, NONE without one. */
  private first = new Int32Array(256);
  private places = 0;
  /** Per branch: the value, the place it leads to, the branch before. */
  private value = new Int32Array(256);
  private to = new Int32Array(256);
  private before = new Int32Array(256);
  private branches = 0;

  /**
   * The answer that is known for a record, or -1.
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
   * Adds an answer.
   * @param cells what was read, in order, each cell once; CHOICE among them
   * @param values what was found there, as records keep it
   * @throws Mistake when the same key read something else before, having found the same
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
      } else if (this.cell[place] !== reads) throw fickle(this.cell[place]!, reads);
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

const fickle = (before: number, now: number): Mistake =>
  new Mistake(
    'SD_HIDDEN_STATE',
    `the meaning of a step, or a claim, once ${tellPlace(before)} and now ${tellPlace(now)}, having read the same`,
    'What a step does and what a claim says may depend only on the step and on the cells it reads.',
  );
