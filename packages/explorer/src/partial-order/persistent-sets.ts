/**
 * Persistent sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996): which
 * processes have to move in a state, so that the others may wait.
 */
import type { System } from '../api/system.ts';
import { HEADER } from '../store/packing.ts';
import { HeldLocks } from './held-locks.ts';
import { DEPENDENT_WHEN_UNLOCKED, DEPENDENT, type Dependence } from './dependence.ts';
import { imul } from '../store/hash.ts';
import type { States } from '../store/states.ts';
import { TERMINATED, GATED, ENABLED, BLOCKED, type Successors } from '../learned/successors.ts';

/** A set of processes is the bits of one number. */
export const MOST_PROCESSES = 31;

/** In place of a set: it would not be smaller than the smallest that is known. */
const NONE_SMALLER = 0;
/** In place of the processes that one requires: one of them was pruned. */
const PRUNED = -1;

/**
 * A set T of processes is persistent in a state when nothing that the others can do, before a process of T moves, is
 * dependent with the next step of a process of T. It is closed under two rules:
 * - for an enabled process: every process that may, now or later, take a dependent step;
 * - for a blocked or gated process: every process that may write a cell of one necessary enabling set: the closed gate;
 *   of several alternative sets the one that adds the fewest processes; or, where the step declares none, all cells
 *   that were read to find that it is blocked (while they keep their values, so does the answer).
 * Exploring only the enabled processes of T loses no trace up to the order of independent steps; the cycle proviso is
 * in `Expansion`. Two refinements: a process that must first acquire a lock that is held is not dependent over that
 * cell (`HeldLocks`), nor is one that only enqueues to a non-empty queue from which the step dequeues.
 */
export class PersistentSets {
  /** Per process: the processes that must be in a set with it; -1 while not computed. */
  private readonly required: Int32Array;
  private readonly heldLocks: HeldLocks;
  private dependence!: Dependence;
  private next!: Successors;
  /** Processes that have not terminated, and per process its node in this state. */
  private readonly living: Int32Array;
  private alive = 0;
  private readonly nodes: Int32Array;
  /** Processes whose closure is too large, as bits: so is every set with one of them. */
  private pruned = 0;

  constructor(
    system: System,
    private readonly states: States,
    private readonly known: () => Dependence,
    fuse: boolean,
  ) {
    this.required = new Int32Array(system.processes.length);
    this.nodes = new Int32Array(system.processes.length);
    this.living = new Int32Array(system.processes.length);
    this.heldLocks = new HeldLocks(fuse);
  }

  /**
   * Is there a persistent set in which `p` is the only enabled process? Only processes of the set are asked for their
   * status.
   */
  isSingleton(next: Successors, p: number, state: number): boolean {
    const record = this.states.chunkOf(state);
    const base = this.states.baseOf(state);
    next.source.seek(state);
    if (next.statusOf(p, record, base) !== ENABLED) return false;
    this.begin(next, record, base, false);
    let set = 1 << p;
    for (let todo = set; todo !== 0;) {
      const q = 31 - Math.clz32(todo);
      todo &= ~(1 << q);
      if (q !== p && next.statusOf(q, record, base) === ENABLED) return false;
      const fresh = this.requiredBy(q, set, -1) & ~set;
      set |= fresh;
      todo |= fresh;
    }
    next.enabled[0] = p;
    next.count = 1;
    return true;
  }

  /**
   * A smallest persistent set found from any enabled process, as bits of its enabled processes. The enabled processes
   * are the first `count` of `next.enabled`.
   */
  choose(next: Successors, count: number, state: number): number {
    if (count === 1) return 1 << next.enabled[0]!;
    this.begin(next, this.states.chunkOf(state), this.states.baseOf(state), true);
    const enabled = next.bits(count);
    let best = -1;
    let least = count;
    for (let i = 0; i < count && least > 1; i++) {
      const set = this.closureOf(next.enabled[i]!, enabled, least);
      if (set === NONE_SMALLER) {
        this.pruned |= 1 << next.enabled[i]!;
      } else {
        best = set;
        least = bitCount(set & enabled);
      }
    }
    return best === -1 ? enabled : best & enabled;
  }

  /** @param gathered is the status of every process known? Then those that have terminated are left out. */
  private begin(next: Successors, record: Int32Array, base: number, gathered: boolean): void {
    this.next = next;
    this.alive = 0;
    this.pruned = 0;
    for (let p = 0; p < this.nodes.length; p++) {
      if (gathered && next.status[p] === TERMINATED) continue;
      this.nodes[p] = record[base + HEADER.size + p]!;
      this.required[p] = -1;
      this.living[this.alive++] = p;
    }
    this.dependence = this.known();
    this.heldLocks.begin(next.source, this.dependence.mayAccess);
  }

  /** The closure of one process, unless it has `least` or more enabled processes. */
  private closureOf(start: number, enabled: number, least: number): number {
    let set = 1 << start;
    for (let todo = set; todo !== 0;) {
      const p = 31 - Math.clz32(todo);
      todo &= ~(1 << p);
      const required = this.requiredBy(p, set, enabled);
      if ((required & this.pruned) !== 0) return NONE_SMALLER;
      const fresh = required & ~set;
      if (fresh === 0) continue;
      set |= fresh;
      if (bitCount(set & enabled) >= least) return NONE_SMALLER;
      todo |= fresh;
    }
    return set;
  }

  /**
   * The processes that must be in a set with `p`.
   * @param set who is in it already
   * @param enabled the enabled processes
   */
  private requiredBy(p: number, set: number, enabled: number): number {
    const known = this.required[p]!;
    if (known >= 0) return known;
    const { status, blockedOn, alternatives } = this.next;
    let found = 0;
    switch (status[p]!) {
      case ENABLED:
        found = this.dependentProcesses(p);
        break;
      case GATED:
        found = this.enablersOf(p, blockedOn[p]!);
        break;
      case BLOCKED: {
        const sets = alternatives[blockedOn[p]!]!;
        if (sets.length > 1) return this.cheapestAlternative(p, sets, set, enabled);
        if (sets.length === 1) found = this.enablersOf(p, sets[0]!);
      }
    }
    if (found !== PRUNED) this.required[p] = found;
    return found;
  }

  /** Of several alternative necessary enabling sets one is enough: the one that adds the fewest processes. */
  private cheapestAlternative(p: number, sets: readonly number[], set: number, enabled: number): number {
    let best = PRUNED;
    let least = Infinity;
    for (let i = 0; i < sets.length && least > 0; i++) {
      const who = this.enablersOf(p, sets[i]!);
      if (who === PRUNED) continue;
      const more = (bitCount(who & ~set & enabled) << 5) + bitCount(who & ~set);
      if (more >= least) continue;
      least = more;
      best = who;
    }
    return best;
  }

  /** All processes that may, now or later, take a step that is dependent with the step of `p` in this state. */
  private dependentProcesses(p: number): number {
    const { nodes, living, alive } = this;
    const node = nodes[p]!;
    const row = this.dependence.suffixRow(node);
    let who = 0;
    for (let i = 0; i < alive; i++) {
      const q = living[i]!;
      if (q === p) continue;
      if (!this.conflictsWith(node, nodes[q]!, row)) continue;
      if ((this.pruned >>> q) & 1) return PRUNED;
      who |= 1 << q;
    }
    return who;
  }

  /**
   * Is the step of `node` dependent, in this state, with what `other` may do?
   * @param row `Dependence.suffixRow` of the node
   */
  private conflictsWith(node: number, other: number, row: Uint8Array): boolean {
    const conflict = row[other] || this.dependence.withSuffix(node, other);
    return conflict === DEPENDENT || (conflict === DEPENDENT_WHEN_UNLOCKED && !this.locksAreHeld(node, other));
  }

  /** Do held locks or non-empty queues explain every conflict between the step of `node` and what `other` may do? */
  private locksAreHeld(node: number, other: number): boolean {
    const { words } = this.dependence.mayAccess;
    for (let w = 0; w < words; w++) {
      const conflict = this.dependence.conflicts(node, other, w);
      if (
        conflict !== 0 &&
        !this.heldLocks.allProtected(other, w, conflict, conflict & this.dependence.dequeued(node, w))
      )
        return false;
    }
    return true;
  }

  /** All processes that may, now or later, write a cell of a necessary enabling set of `p`. */
  private enablersOf(p: number, enablingSet: number): number {
    const { nodes, living, alive, dependence } = this;
    const slots = this.next.enablingSets[enablingSet]!;
    const row = dependence.enablerRow(enablingSet);
    let who = 0;
    for (let i = 0; i < alive; i++) {
      const q = living[i]!;
      if (q === p) continue;
      const other = nodes[q]!;
      const opens = row[other] || dependence.mayEnable(enablingSet, slots, other);
      if (opens !== DEPENDENT && (opens !== DEPENDENT_WHEN_UNLOCKED || this.mustAcquireFirst(slots, other))) continue;
      if ((this.pruned >>> q) & 1) return PRUNED;
      who |= 1 << q;
    }
    return who;
  }

  /** Must `other` acquire a held lock before each write to one of these cells? */
  private mustAcquireFirst(slots: readonly number[], other: number): boolean {
    return slots.every((slot) => {
      const writing = this.dependence.mayWrite(slot, other);
      return writing === 0 || this.heldLocks.allProtected(other, slot >>> 5, writing);
    });
  }
}

/** Number of bits that are set. */
function bitCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
