/** A store that records what a step reads and writes. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import { CHOICE } from './decision-trees.ts';
import type { AccessSets } from './access-sets.ts';
import type { PackedStore } from '../store/packed-store.ts';

/** What the store is read for. */
export type Asking = 'enabled' | 'choices' | 'apply' | 'claim' | 'final';

/** Passes all accesses on to `inner`. */
export class WatchedStore implements Store {
  /**
   * Cells read since `begin`, in order, each once, without those written before; and their values, as records keep
   * them.
   */
  readonly cells: Cell[] = [];
  readonly values: number[] = [];
  /** Cells written since `begin`, with their new values, as records keep them. */
  readonly written = new Map<Cell, number>();
  /** Slots of cells read by a guard. */
  readonly slots: number[] = [];
  asking: Asking = 'apply';
  private node = 0;
  private readonly seen = new Set<Cell>();

  constructor(
    private readonly inner: PackedStore,
    private readonly accessSets: AccessSets | undefined,
  ) {}

  /** Forgets what was recorded. Accesses from now on are those of the step of `node`. */
  begin(node: number, asking: Asking): this {
    this.node = node;
    this.asking = asking;
    this.cells.length = this.values.length = this.slots.length = 0;
    this.written.clear();
    this.seen.clear();
    return this;
  }

  /** Records that the result depends on the number of the outcome. */
  noteChoice(choice: number): void {
    this.cells.push(CHOICE);
    this.values.push(choice);
  }

  get(cell: Cell): number {
    const value = this.inner.get(cell);
    if (!this.seen.has(cell)) {
      this.seen.add(cell);
      this.cells.push(cell);
      this.values.push(this.inner.raw(cell));
    }
    if (this.accessSets) this.noteRead(this.accessSets, cell);
    return value;
  }

  set(cell: Cell, value: number): void {
    // A write of the value that is there already counts: after somebody else's write it would change the cell.
    if (this.accessSets) this.accessSets.noteTouch(this.node, cell, this.accessSets.writes);
    this.inner.set(cell, value);
    this.seen.add(cell);
    this.written.set(cell, this.inner.raw(cell));
  }

  private noteRead(accessSets: AccessSets, cell: Cell): void {
    if (this.asking === 'apply') {
      accessSets.noteTouch(this.node, cell, accessSets.reads);
    } else if (this.asking === 'final') {
      accessSets.noteFinal(cell);
    } else {
      accessSets.noteRead(this.node, cell);
      if (this.asking === 'claim') accessSets.noteClaim(this.node, cell);
      this.slots.push(accessSets.slot(cell));
    }
  }
}
