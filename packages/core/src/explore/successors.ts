/** What can happen next in a packed state, and the state it leads to. */
import type { Store } from '../words/step.ts';
import type { System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { Footprints } from './footprints.ts';
import type { PackedStore } from './packed-store.ts';
import type { Mutant } from './reductions.ts';
import type { States } from './state.ts';
import { TRAIT } from './traits.ts';
import { WatchedStore, type Asking } from './watched-store.ts';

const STOPPED = TRAIT.ended | TRAIT.gaveUp;
const ASKS = TRAIT.waits | TRAIT.chooses;

/** What a process can do in the state gathered last: nothing ever, nothing while its gate is closed, nothing yet, or its next step. */
export const DONE = 0;
export const HELD = 1;
export const WAITS = 2;
export const READY = 3;

/** The moves of one state at a time. Nothing here allocates. */
export class Successors {
  /** Processes that can move, in order. */
  readonly ready: Int32Array;
  /** Per process that can move: in how many ways. */
  readonly ways: Int32Array;
  /** Per process: DONE, HELD, WAITS or READY. */
  readonly status: Uint8Array;
  /** Per process that is held up or waits, when footprints are learned: slots of the cells that were read to find so. */
  readonly because: readonly number[][];
  /** The state that was gathered last. */
  readonly source: PackedStore;
  /** The candidate that was made last. */
  readonly target: PackedStore;
  /** What the step observed that made it. */
  observed = 0;
  private readonly gates: readonly Int32Array[];
  private readonly asked: WatchedStore | undefined;
  private readonly applied: WatchedStore | undefined;

  constructor(
    system: System,
    private readonly automaton: Automaton,
    private readonly states: States,
    private readonly footprints?: Footprints,
    mutants: ReadonlySet<Mutant> = new Set(),
  ) {
    this.gates = system.processes.map((process) => Int32Array.from(process.gates ?? []));
    this.ready = new Int32Array(this.gates.length);
    this.ways = new Int32Array(this.gates.length);
    this.status = new Uint8Array(this.gates.length);
    this.because = system.processes.map(() => []);
    this.source = states.view();
    this.target = states.view();
    this.asked = footprints && new WatchedStore(this.source, footprints, mutants);
    this.applied = footprints && new WatchedStore(this.target, footprints, mutants);
  }

  /** Finds the processes that can move in a state; returns how many. */
  gather(state: number): number {
    const { automaton, source, states, status } = this;
    source.seek(state);
    let count = 0;
    for (let p = 0; p < this.gates.length; p++) {
      const node = states.node(state, p);
      const traits = automaton.traits[node]!;
      status[p] = DONE;
      if (traits & STOPPED) continue;
      if (this.isHeldUp(p)) {
        status[p] = HELD;
        continue;
      }
      const ways = traits & ASKS ? this.waysOf(p, node, traits) : 1;
      if (ways < 1) {
        status[p] = WAITS;
        continue;
      }
      status[p] = READY;
      this.ways[p] = ways;
      this.ready[count++] = p;
    }
    return count;
  }

  /** Makes the candidate what `state` becomes when process `p` moves; returns the local edge it takes. */
  make(state: number, p: number, choice: number): number {
    this.states.branch(state);
    return this.moveOn(p, choice);
  }

  /** Lets process `p` move in the candidate; returns the local edge it takes. */
  moveOn(p: number, choice: number): number {
    const { automaton, states, target } = this;
    const node = states.node(states.count, p);
    target.seek(states.count);
    target.writable = true;
    this.observed = automaton.meanings[node]!.apply(automaton.steps[node]!, this.watching(this.applied, target, node, 'apply'), choice);
    target.writable = false;
    const edge = automaton.follow(node, this.observed);
    states.setNode(states.count, p, automaton.edges.to[edge]!);
    return edge;
  }

  /** The store that claims about the candidate (`claim`) or about the state gathered last (`final`) are handed. */
  judged(node: number, asking: 'claim' | 'final'): Store {
    return asking === 'claim' ? this.watching(this.applied, this.target, node, asking) : this.watching(this.asked, this.source, node, asking);
  }

  /** One closed gate is enough to wait for. */
  private isHeldUp(p: number): boolean {
    const gates = this.gates[p]!;
    for (let i = 0; i < gates.length; i++) {
      if (this.source.get(gates[i]!) === 0) continue;
      if (this.footprints) this.because[p]!.splice(0, Infinity, this.footprints.slot(gates[i]!));
      return true;
    }
    return false;
  }

  private waysOf(p: number, node: number, traits: number): number {
    const meaning = this.automaton.meanings[node]!;
    const step = this.automaton.steps[node]!;
    const { asked, source } = this;
    if (asked) asked.log.length = 0;
    let ways = 1;
    if (traits & TRAIT.waits && !meaning.enabled!(step, this.watching(asked, source, node, 'enabled'))) ways = 0;
    else if (traits & TRAIT.chooses) ways = meaning.choices!(step, this.watching(asked, source, node, 'choices'));
    if (asked && ways < 1) this.because[p]!.splice(0, Infinity, ...asked.log);
    return ways;
  }

  private watching(watched: WatchedStore | undefined, plain: PackedStore, node: number, asking: Asking): Store {
    if (!watched) return plain;
    watched.node = node;
    watched.asking = asking;
    return watched;
  }
}
