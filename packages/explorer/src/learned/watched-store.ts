/** A store that notes what a step touches. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import { CHOICE } from './decision-trees.ts';
import type { Footprints } from './access-sets.ts';
import type { PackedStore } from '../store/packed-store.ts';
import type { Mutant } from '../api/reductions.ts';

/** On whose behalf the store is read. */
export type Asking = 'enabled' | 'choices' | 'apply' | 'claim' | 'final';

/** Passes everything on to `inner`. */
export class WatchedStore implements Store {
  /** Cells read since `begin`, in order, each once, without those written before; and what was found there, as records keep it. */
  readonly cells: Cell[] = [];
  readonly values: number[] = [];
  /** Cells written since `begin`, and what they hold now, as records keep it. */
  readonly written = new Map<Cell, number>();
  /** Slots read to find whether and in how many ways a step may happen. */
  readonly slots: number[] = [];
  asking: Asking = 'apply';
  private node = 0;
  private readonly seen = new Set<Cell>();

  constructor(
    private readonly inner: PackedStore,
    private readonly footprints: Footprints | undefined,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /** Forgets what was noted. What is touched from now on is touched by the step of `node`. */
  begin(node: number, asking: Asking): this {
    this.node = node;
    this.asking = asking;
    this.cells.length = this.values.length = this.slots.length = 0;
    this.written.clear();
    this.seen.clear();
    return this;
  }

  /** Notes that the answer depends on which outcome was chosen. */
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
    if (this.footprints) this.noteRead(this.footprints, cell);
    return value;
  }

  set(cell: Cell, value: number): void {
    // A write of the value that is there already would be another one after somebody else's write.
    if (this.footprints && (!this.mutants.has('equal writes are writes') || this.inner.get(cell) !== value))
      this.footprints.noteTouch(this.node, cell, this.footprints.writes);
    this.inner.set(cell, value);
    this.seen.add(cell);
    this.written.set(cell, this.inner.raw(cell));
  }

  private noteRead(footprints: Footprints, cell: Cell): void {
    if (this.asking === 'apply') {
      footprints.noteTouch(this.node, cell, footprints.reads);
    } else if (this.asking === 'final') {
      if (!this.mutants.has('finals read')) footprints.noteFinal(cell);
    } else if (!this.mutants.has(FORGETS[this.asking])) {
      footprints.noteRead(this.node, cell);
      if (this.asking === 'claim' && !this.mutants.has('claims look into queues'))
        footprints.noteClaim(this.node, cell);
      this.slots.push(footprints.slot(cell));
    }
  }
}

const FORGETS = { enabled: 'enabling reads', choices: 'choosing reads', claim: 'claims read' } as const;
