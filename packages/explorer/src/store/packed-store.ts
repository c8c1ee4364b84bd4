/** A packed state as the store that steps and claims see. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
// @cycle a type only: a packed store is a view of one state, and hands out none of its own
import type { States } from './states.ts';

/** The cells of one packed state. Only a step that is being applied may write. */
export class PackedStore implements Store {
  state = 0;
  writable = false;
  private chunk: Int32Array = new Int32Array(0);
  private base = 0;

  constructor(private readonly states: States) {}

  /** Points this store at another state. */
  seek(state: number): void {
    this.state = state;
    this.chunk = this.states.chunkOf(state);
    this.base = this.states.baseOf(state);
  }

  get(cell: Cell): number {
    const { layout } = this.states;
    const word = layout.wordOf[cell]!;
    return word >= 0 ? layout.decode(cell, this.chunk[this.base + word]!) : layout.initial(cell);
  }

  /** The value as a record keeps it: the difference to the initial value. */
  raw(cell: Cell): number {
    const word = this.states.layout.wordOf[cell]!;
    return word >= 0 ? this.chunk[this.base + word]! : 0;
  }

  set(cell: Cell, value: number): void {
    if (!this.writable)
      throw new Error(`cell ${cell} is written outside of a step: claims, enabled and choices only read`);
    const { layout } = this.states;
    let word = layout.wordOf[cell]!;
    if (!(word >= 0)) {
      if (layout.initial(cell) === value) return;
      layout.encode(cell, value);
      word = this.states.addCell(cell);
    }
    this.states.write(this.chunk, this.base, word, layout.encode(cell, value));
  }
}
