/**
 * Makes the moves of a search and judges them, with chain compression: while one process alone has to move, it moves on
 * and the states in between are not stored (with held locks this is Lipton's reduction, 1975).
 */
import type { Schedule } from '../api/system.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { Findings } from './findings.ts';
import { doubled } from '../store/growable.ts';
import type { LearnedModel } from '../learned/learned-model.ts';
import { exactBytes, plain } from '../store/loading.ts';
import { MOST_LOCAL_STEPS } from '../learned/local-steps.ts';
import type { Reducer } from '../partial-order/reducer.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';
import { Successors } from '../learned/successors.ts';
import { TRAIT } from '../store/traits.ts';

/**
 * Most moves in one chain. More would save states, but repeat the same moves from each state that leads into the chain.
 */
const LONGEST = 12;

/** One move at a time, and the chain of moves that must follow it. */
export class Moves {
  transitions = 0;
  /** Distinct local edges taken. */
  edges = 0;
  /** Moves from the expanded state to the candidate. */
  readonly path: number[] = [];
  /** The expanded state. */
  private from = 0;
  private edgesTaken = new Uint8Array(256);
  /** Moves of the candidate, along a chain. */
  private readonly ahead: Successors;

  /**
   * @param next successors of the state that is expanded
   * @param depth steps from the start to the layer that is expanded
   */
  constructor(
    private readonly model: LearnedModel,
    private readonly states: States,
    private readonly next: Successors,
    private readonly reducer: Reducer | undefined,
    private readonly findings: Findings,
    private readonly stopAtFirst: boolean,
    private readonly depth: () => number,
  ) {
    this.ahead = new Successors(model, states);
  }

  /** Did a claim fail that ends the search? */
  stopped = false;

  /** Sleep set of the state reached last, as bits of processes in the order of the candidate. */
  sleepSet = 0;

  /**
   * Makes the candidate the successor by a move, and follows the chain.
   * @param sleepSet processes that need not be explored after this one
   * @returns the known state that equals the candidate, or -1
   */
  makeMove(state: number, p: number, choice: number, sleepSet = 0): number {
    const { next, ahead, states, reducer, path, model } = this;
    const sleep = reducer?.sleep;
    const processes = model.system.processes.length;
    // Most paths are one move long, and writing the length costs more than reading it.
    if (path.length !== 1) path.length = 1;
    path[0] = p + processes * choice;
    let node = states.node(state, p);
    this.from = state;
    let effect = next.makeCandidate(state, p, choice);
    this.sleepSet = sleep ? sleep.afterStep(sleepSet, node, states.count) : 0;
    this.count(effect);
    if (!reducer?.compressesChains) {
      if (reducer?.local) {
        this.judge(next, node, effect, -1);
        this.skipLocal(p);
        return states.find();
      }
      const known = states.find();
      // Where different states are merged, a claim may hold on one path into the state and fail on another.
      this.judge(next, node, effect, states.canonical ? -1 : known < 0 ? states.count : known);
      return known;
    }
    this.judge(next, node, effect, -1);
    this.skipLocal(p);
    let moved = p;
    for (let moves = 1; ; moves++) {
      // Looked up first: most moves lead to known states, whose chains were followed before.
      const known = states.find();
      if (known >= 0 || moves >= LONGEST || this.stopped) return known;
      const arrived = states.node(states.count, moved);
      let only = reducer.singleton(ahead, arrived, states.count);
      if (only < 0) {
        const enabled = ahead.findEnabled(states.count);
        const selected = enabled === 0 ? 0 : reducer.selectPersistent(ahead, enabled, states.count);
        reducer.rememberSingleton(arrived, ahead, selected);
        if (selected !== 1) return known;
        only = ahead.enabled[0]!;
      }
      if (ahead.outcomes[only]! > 1) return known;
      node = states.node(states.count, only);
      effect = ahead.moveOn(only, 0);
      // Woken if it sleeps: nobody else has to move.
      if (sleep) this.sleepSet = sleep.afterStep(this.sleepSet & ~(1 << only), node, states.count);
      path.push(only);
      this.count(effect);
      this.judge(ahead, node, effect, -1);
      this.skipLocal(only);
      moved = only;
    }
  }

  /** Makes the thread-local transitions that follow in the process that moved last. */
  private skipLocal(p: number): void {
    const { ahead, states, reducer, path } = this;
    const local = reducer?.local;
    if (!local) return;
    for (let count = 0; count < MOST_LOCAL_STEPS && local.has(states.node(states.count, p)); count++) {
      if (ahead.isGated(p, states.count)) return;
      const effect = ahead.moveOn(p, 0);
      path.push(p);
      this.count(effect);
    }
  }

  /** Schedule from the start to the candidate. */
  schedule(): Schedule {
    return [...this.states.scheduleTo(this.from), ...this.path.map((move) => this.states.moveOf(move))];
  }

  save(to: Saving): void {
    to.plain('moves', { transitions: this.transitions, edges: this.edges });
    to.whole('edges taken', this.edgesTaken);
  }

  load(from: Saved): void {
    const { transitions, edges } = plain<{ transitions: number; edges: number }>(from, 'moves');
    this.transitions = transitions;
    this.edges = edges;
    this.edgesTaken = exactBytes(from, 'edges taken');
  }

  private count(effect: number): void {
    const edge = this.model.cache.effects.edge[effect]!;
    this.transitions++;
    while (edge >= this.edgesTaken.length) this.edgesTaken = doubled(this.edgesTaken);
    if (this.edgesTaken[edge] === 0) this.takeFirstTime(edge);
  }

  /** Records a local edge that is taken for the first time. */
  private takeFirstTime(edge: number): void {
    this.edges++;
    this.edgesTaken[edge] = 1;
    const { automaton } = this.model;
    const node = automaton.edges.to[edge]!;
    if (automaton.traits[node]! & TRAIT.gaveUp) this.findings.giveUp(automaton.gaveUpAt(node), 0, this);
  }

  /**
   * Judges the claims of the step that made the candidate.
   * @param after number of the candidate once it is stored, or -1
   */
  private judge(by: Successors, node: number, effect: number, after: number): void {
    const { automaton, cache } = this.model;
    if (!(automaton.traits[node]! & TRAIT.judged)) return;
    const held = by.verdict(node, effect);
    if (!held) return;
    // Judged before the successor is stored: a claim that fails is a finding even where the bound on states leaves no
    // room for it.
    const depth = this.reducer?.skipsStates ? -1 : this.depth() + 1;
    const failures = this.findings.judge(
      automaton.checks[node]!,
      held,
      after,
      cache.effects.edge[effect]!,
      depth,
      this,
    );
    if (failures > 0 && this.stopAtFirst) this.stopped = true;
  }
}
