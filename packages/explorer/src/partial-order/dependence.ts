/**
 * The dependence relation between steps, as partial-order reduction uses it (Godefroid, "Partial-Order Methods for the
 * Verification of Concurrent Systems", 1996). Two steps are independent when neither enables, disables or observes the
 * other and both orders lead to the same state. Each pair of local states is asked once.
 */
import type { MayAccess } from './may-access.ts';

/**
 * Independent; dependent; dependent only once some lock is released: over cells that the other process must first
 * acquire, or over queues (`HeldLocks` decides in a state). 0 stands for a pair that was not asked yet.
 */
export const INDEPENDENT = 1;
export const DEPENDENT = 2;
export const DEPENDENT_WHEN_UNLOCKED = 3;

/** Tables of answers. A row belongs to a node, is indexed by the other node, and is made when it is first asked for. */
export class Dependence {
  private readonly suffixRows: (Uint8Array | undefined)[] = [];
  /** Step against step. */
  private readonly stepRows: (Uint8Array | undefined)[] = [];
  /** Per necessary enabling set. */
  private readonly enablerRows: (Uint8Array | undefined)[] = [];

  constructor(readonly mayAccess: MayAccess) {}

  /**
   * Answers of `withSuffix` for the step of a node, by the other node; 0 where it was not asked. Nodes that are newer
   * than the may-access sets have none.
   */
  suffixRow(node: number): Uint8Array {
    return (this.suffixRows[node] ??= new Uint8Array(this.mayAccess.nodes));
  }

  /**
   * Is the step of `node` dependent with a step that `other` may take, now or later? Nodes newer than the may-access
   * sets count as independent: a round that meets one is repeated (`FixpointSearch`).
   */
  withSuffix(node: number, other: number): number {
    const { nodes } = this.mayAccess;
    if (node >= nodes || other >= nodes) return INDEPENDENT;
    const row = this.suffixRow(node);
    return row[other] || (row[other] = this.computeSuffix(node, other));
  }

  /** Answers of `withStep`, like `suffixRow`. */
  stepRow(node: number): Uint8Array {
    return (this.stepRows[node] ??= new Uint8Array(this.mayAccess.nodes));
  }

  /**
   * Is the step of `node` dependent with the step of `other`? Nodes newer than the may-access sets count as dependent.
   */
  withStep(node: number, other: number): number {
    const { nodes, words, step } = this.mayAccess;
    if (node >= nodes || other >= nodes) return DEPENDENT;
    let found = INDEPENDENT;
    for (let w = 0; w < words; w++) if (this.conflicts(node, other, w, step) !== 0) found = DEPENDENT;
    return (this.stepRow(node)[other] = found);
  }

  /** Answers of `mayEnable` for a necessary enabling set, like `suffixRow`. */
  enablerRow(enablingSet: number): Uint8Array {
    return (this.enablerRows[enablingSet] ??= new Uint8Array(this.mayAccess.nodes));
  }

  /**
   * May `other`, now or later, write a cell of this necessary enabling set?
   * @param enablingSet its number
   * @param slots its cells
   */
  mayEnable(enablingSet: number, slots: readonly number[], other: number): number {
    const { nodes, unprotected, words } = this.mayAccess;
    if (other >= nodes) return INDEPENDENT;
    let found = INDEPENDENT;
    for (const slot of slots) {
      const writing = this.mayWrite(slot, other);
      if (writing === 0) continue;
      const open = (writing & unprotected[other * words + (slot >>> 5)]!) !== 0;
      if (found !== DEPENDENT) found = open ? DEPENDENT : DEPENDENT_WHEN_UNLOCKED;
    }
    return (this.enablerRow(enablingSet)[other] = found);
  }

  /** The bit of a slot within its word if `other` may write the cell, now or later; else 0. */
  mayWrite(slot: number, other: number): number {
    const { suffix, words } = this.mayAccess;
    if (slot >>> 5 >= words) return 0;
    const at = other * words + (slot >>> 5);
    return (suffix.writes[at]! | suffix.adds[at]!) & (1 << slot);
  }

  private computeSuffix(node: number, other: number): number {
    const { words } = this.mayAccess;
    let found = INDEPENDENT;
    for (let w = 0; w < words; w++) {
      const conflict = this.conflicts(node, other, w);
      if (conflict === 0) continue;
      if (!this.mayBeProtected(node, w, conflict)) return DEPENDENT;
      if (this.mayAccess.unprotectedAmong(other, w, conflict, conflict & this.dequeued(node, w)) !== 0)
        return DEPENDENT;
      found = DEPENDENT_WHEN_UNLOCKED;
    }
    return found;
  }

  /** Of 32 cells, the queues from which the step of `node` dequeues. */
  dequeued(node: number, word: number): number {
    return this.mayAccess.step.takes[node * this.mayAccess.words + word] ?? 0;
  }

  /**
   * May a lock make the conflict disappear? Not where the step of `node` updates the cell by a commuting update: it is
   * independent of others of its kind, and one of those may release the lock.
   */
  mayBeProtected(node: number, word: number, conflict: number): boolean {
    const added = this.mayAccess.step.adds[node * this.mayAccess.words + word] ?? 0;
    return (conflict & added) === 0;
  }

  /**
   * Of 32 cells, those over which the step of `node` conflicts with the other node: one of both writes or updates the
   * cell. Two commuting updates do not conflict.
   * @param theirs what is considered of `other`: all it may still do (the default), or its next step alone
   */
  conflicts(node: number, other: number, word: number, theirs = this.mayAccess.suffix): number {
    const { step, words } = this.mayAccess;
    const a = node * words + word;
    const b = other * words + word;
    const [r, w, u] = [step.reads[a]!, step.writes[a]!, step.adds[a]!];
    const [R, W, U] = [theirs.reads[b]!, theirs.writes[b]!, theirs.adds[b]!];
    return (w & R) | (w & W) | (w & U) | (r & W) | (r & U) | (u & R) | (u & W);
  }
}
