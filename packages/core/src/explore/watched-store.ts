/** A store that notes what a step touches. */
import type { Cell } from '../words/cells.ts';
import type { Store } from '../words/step.ts';
import type { Footprints } from './footprints.ts';
import type { Mutant } from './reductions.ts';

/** On whose behalf the store is read. */
export type Asking = 'enabled' | 'choices' | 'apply' | 'claim' | 'final';

/** Passes everything on to `inner`. */
export class WatchedStore implements Store {
  node = 0;
  asking: Asking = 'apply';
  /** Slots read since it was emptied, some of them twice. */
  readonly log: number[] = [];

  constructor(
    private readonly inner: Store,
    private readonly footprints: Footprints,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  get(cell: Cell): number {
    const value = this.inner.get(cell);
    const { footprints, node } = this;
    if (this.asking === 'apply') {
      footprints.noteTouch(node, cell, footprints.reads);
    } else if (this.asking === 'final') {
      if (!this.mutants.has('finals read')) footprints.noteFinal(cell);
    } else if (!this.mutants.has(FORGETS[this.asking])) {
      footprints.noteRead(node, cell);
      this.log.push(footprints.slot(cell));
    }
    return value;
  }

  set(cell: Cell, value: number): void {
    // A write of the value that is there already would be another one after somebody else's write.
    if (!this.mutants.has('equal writes are writes') || this.inner.get(cell) !== value) this.footprints.noteTouch(this.node, cell, this.footprints.writes);
    this.inner.set(cell, value);
  }
}

const FORGETS = { enabled: 'enabling reads', choices: 'choosing reads', claim: 'claims read' } as const;
