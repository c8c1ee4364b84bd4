/** Lists of moves that were made without keeping the states between them. */
import type { Saved } from '../api/checkpoint.ts';
import { column, plain } from './loading.ts';
import type { Saving } from './saving.ts';

/** Each list has a number below 0. */
export class Trails {
  private moves = new Int32Array(256);
  private used = 0;

  get bytes(): number {
    return this.moves.byteLength;
  }

  add(list: readonly number[]): number {
    if (this.used + list.length >= this.moves.length) {
      const longer = new Int32Array(2 * (this.used + list.length + 1));
      longer.set(this.moves);
      this.moves = longer;
    }
    const start = this.used;
    this.moves[this.used++] = list.length;
    for (const move of list) this.moves[this.used++] = move;
    return -1 - start;
  }

  save(to: Saving): void {
    to.plain('trails', this.used);
    to.grows('trails', this.moves, this.used);
  }

  load(from: Saved): void {
    this.used = plain<number>(from, 'trails');
    this.moves = column(from, 'trails', this.used);
  }

  at(number: number): number[] {
    const start = -1 - number;
    return [...this.moves.subarray(start + 1, start + 1 + this.moves[start]!)];
  }
}
