/** Which processes have to move in a state, and which may wait: persistent sets. */
import type { System } from '../api/system.ts';
import { HEADER } from '../store/packing.ts';
import { LockProbe } from './held-locks.ts';
import { AT_LOCKS, MEET, type Meetings } from './dependence.ts';
import { imul } from '../store/hash.ts';
import type { Mutant } from '../api/reductions.ts';
import type { States } from '../store/states.ts';
import { DONE, HELD, READY, WAITS, type Successors } from '../search/successors.ts';

/** Sets of processes are the bits of one number. */
export const MOST_PROCESSES = 31;

/** Instead of a set: it would not be smaller than the smallest known. */
const NONE_SMALLER = 0;
/** Instead of those whom somebody needs, as all bits: one of them is hopeless. */
const TOO_MANY = -1;

/**
 * A set of processes such that nothing the others can do before one of the set moves meets what the set does next:
 *  - with a process that can move, everybody who may ever meet its step;
 *  - with one that cannot, everybody who may ever write what it waits for: a gate that is closed; of several obstacles one, whichever takes
 *    the fewest more; else what was just read to find that it cannot move (while those cells stay, so does the answer).
 * Letting only the movers of the set move loses no trace (Godefroid, "Partial-Order Methods", 1996; with `Search` seeing to cycles).
 * Somebody who meets a cell only after waiting for it, as for a lock that is now held, does not count: somebody else has to move first. Nor does
 * somebody who only adds to a queue from which the step takes, as long as it is not empty.
 */
export class Persistent {
  /** Per process: who must be in a set with it; -1 while not asked. */
  private readonly needs: Int32Array;
  private readonly probe: LockProbe;
  private meetings!: Meetings;
  private next!: Successors;
  /** Processes that may still move, now or later, and per process where it stands in the state. */
  private readonly living: Int32Array;
  private alive = 0;
  private readonly nodes: Int32Array;
  /** Those whose set is too large, as bits: so is each set they are in. */
  private hopeless = 0;
  private readonly goesOn: boolean;
  private readonly waitsNeedWriters: boolean;
  private readonly gatesNeedWriters: boolean;

  constructor(
    system: System,
    private readonly states: States,
    private readonly known: () => Meetings,
    fuse: boolean,
    mutants: ReadonlySet<Mutant>,
  ) {
    this.needs = new Int32Array(system.processes.length);
    this.nodes = new Int32Array(system.processes.length);
    this.living = new Int32Array(system.processes.length);
    this.goesOn = !mutants.has('closure goes on');
    this.waitsNeedWriters = !mutants.has('who waits needs writers');
    this.gatesNeedWriters = !mutants.has('closed gates need writers');
    this.probe = new LockProbe(fuse, mutants);
  }

  /** Is there a set in which a process alone can move? Of the others only those of the set are asked whether they can. */
  isAlone(next: Successors, p: number, state: number): boolean {
    const record = this.states.chunkOf(state);
    const base = this.states.baseOf(state);
    next.source.seek(state);
    if (next.look(p, record, base) !== READY) return false;
    this.begin(next, record, base, false);
    let set = 1 << p;
    for (let todo = set; todo !== 0;) {
      const q = 31 - Math.clz32(todo);
      todo &= ~(1 << q);
      if (q !== p && next.look(q, record, base) === READY) return false;
      const fresh = this.needsOf(q, set, -1) & ~set;
      set |= fresh;
      if (this.goesOn) todo |= fresh;
    }
    next.ready[0] = p;
    next.count = 1;
    return true;
  }

  /** A smallest set, as bits, of the processes that can move: the first `count` of `next.ready`. */
  choose(next: Successors, count: number, state: number): number {
    if (count === 1) return 1 << next.ready[0]!;
    this.begin(next, this.states.chunkOf(state), this.states.baseOf(state), true);
    const able = next.bits(count);
    let best = -1;
    let least = count;
    for (let i = 0; i < count && least > 1; i++) {
      const set = this.closureOf(next.ready[i]!, able, least);
      if (set === NONE_SMALLER) {
        this.hopeless |= 1 << next.ready[i]!;
      } else {
        best = set;
        least = bitCount(set & able);
      }
    }
    return best === -1 ? able : best & able;
  }

  /** @param gathered is known who has ended? Of those nobody needs anything. */
  private begin(next: Successors, record: Int32Array, base: number, gathered: boolean): void {
    this.next = next;
    this.alive = 0;
    this.hopeless = 0;
    for (let p = 0; p < this.nodes.length; p++) {
      if (gathered && next.status[p] === DONE) continue;
      this.nodes[p] = record[base + HEADER.size + p]!;
      this.needs[p] = -1;
      this.living[this.alive++] = p;
    }
    this.meetings = this.known();
    this.probe.begin(next.source, this.meetings.futures);
  }

  /** The set that a process needs, unless `least` or more of it are able to move. */
  private closureOf(start: number, able: number, least: number): number {
    let set = 1 << start;
    for (let todo = set; todo !== 0;) {
      const p = 31 - Math.clz32(todo);
      todo &= ~(1 << p);
      const needs = this.needsOf(p, set, able);
      if ((needs & this.hopeless) !== 0) return NONE_SMALLER;
      const fresh = needs & ~set;
      if (fresh === 0) continue;
      set |= fresh;
      if (bitCount(set & able) >= least) return NONE_SMALLER;
      if (this.goesOn) todo |= fresh;
    }
    return set;
  }

  /**
   * Who must be in a set with `p`.
   * @param set who is in it, of whom `able` can move
   */
  private needsOf(p: number, set: number, able: number): number {
    const known = this.needs[p]!;
    if (known >= 0) return known;
    const { status, because, obstacles } = this.next;
    let found = 0;
    switch (status[p]!) {
      case READY:
        found = this.whoMeets(p);
        break;
      case HELD:
        found = this.gatesNeedWriters ? this.whoEnables(p, because[p]!) : 0;
        break;
      case WAITS: {
        const reasons = this.waitsNeedWriters ? obstacles[because[p]!]! : [];
        if (reasons.length > 1) return this.leastOf(p, reasons, set, able);
        if (reasons.length === 1) found = this.whoEnables(p, reasons[0]!);
      }
    }
    if (found !== TOO_MANY) this.needs[p] = found;
    return found;
  }

  /** Of several obstacles one is enough: the one that takes the fewest more. */
  private leastOf(p: number, reasons: readonly number[], set: number, able: number): number {
    let best = TOO_MANY;
    let least = Infinity;
    for (let i = 0; i < reasons.length && least > 0; i++) {
      const who = this.whoEnables(p, reasons[i]!);
      if (who === TOO_MANY) continue;
      const more = (bitCount(who & ~set & able) << 5) + bitCount(who & ~set);
      if (more >= least) continue;
      least = more;
      best = who;
    }
    return best;
  }

  /** Everybody with a future that meets the step of `p`. */
  private whoMeets(p: number): number {
    const { nodes, living, alive } = this;
    const node = nodes[p]!;
    const row = this.meetings.rowOf(node);
    let who = 0;
    for (let i = 0; i < alive; i++) {
      const q = living[i]!;
      if (q === p) continue;
      if (!this.doesMeet(node, nodes[q]!, row)) continue;
      if ((this.hopeless >>> q) & 1) return TOO_MANY;
      who |= 1 << q;
    }
    return who;
  }

  /** Does the step of `node` meet the future of `other`? @param row what `Meetings.rowOf` says of the node */
  private doesMeet(node: number, other: number, row: Uint8Array): boolean {
    const meeting = row[other] || this.meetings.of(node, other);
    return meeting === MEET || (meeting === AT_LOCKS && !this.areHeld(node, other));
  }

  /** Are all locks held, and no queues empty, over which the step of `node` meets the future of `other`? */
  private areHeld(node: number, other: number): boolean {
    const { words } = this.meetings.futures;
    for (let w = 0; w < words; w++) {
      const meeting = this.meetings.cells(node, other, w);
      if (meeting !== 0 && !this.probe.allGuarded(other, w, meeting, meeting & this.meetings.queues(node, w)))
        return false;
    }
    return true;
  }

  /** Everybody with a future that may write what keeps `p` from moving. */
  private whoEnables(p: number, reason: number): number {
    const { nodes, living, alive, meetings } = this;
    const slots = this.next.reasons[reason]!;
    const row = meetings.openersOf(reason);
    let who = 0;
    for (let i = 0; i < alive; i++) {
      const q = living[i]!;
      if (q === p) continue;
      const other = nodes[q]!;
      const opens = row[other] || meetings.opens(reason, slots, other);
      if (opens !== MEET && (opens !== AT_LOCKS || this.mustWait(slots, other))) continue;
      if ((this.hopeless >>> q) & 1) return TOO_MANY;
      who |= 1 << q;
    }
    return who;
  }

  /** Are all cells held as locks that a future may write to open what is closed because of these slots? */
  private mustWait(slots: readonly number[], other: number): boolean {
    return slots.every((slot) => {
      const writing = this.meetings.writes(slot, other);
      return writing === 0 || this.probe.allGuarded(other, slot >>> 5, writing);
    });
  }
}

/** Number of bits that are set. */
function bitCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
