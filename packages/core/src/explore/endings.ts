/** States where it all ends, and states from which it never can. */
import type { Store } from '../words/step.ts';
import type { Schedule, System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { Deadlock, Exploration } from './exploration.ts';
import type { Saved } from './checkpoint.ts';
import { doubled } from './grow.ts';
import { bytes, column, plain } from './loading.ts';
import { endingAt, stuckAt } from './report.ts';
import type { Saving } from './saving.ts';
import type { States } from './state.ts';
import { TRAIT } from './traits.ts';

/** Counts the states in which nothing can move. */
export class Endings {
  deadlock: Deadlock | undefined;
  /** Has some move led to a state with a lower number, or the same? Without, no state is reached from itself. */
  private cyclic = false;
  /** Where moves lead, state by state; per state, where its moves begin (and those of the state before end). */
  private to = new Int32Array(256);
  private first = new Int32Array(256);
  private over = new Uint8Array(256);
  private moves = 0;
  private expanding = 0;
  private ends = 0;
  private bounded = 0;
  private deadlocks = 0;

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly states: States,
  ) {}

  get bytes(): number {
    return this.to.byteLength + this.first.byteLength + this.over.byteLength;
  }

  get counts(): Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> {
    return { ends: this.ends, bounded: this.bounded, deadlocks: this.deadlocks };
  }

  /** Takes down a state in which nothing can move. */
  note(state: number, store: Store, way: () => Schedule): ReturnType<typeof endingAt> {
    const nodeOf = (p: number): number => this.states.node(state, p);
    const ending = endingAt(this.system, this.automaton, nodeOf);
    if (ending === 'gave up') this.bounded++;
    else if (ending === 'end') this.ends++;
    else {
      this.deadlocks++;
      this.deadlock ??= { schedule: way(), stuck: stuckAt(this.system, this.automaton, store, nodeOf) };
    }
    return ending;
  }

  /** The moves told next are those of this state. States come in order. */
  expands(state: number): void {
    if (state + 1 >= this.first.length) this.first = doubled(this.first);
    if (state >= this.over.length) this.over = doubled(this.over);
    this.first[state] = this.first[state + 1] = this.moves;
    this.over[state] = this.isOver(state) ? 1 : 0;
    this.expanding = state;
  }

  /** A move of the state that is expanded leads to that state. */
  leadsTo(to: number): void {
    if (this.moves === this.to.length) this.to = doubled(this.to);
    this.to[this.moves++] = to;
    this.first[this.expanding + 1] = this.moves;
    if (to <= this.expanding) this.cyclic = true;
  }

  /**
   * Finds, when all states were expanded, a first one from which no schedule leads to where nothing can move, every main process has
   * ended, or one gave up. There is one whether a search was reduced or not: a reduced search has, for each schedule from one of its
   * states, one that does the same steps and maybe more.
   */
  neverEnds(): Deadlock | undefined {
    if (!this.cyclic) return undefined;
    const { count } = this.states;
    const ending = this.over.slice(0, count);
    // Most moves lead to higher numbers: from behind, two passes mostly do.
    for (let changed = true; changed;) {
      changed = false;
      for (let state = count - 1; state >= 0; state--) {
        if (ending[state] || !this.someAfter(state, ending)) continue;
        ending[state] = 1;
        changed = true;
      }
    }
    const first = ending.indexOf(0);
    return first < 0 ? undefined : { schedule: this.states.scheduleTo(first), stuck: this.left(first) };
  }

  /** Does a move of the state lead to one that is marked, or is there no move? */
  private someAfter(state: number, marked: Uint8Array): boolean {
    const end = this.first[state + 1]!;
    for (let i = this.first[state]!; i < end; i++) if (marked[this.to[i]!]) return true;
    return this.first[state] === end;
  }

  /** @param expanded states whose moves were told */
  save(to: Saving, expanded: number): void {
    const { cyclic, moves, ends, bounded, deadlocks, deadlock } = this;
    to.plain('endings', { cyclic, moves, ends, bounded, deadlocks, ...(deadlock && { deadlock }) });
    to.grows('leads to', this.to, moves);
    to.grows('first moves', this.first, expanded + 1);
    to.grows('over', this.over, expanded);
  }

  load(from: Saved, expanded: number): void {
    const { deadlock, ...found } = plain<Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> & { cyclic: boolean; moves: number; deadlock?: Deadlock }>(from, 'endings');
    Object.assign(this, found);
    this.deadlock = deadlock;
    this.to = column(from, 'leads to', this.moves);
    this.first = column(from, 'first moves', expanded + 1);
    this.over = bytes(from, 'over', expanded);
  }

  private isOver(state: number): boolean {
    let mainsLeft = false;
    for (let p = 0; p < this.system.processes.length; p++) {
      const traits = this.automaton.traits[this.states.node(state, p)]!;
      if (traits & TRAIT.gaveUp) return true;
      mainsLeft ||= !(traits & TRAIT.ended) && this.system.processes[p]!.role === 'main';
    }
    return !mainsLeft;
  }

  private left(state: number): Deadlock['stuck'] {
    return this.system.processes.flatMap(({ name, role }, p) => {
      const step = this.automaton.steps[this.states.node(state, p)];
      return role === 'main' && step !== undefined ? [{ process: name, waitsFor: step.why ?? step.kind }] : [];
    });
  }
}
