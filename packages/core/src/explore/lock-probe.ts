/** Which cells are locks that are held now, so that whoever must take them first cannot touch them. */
import type { Cell } from '../words/cells.ts';
import type { Store } from '../words/step.ts';
import type { Futures } from './futures.ts';
import type { Mutant } from './reductions.ts';

/**
 * A cell counts as held when every step that takes it as a lock would have to wait now, and finds so by looking at this cell alone.
 * Until somebody who need not take it writes the cell, none of these steps can happen; and those are in the set that is being built.
 */
export class LockProbe {
  private store!: Store;
  private futures: Futures | undefined;
  /** Per slot and value of its cell: is it held? A step that looks further does not wait for this cell alone: nothing else decides. */
  private held: (Map<number, boolean> | undefined)[] = [];

  constructor(
    private readonly fuse: boolean,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  begin(store: Store, futures: Futures): void {
    this.store = store;
    // With the mutant a step that looks further counts, and its answer may be another one each time.
    if (futures === this.futures && !this.mutants.has('locks alone hold up')) return;
    this.futures = futures;
    this.held = [];
  }

  /** Are all these cells locks, held now, that `node` touches only after taking them? */
  allGuarded(node: number, word: number, bits: number): boolean {
    if (!this.fuse) return false;
    const { unguarded, words } = this.futures!;
    if ((bits & unguarded[node * words + word]!) !== 0 && !this.mutants.has('locks may be touched without')) return false;
    for (let left = bits; left !== 0; left &= left - 1) if (!this.isHeld(32 * word + 31 - Math.clz32(left & -left))) return false;
    return true;
  }

  private isHeld(slot: number): boolean {
    if (this.mutants.has('locks must be held')) return true;
    const acquires = this.futures!.acquires.get(slot);
    if (!acquires) return false;
    const value = this.store.get(acquires[0]!.step.cells[0]!);
    const known = this.held[slot]?.get(value);
    if (known !== undefined) return known;
    const held = acquires.every(({ step, meaning }) => this.waitsAlone(() => meaning.enabled!(step, this.only(step.cells[0]!))));
    (this.held[slot] ??= new Map()).set(value, held);
    return held;
  }

  private strayed = false;

  private waitsAlone(enabled: () => boolean): boolean {
    this.strayed = false;
    return !enabled() && (!this.strayed || this.mutants.has('locks alone hold up'));
  }

  private only(lock: Cell): Store {
    return {
      get: (cell) => {
        if (cell !== lock) this.strayed = true;
        return this.store.get(cell);
      },
      set: () => undefined,
    };
  }
}
