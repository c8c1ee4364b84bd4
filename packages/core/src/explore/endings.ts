/** States where it all ends, and states from which it never can. */
import type { Store } from '../words/step.ts';
import type { Schedule, System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { Deadlock, Exploration } from './exploration.ts';
import { endingAt, stuckAt } from './report.ts';
import type { States } from './state.ts';
import { TRAIT } from './traits.ts';

/** Counts the states in which nothing can move. */
export class Endings {
  deadlock: Deadlock | undefined;
  /** Has some move led to a state with a lower number, or the same? Without, no state is reached from itself. */
  cyclic = false;
  private ends = 0;
  private bounded = 0;
  private deadlocks = 0;

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly states: States,
  ) {}

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

  /**
   * Finds a first state from which no schedule leads to where nothing can move, every main process has ended, or one gave up.
   * The same states are found whether a search was reduced or not: a reduced search has, for each schedule from one of its states, one
   * that does the same steps and maybe more.
   * @param leadsTo the states after a state
   */
  neverEnds(leadsTo: (state: number) => readonly number[]): Deadlock | undefined {
    if (!this.cyclic) return undefined;
    const { count } = this.states;
    const ending = Uint8Array.from({ length: count }, (_, state) => (this.over(state) ? 1 : 0));
    // Most moves lead to higher numbers: from behind, two passes mostly do.
    for (let changed = true; changed;) {
      changed = false;
      for (let state = count - 1; state >= 0; state--) {
        if (ending[state]) continue;
        const after = leadsTo(state);
        if (after.length > 0 && !after.some((next) => ending[next])) continue;
        ending[state] = 1;
        changed = true;
      }
    }
    const first = ending.indexOf(0);
    return first < 0 ? undefined : { schedule: this.states.scheduleTo(first), stuck: this.left(first) };
  }

  private over(state: number): boolean {
    const { processes } = this.system;
    const traits = processes.map((_, p) => this.automaton.traits[this.states.node(state, p)]!);
    return traits.some((t) => t & TRAIT.gaveUp) || processes.every(({ role }, p) => role === 'daemon' || traits[p]! & TRAIT.ended);
  }

  private left(state: number): Deadlock['stuck'] {
    return this.system.processes.flatMap(({ name, role }, p) => {
      const step = this.automaton.steps[this.states.node(state, p)];
      return role === 'main' && step !== undefined ? [{ process: name, waitsFor: step.why ?? step.kind }] : [];
    });
  }
}
