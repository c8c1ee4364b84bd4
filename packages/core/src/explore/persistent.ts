/** Which processes have to move in a state, and which may wait: persistent sets. */
import type { System } from '../words/system.ts';
import type { Futures } from './futures.ts';
import { LockProbe } from './lock-probe.ts';
import { AT_LOCKS, MEET, Meetings } from './meetings.ts';
import type { Mutant } from './reductions.ts';
import type { States } from './state.ts';
import { HELD, READY, WAITS, type Successors } from './successors.ts';

/** Sets of processes are the bits of one number. */
export const MOST_PROCESSES = 31;

/**
 * A set of processes such that nothing the others can do before one of the set moves meets what the set does next:
 *  - with a process that can move, everybody who may ever meet its step;
 *  - with one that cannot, everybody who may ever write what it waits for (a gate that is closed, or what was just read to
 *    find that it cannot move: while those cells stay, so does the answer).
 * Letting only the movers of the set move loses no trace (Godefroid, "Partial-Order Methods", 1996; with `Search` seeing to cycles).
 * Somebody who meets a cell only after taking it as a lock that is now held does not count: the holder's side has to move first.
 */
export class Persistent {
  /** Per process: who must be in a set with it; -1 while not asked. */
  private readonly needs: Int32Array;
  private readonly probe: LockProbe;
  private meetings!: Meetings;
  /** The futures that these are made of. */
  private met: Futures | undefined;
  private next!: Successors;
  private state = 0;

  constructor(
    private readonly system: System,
    private readonly states: States,
    private readonly futures: () => Futures,
    fuse: boolean,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.needs = new Int32Array(system.processes.length);
    this.probe = new LockProbe(fuse, mutants);
  }

  /** Moves the processes of a smallest set to the front of `next.ready`; returns how many they are. */
  choose(next: Successors, count: number, state: number): number {
    if (count === 1) return 1;
    this.next = next;
    this.state = state;
    this.needs.fill(-1);
    const futures = this.futures();
    if (futures !== this.met) {
      this.met = futures;
      this.meetings = new Meetings(futures, this.mutants);
    }
    this.probe.begin(next.source, futures);
    let best = -1;
    let least = count;
    for (let i = 0; i < count && least > 1; i++) {
      const set = this.closureOf(next.ready[i]!);
      let movers = 0;
      for (let j = 0; j < count; j++) movers += (set >>> next.ready[j]!) & 1;
      if (movers < least) [best, least] = [set, movers];
    }
    if (best === -1) return count;
    let front = 0;
    for (let i = 0; i < count; i++) {
      const p = next.ready[i]!;
      if (((best >>> p) & 1) === 0) continue;
      next.ready[i] = next.ready[front]!;
      next.ready[front++] = p;
    }
    return front;
  }

  private closureOf(start: number): number {
    let set = 1 << start;
    for (let todo = set; todo !== 0;) {
      const p = 31 - Math.clz32(todo);
      todo &= ~(1 << p);
      const fresh = this.needsOf(p) & ~set;
      set |= fresh;
      if (!this.mutants.has('closure goes on')) todo |= fresh;
    }
    return set;
  }

  private needsOf(p: number): number {
    const known = this.needs[p]!;
    if (known >= 0) return known;
    const status = this.next.status[p]!;
    const found = status === READY ? this.whoMeets(p) : status === WAITS || status === HELD ? this.whoEnables(p, status) : 0;
    return (this.needs[p] = found);
  }

  /** Everybody with a future that meets the step of `p`. */
  private whoMeets(p: number): number {
    const { meetings } = this;
    const node = this.states.node(this.state, p);
    let who = 0;
    for (let q = 0; q < this.needs.length; q++) {
      if (q === p) continue;
      const other = this.states.node(this.state, q);
      const meeting = meetings.of(node, other);
      if (meeting === MEET || (meeting === AT_LOCKS && !this.areHeld(node, other))) who |= 1 << q;
    }
    return who;
  }

  /** Are all locks held over which the step of `node` meets the future of `other`? */
  private areHeld(node: number, other: number): boolean {
    const { words } = this.futures();
    for (let w = 0; w < words; w++) {
      const meeting = this.meetings.cells(node, other, w);
      if (meeting !== 0 && !this.probe.allGuarded(other, w, meeting)) return false;
    }
    return true;
  }

  /** Everybody with a future that may write what keeps `p` from moving. */
  private whoEnables(p: number, status: number): number {
    if (this.mutants.has(status === HELD ? 'closed gates need writers' : 'who waits needs writers')) return 0;
    const futures = this.futures();
    const { writes, adds } = futures.all;
    let who = 0;
    for (const slot of this.next.because[p]!) {
      const w = slot >>> 5;
      for (let q = 0; q < this.needs.length; q++) {
        const other = this.states.node(this.state, q);
        if (q === p || (who >>> q) & 1 || other >= futures.nodes || w >= futures.words) continue;
        const at = other * futures.words + w;
        const writing = (writes[at]! | adds[at]!) & (1 << slot);
        if (writing !== 0 && !this.probe.allGuarded(other, w, writing)) who |= 1 << q;
      }
    }
    return who;
  }
}
