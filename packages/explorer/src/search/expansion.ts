/** Makes the moves of one state: those that must be made there, and later those of processes that were woken. */
import type { Endings } from './terminal-states.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import type { Moves } from './moves.ts';
import type { Reducer } from '../partial-order/reducer.ts';
import type { Mutant } from '../api/reductions.ts';
import type { States } from '../store/states.ts';
import type { Successors } from './successors.ts';

const leftOut = (mutants: ReadonlySet<Mutant>) => ({
  opened: mutants.has('cycles are opened'),
  enough: mutants.has('everybody is all'),
  oneWay: mutants.has('every way is taken'),
  unmoved: mutants.has('sleepers change places'),
  triedFirst: mutants.has('woken later is tried first'),
  endless: mutants.has('ways to ends are woken'),
});

/** Who moves in a state, in which order, and who sleeps meanwhile. */
export class Expansion {
  /** States before this one were expanded. */
  expanded = 0;
  /** Expanded states in which somebody slept who must move after all, each followed by those, as bits. */
  readonly woken: number[] = [];
  /** Rules that a test leaves out. */
  private readonly rules: ReturnType<typeof leftOut>;

  constructor(
    knowledge: Knowledge,
    private readonly states: States,
    private readonly next: Successors,
    private readonly moves: Moves,
    private readonly reducer: Reducer | undefined,
    private readonly endings: Endings,
  ) {
    this.rules = leftOut(knowledge.mutants);
  }

  /**
   * Makes the moves that must be made in a state.
   * In a cycle of states someone who may wait could wait for ever. So some move has to lead to a state with a higher number, or
   * everybody moves: along such moves numbers grow until everybody moves (Bosnacki, Leue, Lluch-Lafuente 2009).
   * @param movers those that must move, as bits; 0: that was not asked yet, and all that can move were gathered
   */
  eachMove(state: number, movers: number): void {
    const { next, reducer, rules } = this;
    let asleep = reducer?.sleep ? this.states.asleep(state) : 0;
    let onwards = rules.opened;
    let begun = 0;
    if (movers !== 0 && (movers & ~asleep) !== 0) {
      // Nobody else need be asked who can move, unless there is no way on.
      const few = next.gather(state, movers);
      for (; begun < few; begun++) {
        const led = this.eachWay(state, next.ready[begun]!, asleep);
        if (this.moves.stopped) return;
        onwards ||= led;
        if (reducer!.sleep) asleep |= 1 << next.ready[begun]!;
      }
      if (onwards) return;
    }
    const able = movers === 0 ? next.count : next.gather(state);
    const few = reducer ? reducer.choose(next, able, state) : able;
    if (begun === 0 && reducer?.sleep) asleep = reducer.sleep.in(state, next.bits(few), next.bits(able));
    for (let i = begun; i < able; i++) {
      if (i >= few && onwards) return;
      const led = this.eachWay(state, next.ready[i]!, asleep);
      if (this.moves.stopped) return;
      // Once everybody moves, all of them do.
      if (i < few || rules.enough) onwards ||= led;
      // For those that are tried after it.
      if (reducer?.sleep) asleep |= 1 << next.ready[i]!;
    }
  }

  /** Makes a move in each way it can go, unless its process sleeps; says whether one of them leads to a state with a higher number. */
  private eachWay(state: number, p: number, asleep: number): boolean {
    if ((asleep >>> p) & 1) return false;
    const ways = this.rules.oneWay ? 1 : this.next.ways[p]!;
    let onwards = false;
    for (let choice = 0; choice < ways && !this.moves.stopped; choice++) {
      const to = this.move(state, p, choice, asleep);
      this.endings.leadsTo(state, to, this.moves.way.length);
      onwards ||= to > state;
    }
    return onwards;
  }

  /** Makes the moves of those who were woken in one state after it was expanded; says whether there was one. */
  wakes(): boolean {
    if (this.woken.length === 0) return false;
    const movers = this.woken.pop()!;
    const state = this.woken.pop()!;
    const { next, states, rules } = this;
    const able = next.gather(state);
    let asleep = states.asleep(state) | (rules.triedFirst ? next.bits(able) & ~movers : 0);
    for (let i = 0; i < able && !this.moves.stopped; i++) {
      const p = next.ready[i]!;
      if (((movers >>> p) & 1) === 0) continue;
      this.eachWay(state, p, asleep);
      asleep |= 1 << p;
    }
    return true;
  }

  /** Wakes somebody in each of these states, which were expanded; says whether anybody slept there. */
  wakeIn(expanded: readonly number[]): boolean {
    if (this.rules.endless) return false;
    for (const state of expanded) {
      const asleep = this.states.asleep(state);
      const one = asleep & -asleep;
      if (one === 0) continue;
      this.states.setAsleep(state, asleep & ~one);
      this.woken.push(state, one);
    }
    return this.woken.length > 0;
  }

  /** Makes a move; returns the number of the state it leads to. */
  private move(state: number, p: number, choice: number, asleep: number): number {
    const { states, moves, reducer } = this;
    const to = moves.follow(state, p, choice, asleep);
    if (to >= 0) {
      if (reducer?.sleep) {
        const slept = this.rules.unmoved ? moves.asleep : states.whereFound(moves.asleep);
        const woken = reducer.sleep.reach(to, slept);
        // Before it is expanded it is enough that they do not sleep.
        if (woken !== 0 && to < this.expanded) this.woken.push(to, woken);
      }
      return to;
    }
    if (reducer?.sleep) states.setAsleep(states.count, moves.asleep);
    // The last state that is expanded is expanded to its end, so that the search can go on from there under a wider bound.
    states.keep(state, moves.way);
    return states.count - 1;
  }
}
