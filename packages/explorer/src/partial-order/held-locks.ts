/**
 * Lock-based reduction (after Lipton, "Reduction: A Method of Proving Properties of Parallel Programs", 1975): while a
 * lock is held, whoever must acquire it first cannot touch what it protects.
 */
import { isZero } from '../api/condition.ts';
import type { Store } from '../api/step.ts';
import type { MayAccess } from './may-access.ts';

/**
 * A cell counts as a held lock when every step that waits for it is blocked by its present value alone, whatever other
 * cells hold: a lock that is taken, or the flag of somebody who has yet to arrive. Until a process that does not wait
 * for the cell writes it, none of these steps can happen; and such processes are in the persistent set that is being
 * built.
 */
export class HeldLocks {
  private store!: Store;
  private mayAccess: MayAccess | undefined;
  /** Per slot and value of its cell: is it held? */
  private held: (Map<number, boolean> | undefined)[] = [];

  constructor(private readonly fuse: boolean) {}

  begin(store: Store, mayAccess: MayAccess): void {
    this.store = store;
    if (mayAccess === this.mayAccess) return;
    this.mayAccess = mayAccess;
    this.held = [];
  }

  /**
   * Are all these cells held locks, which `node` touches only after acquiring them?
   * @param bits cells among the 32 of `word`
   * @param queues those of them from which the other process dequeues next: while a queue is not empty, enqueues
   * commute with the dequeue
   */
  allProtected(node: number, word: number, bits: number, queues = 0): boolean {
    if (!this.fuse) return false;
    if (this.mayAccess!.unprotectedAmong(node, word, bits, queues) !== 0) return false;
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = left & -left;
      if (!this.isHeld(32 * word + 31 - Math.clz32(bit), (queues & bit) !== 0)) return false;
    }
    return true;
  }

  private isHeld(slot: number, queue: boolean): boolean {
    const acquires = this.mayAccess!.acquires.get(slot);
    if (!acquires && !queue) return false;
    const value = this.store.get(this.mayAccess!.cells[slot]!);
    if (queue && value === 0) return false;
    if (!acquires) return true;
    // Enqueue never disables a dequeue, but it may enable a process that waits for the queue to be non-empty.
    if (queue && acquires.some(({ passes }) => passes !== isZero)) return false;
    const known = this.held[slot]?.get(value);
    if (known !== undefined) return known;
    const held = acquires.every(({ passes }) => !passes(value));
    (this.held[slot] ??= new Map()).set(value, held);
    return held;
  }
}
