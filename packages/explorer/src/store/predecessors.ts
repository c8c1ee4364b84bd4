/** Multi-step predecessors: a state that was reached by a chain of moves keeps the whole chain. */
import type { Saved } from '../api/checkpoint.ts';
import { column, plain } from './loading.ts';
import type { Saving } from './saving.ts';

/** Chains of moves. Each is named by a number below 0, a single move by a number from 0. */
export class Predecessors {
  private moves = new Int32Array(256);
  private used = 0;

  get bytes(): number {
    return this.moves.byteLength;
  }

  add(chain: readonly number[]): number {
    if (this.used + chain.length >= this.moves.length) {
      const longer = new Int32Array(2 * (this.used + chain.length + 1));
      longer.set(this.moves);
      this.moves = longer;
    }
    const start = this.used;
    this.moves[this.used++] = chain.length;
    for (const move of chain) this.moves[this.used++] = move;
    return -1 - start;
  }

  save(to: Saving): void {
    to.plain('predecessors', this.used);
    to.grows('predecessors', this.moves, this.used);
  }

  load(from: Saved): void {
    this.used = plain<number>(from, 'predecessors');
    this.moves = column(from, 'predecessors', this.used);
  }

  at(number: number): number[] {
    const start = -1 - number;
    return [...this.moves.subarray(start + 1, start + 1 + this.moves[start]!)];
  }
}
