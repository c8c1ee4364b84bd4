/**
 * Terminal states (no process is enabled), and livelocks: states from which none is reachable, found by backward
 * reachability over the stored transitions.
 */
import type { Store } from '../api/step.ts';
import type { Schedule, System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Deadlock, Exploration } from '../api/exploration.ts';
import type { Saved } from '../api/checkpoint.ts';
import { doubled } from '../store/growable.ts';
import { bytes, column, plain } from '../store/loading.ts';
import { classifyTerminal, stuckAt } from './report.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';
import { TRAIT } from '../store/traits.ts';

/**
 * Bits of a state. `mains`: every main process has terminated; `all`: every daemon is at its beginning as well. Both
 * where some process has given up.
 */
const TERMINAL = { mains: 1, all: 2 } as const;

/** Counts terminal states and stores transitions. */
export class TerminalStates {
  deadlock: Deadlock | undefined;
  /**
   * A terminal state in which all main processes have terminated, and a daemon is blocked in the middle of its code.
   */
  unended: Deadlock | undefined;
  /** Length of the first schedule to each state, and for how many states it is known. */
  private steps = new Int32Array(256);
  private known = 1;
  /** Has a move led to a state that is not further from the start? Without one the state graph is acyclic. */
  private cyclic = false;
  /**
   * Successors of all states, state by state; and per state where its own begin (those of the state before end there).
   */
  private to = new Int32Array(256);
  private first = new Int32Array(256);
  /** Per state: bits of TERMINAL. */
  private terminal = new Uint8Array(256);
  private moves = 0;
  /** Transitions made by backtracks, after the state was expanded: pairs of source and target. */
  private backtrackMoves = new Int32Array(256);
  private backtrackCount = 0;
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
    return (
      this.to.byteLength +
      this.first.byteLength +
      this.terminal.byteLength +
      this.backtrackMoves.byteLength +
      this.steps.byteLength
    );
  }

  get counts(): Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> {
    return { ends: this.ends, bounded: this.bounded, deadlocks: this.deadlocks };
  }

  /**
   * Records a terminal state.
   * @returns what kind it is
   */
  record(state: number, store: Store, schedule: () => Schedule): ReturnType<typeof classifyTerminal> {
    this.terminal[state] = TERMINAL.mains | TERMINAL.all;
    const nodeOf = (p: number): number => this.states.node(state, p);
    const kind = classifyTerminal(this.system, this.automaton, nodeOf);
    if (kind === 'gave up') this.bounded++;
    else if (kind === 'end') {
      this.ends++;
      if (!this.unended && this.busyDaemons(state).length > 0)
        this.unended = { schedule: schedule(), stuck: stuckAt(this.system, this.automaton, store, nodeOf) };
    } else {
      this.deadlocks++;
      this.deadlock ??= { schedule: schedule(), stuck: stuckAt(this.system, this.automaton, store, nodeOf) };
    }
    return kind;
  }

  /** The transitions that follow are those of this state. States come in order. */
  beginState(state: number): void {
    if (state + 1 >= this.first.length) this.first = doubled(this.first);
    if (state >= this.terminal.length) this.terminal = doubled(this.terminal);
    this.first[state] = this.first[state + 1] = this.moves;
    this.terminal[state] = this.terminalBits(state);
    this.expanding = state;
  }

  /** A transition from one state to another, of so many steps. */
  addMove(from: number, to: number, steps: number): void {
    if (from === this.expanding) {
      if (this.moves === this.to.length) this.to = doubled(this.to);
      this.to[this.moves++] = to;
      this.first[from + 1] = this.moves;
    } else {
      if (2 * this.backtrackCount === this.backtrackMoves.length) this.backtrackMoves = doubled(this.backtrackMoves);
      this.backtrackMoves[2 * this.backtrackCount] = from;
      this.backtrackMoves[2 * this.backtrackCount++ + 1] = to;
    }
    this.noteCycle(from, to, steps);
  }

  private noteCycle(from: number, to: number, steps: number): void {
    if (to >= this.steps.length) this.steps = doubled(this.steps);
    // States come in the order in which they were found.
    if (to < this.known) this.cyclic ||= this.steps[to]! <= this.steps[from]!;
    else this.steps[this.known++] = this.steps[from]! + steps;
  }

  /** The first of these states, as a finding. */
  firstLivelock([first]: readonly number[]): Deadlock | undefined {
    return first === undefined
      ? undefined
      : { schedule: this.states.scheduleTo(first), stuck: this.unfinishedMains(first) };
  }

  /**
   * States from which no state is reachable in which every main process has terminated and every daemon is at its
   * beginning. That alone is no livelock: daemons may take turns. The caller has to look at the loop.
   */
  cannotIdle(): number[] {
    return this.trapStates(TERMINAL.all);
  }

  /**
   * When all states are expanded: those from which no state is reachable where no process is enabled, every main
   * process has terminated, or some process has given up. Reductions do not change whether there are any: for each
   * schedule from one of its states a reduced search has one that makes the same steps and maybe more. (With sleep
   * sets, once nobody sleeps in these states.)
   */
  cannotTerminate(): number[] {
    return this.trapStates(TERMINAL.mains);
  }

  private trapStates(terminal: number): number[] {
    if (!this.cyclic) return [];
    const { count } = this.states;
    const { after, next } = this.backtrackMovesByState();
    // In an acyclic graph nothing goes on for ever.
    if (!this.backwardClosure(new Uint8Array(count), true, after, next).includes(0)) return [];
    const kind = this.backwardClosure(
      this.terminal.slice(0, count).map((bits) => (bits & terminal ? 1 : 0)),
      false,
      after,
      next,
    );
    return [...kind.keys()].filter((state) => !kind[state]);
  }

  /**
   * Marks states from which some transition (or, with `all`, every transition) leads to a marked state, until nothing
   * changes. Most transitions lead to higher numbers: going backwards, two passes are mostly enough.
   */
  private backwardClosure(marked: Uint8Array, all: boolean, after: Int32Array, next: Int32Array): Uint8Array {
    const { first, to, backtrackMoves } = this;
    const wanted = all ? 0 : 1;
    let left = marked.length;
    for (const mark of marked) left -= mark;
    for (let changed = true; changed && left > 0;) {
      changed = false;
      for (let state = marked.length - 1; state >= 0; state--) {
        if (marked[state]) continue;
        const end = first[state + 1]!;
        let found = false;
        for (let i = first[state]!; i < end && !found; i++) found = marked[to[i]!] === wanted;
        for (let i = after[state]!; i >= 0 && !found; i = next[i]!)
          found = marked[backtrackMoves[2 * i + 1]!] === wanted;
        if (found === all) continue;
        marked[state] = 1;
        left--;
        changed = true;
      }
    }
    return marked;
  }

  /** Transitions of backtracks as linked lists: per state its last one or -1, and per transition the one before. */
  private backtrackMovesByState(): { readonly after: Int32Array; readonly next: Int32Array } {
    const after = new Int32Array(this.states.count).fill(-1);
    const next = new Int32Array(this.backtrackCount);
    for (let i = 0; i < this.backtrackCount; i++) {
      next[i] = after[this.backtrackMoves[2 * i]!]!;
      after[this.backtrackMoves[2 * i]!] = i;
    }
    return { after, next };
  }

  /** @param expanded states whose transitions are complete */
  save(to: Saving, expanded: number): void {
    const { cyclic, known, moves, backtrackCount, ends, bounded, deadlocks, deadlock, unended } = this;
    to.plain('terminal states', {
      cyclic,
      known,
      moves,
      backtrackCount,
      ends,
      bounded,
      deadlocks,
      ...(deadlock && { deadlock }),
      ...(unended && { unended }),
    });
    to.grows('leads to', this.to, moves);
    to.grows('steps', this.steps, known);
    to.grows('backtracks lead to', this.backtrackMoves, 2 * backtrackCount);
    to.grows('first moves', this.first, expanded + 1);
    to.grows('terminal', this.terminal, expanded);
  }

  load(from: Saved, expanded: number): void {
    const { deadlock, unended, ...found } = plain<
      Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> & {
        cyclic: boolean;
        known: number;
        moves: number;
        backtrackCount: number;
        deadlock?: Deadlock;
        unended?: Deadlock;
      }
    >(from, 'terminal states');
    Object.assign(this, found);
    this.deadlock = deadlock;
    this.unended = unended;
    this.to = column(from, 'leads to', this.moves);
    this.steps = column(from, 'steps', this.known);
    this.backtrackMoves = column(from, 'backtracks lead to', 2 * this.backtrackCount);
    this.first = column(from, 'first moves', expanded + 1);
    this.terminal = bytes(from, 'terminal', expanded);
  }

  private terminalBits(state: number): number {
    let terminal: number = TERMINAL.mains | TERMINAL.all;
    for (let p = 0; p < this.system.processes.length; p++) {
      const node = this.states.node(state, p);
      const traits = this.automaton.traits[node]!;
      if (traits & TRAIT.gaveUp) return TERMINAL.mains | TERMINAL.all;
      if (traits & TRAIT.ended) continue;
      if (this.system.processes[p]!.role === 'main') terminal = 0;
      else if (node !== this.automaton.roots[p]) terminal &= ~TERMINAL.all;
    }
    return terminal;
  }

  /** Daemons that are in the middle of their code. */
  private busyDaemons(state: number): number[] {
    return this.system.processes.flatMap(({ role }, p) =>
      role === 'daemon' && this.states.node(state, p) !== this.automaton.roots[p] ? [p] : [],
    );
  }

  private unfinishedMains(state: number): Deadlock['stuck'] {
    return this.system.processes.flatMap(({ name, role }, p) => {
      const step = this.automaton.steps[this.states.node(state, p)];
      return role === 'main' && step !== undefined ? [{ process: name, waitsFor: step.why ?? step.kind }] : [];
    });
  }
}
