/** Makes the moves of a search and judges them. */
import type { Schedule } from '../api/system.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { Findings } from './findings.ts';
import { doubled } from '../store/growable.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import { exactBytes, plain } from '../store/loading.ts';
import { MANY } from '../learned/local-steps.ts';
import type { Reducer } from '../partial-order/reducer.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';
import { Successors } from './successors.ts';
import { TRAIT } from '../store/traits.ts';

/** Moves made without keeping a state. More would save states, and make the same moves again from each state that leads there. */
const LONGEST = 12;

/** One move at a time, and those that follow of themselves. */
export class Moves {
  transitions = 0;
  /** Different local edges taken. */
  edges = 0;
  /** Moves that lead to the candidate. */
  readonly way: number[] = [];
  /** The state they begin in. */
  private from = 0;
  private marks = new Uint8Array(256);
  /** The moves of the candidate, on the way to a state that is worth keeping. */
  private readonly ahead: Successors;

  /**
   * @param next the moves of the state that is expanded
   * @param depth steps to a state of the layer that is expanded
   */
  constructor(
    private readonly knowledge: Knowledge,
    private readonly states: States,
    private readonly next: Successors,
    private readonly reducer: Reducer | undefined,
    private readonly findings: Findings,
    private readonly stopAtFirst: boolean,
    private readonly depth: () => number,
  ) {
    this.ahead = new Successors(knowledge, states);
  }

  /** Did a claim fail that ends the search? */
  stopped = false;

  /** Processes that sleep in the state that was reached last, as bits, by their places in the candidate. */
  asleep = 0;

  /**
   * Makes the candidate what a move leads to, and on while one process alone must move; returns the state that equals it, or -1.
   * @param asleep processes that need not be tried after this one
   */
  follow(state: number, p: number, choice: number, asleep = 0): number {
    const { next, ahead, states, reducer, way, knowledge } = this;
    const sleep = reducer?.sleep;
    const processes = knowledge.system.processes.length;
    // Most ways are one move long: to say so again takes longer than to look.
    if (way.length !== 1) way.length = 1;
    way[0] = p + processes * choice;
    let node = states.node(state, p);
    this.from = state;
    let effect = next.make(state, p, choice);
    this.asleep = sleep ? sleep.after(asleep, node, states.count) : 0;
    this.count(effect);
    if (!reducer?.fuses) {
      if (reducer?.local) {
        this.judge(next, node, effect, -1);
        this.passOn(p);
        return states.find();
      }
      const known = states.find();
      // Where unlike states count as one, a claim may hold on one way into it and fail on another.
      this.judge(next, node, effect, states.likeness ? -1 : known < 0 ? states.count : known);
      return known;
    }
    this.judge(next, node, effect, -1);
    this.passOn(p);
    let moved = p;
    for (let moves = 1; ; moves++) {
      // Looked up first: most moves lead to states that are known, and what comes after these was looked at before.
      const known = states.find();
      if (known >= 0 || moves >= LONGEST || this.stopped) return known;
      const came = states.node(states.count, moved);
      let only = reducer.alone(ahead, came, states.count);
      if (only < 0) {
        const able = ahead.gather(states.count);
        const few = able === 0 ? 0 : reducer.choose(ahead, able, states.count);
        reducer.note(came, ahead, few);
        if (few !== 1) return known;
        only = ahead.ready[0]!;
      }
      if (ahead.ways[only]! > 1 && !knowledge.mutants.has('every way is taken')) return known;
      node = states.node(states.count, only);
      effect = ahead.moveOn(only, 0);
      // Woken if it sleeps: nobody else must move.
      if (sleep) this.asleep = sleep.after(this.asleep & ~(1 << only), node, states.count);
      way.push(only);
      this.count(effect);
      this.judge(ahead, node, effect, -1);
      this.passOn(only);
      moved = only;
    }
  }

  /** Makes the local steps that come next in the process that moved last. */
  private passOn(p: number): void {
    const { ahead, states, reducer, way, knowledge } = this;
    const local = reducer?.local;
    if (!local) return;
    for (let many = 0; many < MANY && local.has(states.node(states.count, p)); many++) {
      if (ahead.isHeldUp(p, states.count) && !knowledge.mutants.has('gates hold up local steps')) return;
      const effect = ahead.moveOn(p, 0);
      way.push(p);
      this.count(effect);
    }
  }

  /** How to get to the candidate. */
  schedule(): Schedule {
    return [...this.states.scheduleTo(this.from), ...this.way.map((move) => this.states.moveOf(move))];
  }

  save(to: Saving): void {
    to.plain('moves', { transitions: this.transitions, edges: this.edges });
    to.whole('edges taken', this.marks);
  }

  load(from: Saved): void {
    const { transitions, edges } = plain<{ transitions: number; edges: number }>(from, 'moves');
    this.transitions = transitions;
    this.edges = edges;
    this.marks = exactBytes(from, 'edges taken');
  }

  private count(effect: number): void {
    const edge = this.knowledge.behaviour.effects.edge[effect]!;
    this.transitions++;
    while (edge >= this.marks.length) this.marks = doubled(this.marks);
    if (this.marks[edge] === 0) this.takesFirst(edge);
  }

  /** A local edge is taken for the first time. */
  private takesFirst(edge: number): void {
    this.edges++;
    this.marks[edge] = 1;
    const { automaton } = this.knowledge;
    const node = automaton.edges.to[edge]!;
    if (automaton.traits[node]! & TRAIT.gaveUp) this.findings.giveUp(automaton.gaveUpAt(node), 0, this);
  }

  /** Judges the claims of the step that made the candidate. */
  private judge(by: Successors, node: number, effect: number, after: number): void {
    const { automaton, behaviour } = this.knowledge;
    if (!(automaton.traits[node]! & TRAIT.judged)) return;
    const held = by.verdict(node, effect);
    if (!held) return;
    // Judged before the successor is kept: a claim that fails is a finding even where there is no room for one state more.
    const depth = this.reducer?.jumps ? -1 : this.depth() + 1;
    const failures = this.findings.judge(
      automaton.checks[node]!,
      held,
      after,
      behaviour.effects.edge[effect]!,
      depth,
      this,
    );
    if (failures > 0 && this.stopAtFirst) this.stopped = true;
  }
}
