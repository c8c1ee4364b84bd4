/**
 * Expands a state: explores its persistent set under the cycle proviso of Bosnacki, Leue and Lluch-Lafuente
 * ("Partial-Order Reduction for General State Exploring Algorithms", 2009), and later the backtracks that sleep sets
 * ask for.
 */
import type { TerminalStates } from './terminal-states.ts';
import type { Moves } from './moves.ts';
import type { Reducer } from '../partial-order/reducer.ts';
import type { States } from '../store/states.ts';
import type { Successors } from '../learned/successors.ts';

/** Which processes are explored in a state, in which order, and which sleep meanwhile. */
export class Expansion {
  /** States before this one are expanded. */
  expanded = 0;
  /** Backtracks: an expanded state, then the processes to explore there after all, as bits; two numbers each. */
  readonly backtracks: number[] = [];

  constructor(
    private readonly states: States,
    private readonly next: Successors,
    private readonly moves: Moves,
    private readonly reducer: Reducer | undefined,
    private readonly terminal: TerminalStates,
  ) {}

  /**
   * Explores the persistent set of a state.
   * Cycle proviso: in a cycle of states a process outside of the persistent sets could be ignored for ever. So some
   * move has to lead to a state with a higher number, or all enabled processes are explored: along such moves numbers
   * grow until a state is expanded fully.
   * @param movers the persistent set as bits; 0 when it was not computed yet, and all enabled processes have just been
   * found
   */
  expand(state: number, movers: number): void {
    const { next, reducer } = this;
    let asleep = reducer?.sleep ? this.states.sleepSet(state) : 0;
    let leadsOn = false;
    let explored = 0;
    if (movers !== 0 && (movers & ~asleep) !== 0) {
      // Other processes need not be asked for their status unless the proviso requires a full expansion.
      const selected = next.findEnabled(state, movers);
      for (; explored < selected; explored++) {
        const led = this.exploreOutcomes(state, next.enabled[explored]!, asleep);
        if (this.moves.stopped) return;
        leadsOn ||= led;
        if (reducer!.sleep) asleep |= 1 << next.enabled[explored]!;
      }
      if (leadsOn) return;
    }
    const enabled = movers === 0 ? next.count : next.findEnabled(state);
    const selected = reducer ? reducer.selectPersistent(next, enabled, state) : enabled;
    if (explored === 0 && reducer?.sleep)
      asleep = reducer.sleep.atExpansion(state, next.bits(selected), next.bits(enabled));
    for (let i = explored; i < enabled; i++) {
      if (i >= selected && leadsOn) return;
      const led = this.exploreOutcomes(state, next.enabled[i]!, asleep);
      if (this.moves.stopped) return;
      // Once the proviso has failed for the persistent set, all enabled processes are explored.
      if (i < selected) leadsOn ||= led;
      // Explored before the next one.
      if (reducer?.sleep) asleep |= 1 << next.enabled[i]!;
    }
  }

  /**
   * Explores every outcome of the step of a process, unless it sleeps.
   * @returns does one of them lead to a state with a higher number?
   */
  private exploreOutcomes(state: number, p: number, asleep: number): boolean {
    if ((asleep >>> p) & 1) return false;
    const outcomes = this.next.outcomes[p]!;
    let leadsOn = false;
    for (let choice = 0; choice < outcomes && !this.moves.stopped; choice++) {
      const to = this.move(state, p, choice, asleep);
      this.terminal.addMove(state, to, this.moves.path.length);
      leadsOn ||= to > state;
    }
    return leadsOn;
  }

  /**
   * Explores one backtrack.
   * @returns false when there was none
   */
  backtrack(): boolean {
    if (this.backtracks.length === 0) return false;
    const movers = this.backtracks.pop()!;
    const state = this.backtracks.pop()!;
    const { next, states } = this;
    const enabled = next.findEnabled(state);
    let asleep = states.sleepSet(state);
    for (let i = 0; i < enabled && !this.moves.stopped; i++) {
      const p = next.enabled[i]!;
      if (((movers >>> p) & 1) === 0) continue;
      this.exploreOutcomes(state, p, asleep);
      asleep |= 1 << p;
    }
    return true;
  }

  /**
   * Schedules a backtrack for one sleeping process of each of these expanded states.
   * @returns did anybody sleep there?
   */
  backtrackIn(expanded: readonly number[]): boolean {
    for (const state of expanded) {
      const asleep = this.states.sleepSet(state);
      const one = asleep & -asleep;
      if (one === 0) continue;
      this.states.setSleepSet(state, asleep & ~one);
      this.backtracks.push(state, one);
    }
    return this.backtracks.length > 0;
  }

  /**
   * Makes a move.
   * @returns the number of the state it leads to
   */
  private move(state: number, p: number, choice: number, asleep: number): number {
    const { states, moves, reducer } = this;
    const to = moves.makeMove(state, p, choice, asleep);
    if (to >= 0) {
      if (reducer?.sleep) {
        const sleepSet = states.asInFoundState(moves.sleepSet);
        const backtracks = reducer.sleep.atRevisit(to, sleepSet);
        // In a state that is not expanded yet it is enough that they no longer sleep.
        if (backtracks !== 0 && to < this.expanded) this.backtracks.push(to, backtracks);
      }
      return to;
    }
    if (reducer?.sleep) states.setSleepSet(states.count, moves.sleepSet);
    // The state that is being expanded is expanded completely, so that the search can go on under a wider bound.
    states.keep(state, moves.path);
    return states.count - 1;
  }
}
