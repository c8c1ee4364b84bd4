/** Sets of small numbers, one per row of a growing table of bits. */
import { exactly, plain } from './loading.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { Saving } from './saving.ts';

/** Rows of bits that grow in both directions. A row that was never written is empty. */
export class BitRows {
  /** 32-bit words of a row. */
  words = 2;
  private data = new Int32Array(64);

  /**
   * Adds a bit to a row.
   * @returns is it new?
   */
  add(row: number, bit: number): boolean {
    if (bit >>> 5 >= this.words) this.widen((bit >>> 5) * 2);
    const at = row * this.words + (bit >>> 5);
    if (at >= this.data.length) this.lengthen(at);
    const old = this.data[at]!;
    this.data[at] = old | (1 << bit);
    return this.data[at] !== old;
  }

  has(row: number, bit: number): boolean {
    return (this.word(row, bit >>> 5) & (1 << bit)) !== 0;
  }

  /** 32 bits of a row. */
  word(row: number, word: number): number {
    return word < this.words ? (this.data[row * this.words + word] ?? 0) : 0;
  }

  save(to: Saving, name: string): void {
    to.plain(name, this.words);
    to.whole(name, this.data);
  }

  load(from: Saved, name: string): void {
    this.words = plain<number>(from, name);
    this.data = exactly(from, name);
  }

  private lengthen(at: number): void {
    const longer = new Int32Array((at + 1) * 2);
    longer.set(this.data);
    this.data = longer;
  }

  private widen(words: number): void {
    const rows = Math.ceil(this.data.length / this.words);
    const wide = new Int32Array(rows * words);
    for (let row = 0; row < rows; row++)
      for (let w = 0; w < this.words; w++) wide[row * words + w] = this.data[row * this.words + w] ?? 0;
    this.words = words;
    this.data = wide;
  }
}
