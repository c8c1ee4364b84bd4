/** States where it all ends, and states from which it never can. */
import type { Store } from '../api/step.ts';
import type { Schedule, System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Deadlock, Exploration } from '../api/exploration.ts';
import type { Saved } from '../api/checkpoint.ts';
import { doubled } from '../store/growable.ts';
import { bytes, column, plain } from '../store/loading.ts';
import { endingAt, stuckAt } from './report.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';
import { TRAIT } from '../store/traits.ts';

/** Every main process has ended; and every daemon is back at its beginning. Also where somebody has given up. */
const OVER = { mains: 1, all: 2 } as const;

/** Counts the states in which nothing can move. */
export class Endings {
  deadlock: Deadlock | undefined;
  /** Where everything else has ended and nothing can move, and a handler or callback waits for what does not come. */
  unended: Deadlock | undefined;
  /** Steps of the first way to each state, and for how many states that is known. */
  private steps = new Int32Array(256);
  private known = 1;
  /** Has some move led to a state that is no more steps from the start? Without, no state is reached from itself. */
  private cyclic = false;
  /** Where moves lead, state by state; per state, where its moves begin (and those of the state before end). */
  private to = new Int32Array(256);
  private first = new Int32Array(256);
  /** Per state, as bits of OVER: is it over? */
  private over = new Uint8Array(256);
  private moves = 0;
  /** Moves made later than the others of their state: where they begin, where they lead. */
  private late = new Int32Array(256);
  private lates = 0;
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
      this.to.byteLength + this.first.byteLength + this.over.byteLength + this.late.byteLength + this.steps.byteLength
    );
  }

  get counts(): Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> {
    return { ends: this.ends, bounded: this.bounded, deadlocks: this.deadlocks };
  }

  /** Takes down a state in which nothing can move. */
  note(state: number, store: Store, way: () => Schedule): ReturnType<typeof endingAt> {
    this.over[state] = OVER.mains | OVER.all;
    const nodeOf = (p: number): number => this.states.node(state, p);
    const ending = endingAt(this.system, this.automaton, nodeOf);
    if (ending === 'gave up') this.bounded++;
    else if (ending === 'end') {
      this.ends++;
      if (!this.unended && this.inTheMiddle(state).length > 0)
        this.unended = { schedule: way(), stuck: stuckAt(this.system, this.automaton, store, nodeOf) };
    } else {
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
    this.over[state] = this.isOver(state);
    this.expanding = state;
  }

  /** A move leads from one state to another, in so many steps. */
  leadsTo(from: number, to: number, steps: number): void {
    if (from === this.expanding) {
      if (this.moves === this.to.length) this.to = doubled(this.to);
      this.to[this.moves++] = to;
      this.first[from + 1] = this.moves;
    } else {
      if (2 * this.lates === this.late.length) this.late = doubled(this.late);
      this.late[2 * this.lates] = from;
      this.late[2 * this.lates++ + 1] = to;
    }
    this.climbs(from, to, steps);
  }

  private climbs(from: number, to: number, steps: number): void {
    if (to >= this.steps.length) this.steps = doubled(this.steps);
    // States are told of in the order in which they are found.
    if (to < this.known) this.cyclic ||= this.steps[to]! <= this.steps[from]!;
    else this.steps[this.known++] = this.steps[from]! + steps;
  }

  /** Tells of the first of these states. */
  neverEnds([first]: readonly number[]): Deadlock | undefined {
    return first === undefined ? undefined : { schedule: this.states.scheduleTo(first), stuck: this.left(first) };
  }

  /**
   * The same of states from which no moves lead to where every main process has ended and every daemon is back at its beginning. It need not be
   * that one of them never gets there: each may go round. Whoever asks has to look at the loop.
   */
  neverIdle(): number[] {
    return this.without(OVER.all);
  }

  /**
   * Finds, when all states were expanded, those from which no moves lead to where nothing can move, every main process has
   * ended, or one gave up. There are some whether a search was reduced or not: a reduced search has, for each schedule from one of its
   * states, one that does the same steps and maybe more. (Where processes sleep, it has as soon as nobody sleeps in these states.)
   */
  endless(): number[] {
    return this.without(OVER.mains);
  }

  private without(over: number): number[] {
    if (!this.cyclic) return [];
    const { count } = this.states;
    const { after, next } = this.latesByState();
    // Without a circle no moves go on for ever.
    if (!this.closure(new Uint8Array(count), true, after, next).includes(0)) return [];
    const ending = this.closure(
      this.over.slice(0, count).map((bits) => (bits & over ? 1 : 0)),
      false,
      after,
      next,
    );
    return [...ending.keys()].filter((state) => !ending[state]);
  }

  /**
   * Marks states from which some move leads to a marked one, or all moves do, until there are no more.
   * Most moves lead to higher numbers: from behind, two passes mostly do.
   */
  private closure(marked: Uint8Array, all: boolean, after: Int32Array, next: Int32Array): Uint8Array {
    const { first, to, late } = this;
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
        for (let i = after[state]!; i >= 0 && !found; i = next[i]!) found = marked[late[2 * i + 1]!] === wanted;
        if (found === all) continue;
        marked[state] = 1;
        left--;
        changed = true;
      }
    }
    return marked;
  }

  /** Late moves in chains: per state the last of its own, -1 without one, and per move the one before. */
  private latesByState(): { readonly after: Int32Array; readonly next: Int32Array } {
    const after = new Int32Array(this.states.count).fill(-1);
    const next = new Int32Array(this.lates);
    for (let i = 0; i < this.lates; i++) {
      next[i] = after[this.late[2 * i]!]!;
      after[this.late[2 * i]!] = i;
    }
    return { after, next };
  }

  /** @param expanded states whose moves were told */
  save(to: Saving, expanded: number): void {
    const { cyclic, known, moves, lates, ends, bounded, deadlocks, deadlock, unended } = this;
    to.plain('endings', {
      cyclic,
      known,
      moves,
      lates,
      ends,
      bounded,
      deadlocks,
      ...(deadlock && { deadlock }),
      ...(unended && { unended }),
    });
    to.grows('leads to', this.to, moves);
    to.grows('steps', this.steps, known);
    to.grows('also leads to', this.late, 2 * lates);
    to.grows('first moves', this.first, expanded + 1);
    to.grows('over', this.over, expanded);
  }

  load(from: Saved, expanded: number): void {
    const { deadlock, unended, ...found } = plain<
      Pick<Exploration, 'ends' | 'bounded' | 'deadlocks'> & {
        cyclic: boolean;
        known: number;
        moves: number;
        lates: number;
        deadlock?: Deadlock;
        unended?: Deadlock;
      }
    >(from, 'endings');
    Object.assign(this, found);
    this.deadlock = deadlock;
    this.unended = unended;
    this.to = column(from, 'leads to', this.moves);
    this.steps = column(from, 'steps', this.known);
    this.late = column(from, 'also leads to', 2 * this.lates);
    this.first = column(from, 'first moves', expanded + 1);
    this.over = bytes(from, 'over', expanded);
  }

  private isOver(state: number): number {
    let over: number = OVER.mains | OVER.all;
    for (let p = 0; p < this.system.processes.length; p++) {
      const node = this.states.node(state, p);
      const traits = this.automaton.traits[node]!;
      if (traits & TRAIT.gaveUp) return OVER.mains | OVER.all;
      if (traits & TRAIT.ended) continue;
      if (this.system.processes[p]!.role === 'main') over = 0;
      else if (node !== this.automaton.roots[p]) over &= ~OVER.all;
    }
    return over;
  }

  /** Daemons that have begun something and not ended it. */
  private inTheMiddle(state: number): number[] {
    return this.system.processes.flatMap(({ role }, p) =>
      role === 'daemon' && this.states.node(state, p) !== this.automaton.roots[p] ? [p] : [],
    );
  }

  private left(state: number): Deadlock['stuck'] {
    return this.system.processes.flatMap(({ name, role }, p) => {
      const step = this.automaton.steps[this.states.node(state, p)];
      return role === 'main' && step !== undefined ? [{ process: name, waitsFor: step.why ?? step.kind }] : [];
    });
  }
}
