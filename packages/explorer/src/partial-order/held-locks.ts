/** Which cells are locks that are held now, so that whoever must wait for them first cannot touch them. */
import { isZero } from '../api/condition.ts';
import type { Store } from '../api/step.ts';
import type { Futures } from './may-access.ts';
import type { Mutant } from '../api/reductions.ts';

/**
 * A cell counts as held when every step that waits for it would have to wait now, whatever other cells hold: a lock that is taken, a flag
 * of somebody who has still to come. Until somebody who need not wait for it writes the cell, none of these steps can happen; and those are
 * in the set that is being built.
 */
export class LockProbe {
  private store!: Store;
  private futures: Futures | undefined;
  /** Per slot and value of its cell: is it held? */
  private held: (Map<number, boolean> | undefined)[] = [];

  constructor(
    private readonly fuse: boolean,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  begin(store: Store, futures: Futures): void {
    this.store = store;
    if (futures === this.futures) return;
    this.futures = futures;
    this.held = [];
  }

  /**
   * Are all these cells locks, held now, that `node` touches only after waiting for them?
   * @param queues those of the cells that are queues from which is taken next: as long as they are not empty it does not matter who adds to them
   */
  allGuarded(node: number, word: number, bits: number, queues = 0): boolean {
    if (!this.fuse) return false;
    if (this.futures!.open(node, word, bits, queues) !== 0 && !this.mutants.has('locks may be touched without'))
      return false;
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = left & -left;
      if (!this.isHeld(32 * word + 31 - Math.clz32(bit), (queues & bit) !== 0)) return false;
    }
    return true;
  }

  private isHeld(slot: number, queue: boolean): boolean {
    if (this.mutants.has('locks must be held')) return true;
    const acquires = this.futures!.acquires.get(slot);
    if (!acquires && !queue) return false;
    const value = this.store.get(this.futures!.cells[slot]!);
    if (queue && value === 0 && !this.mutants.has('queues must not be empty')) return false;
    if (!acquires) return true;
    // Whoever adds to a queue does not empty it, and may bring about what others wait for.
    if (
      queue &&
      acquires.some(({ passes }) => passes !== isZero) &&
      !this.mutants.has('queues are waited for to be empty')
    )
      return false;
    const known = this.held[slot]?.get(value);
    if (known !== undefined) return known;
    const held = acquires.every(({ passes }) => !passes(value));
    (this.held[slot] ??= new Map()).set(value, held);
    return held;
  }
}
