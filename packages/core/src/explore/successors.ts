/** What can happen next in a packed state, and the state it leads to. */
import type { System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { PackedStore } from './packed-store.ts';
import type { States } from './state.ts';
import { TRAIT } from './traits.ts';

const STOPPED = TRAIT.ended | TRAIT.gaveUp;
const ASKS = TRAIT.waits | TRAIT.chooses;

/** The moves of one state at a time. Nothing here allocates. */
export class Successors {
  /** Processes that can move, in order. */
  readonly ready: Int32Array;
  /** Per process that can move: in how many ways. */
  readonly ways: Int32Array;
  /** The state that was gathered last. */
  readonly source: PackedStore;
  /** The candidate that was made last. */
  readonly target: PackedStore;
  /** What the step observed that made it. */
  observed = 0;
  private readonly gates: readonly Int32Array[];

  constructor(
    system: System,
    private readonly automaton: Automaton,
    private readonly states: States,
  ) {
    this.gates = system.processes.map((process) => Int32Array.from(process.gates ?? []));
    this.ready = new Int32Array(this.gates.length);
    this.ways = new Int32Array(this.gates.length);
    this.source = states.view();
    this.target = states.view();
  }

  /** Finds the processes that can move in a state; returns how many. */
  gather(state: number): number {
    const { automaton, source, states } = this;
    source.seek(state);
    let count = 0;
    for (let p = 0; p < this.gates.length; p++) {
      const node = states.node(state, p);
      const traits = automaton.traits[node]!;
      if (traits & STOPPED) continue;
      if (this.isHeldUp(p)) continue;
      const ways = traits & ASKS ? this.waysOf(node, traits) : 1;
      if (ways < 1) continue;
      this.ways[p] = ways;
      this.ready[count++] = p;
    }
    return count;
  }

  /** Makes the candidate what `state` becomes when process `p` moves; returns the local edge it takes. */
  make(state: number, p: number, choice: number): number {
    const { automaton, states, target } = this;
    const node = states.node(state, p);
    states.branch(state);
    target.seek(states.count);
    target.writable = true;
    this.observed = automaton.meanings[node]!.apply(automaton.steps[node]!, target, choice);
    target.writable = false;
    const edge = automaton.follow(node, this.observed);
    states.setNode(states.count, p, automaton.edges.to[edge]!);
    return edge;
  }

  private isHeldUp(p: number): boolean {
    const gates = this.gates[p]!;
    for (let i = 0; i < gates.length; i++) if (this.source.get(gates[i]!) !== 0) return true;
    return false;
  }

  private waysOf(node: number, traits: number): number {
    const meaning = this.automaton.meanings[node]!;
    const step = this.automaton.steps[node]!;
    if (traits & TRAIT.waits && !meaning.enabled!(step, this.source)) return 0;
    return traits & TRAIT.chooses ? meaning.choices!(step, this.source) : 1;
  }
}
