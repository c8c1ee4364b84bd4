/** The reductions of one search, put together. */
import type { Saved } from '../api/checkpoint.ts';
import { DeadCells } from './dead-cells.ts';
import { Futures } from './may-access.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import { Likeness } from '../symmetry/canonical.ts';
import { doubled } from '../store/growable.ts';
import { exactly, plain } from '../store/loading.ts';
import type { LocalSteps } from '../learned/local-steps.ts';
import { Meetings } from './dependence.ts';
import { MOST_PROCESSES, Persistent } from './persistent-sets.ts';
import type { Saving } from '../store/saving.ts';
import { SleepSets } from './sleep-sets.ts';
import type { States } from '../store/states.ts';
import type { Successors } from '../search/successors.ts';

/** States to expand before futures are made anew from what was learned meanwhile. */
const PATIENCE = 16;

/** Chooses who moves, and sets what counts as one state. */
export class Reducer {
  /** Do moves lead past states that are not kept? Then the first schedule found may be no shortest one. */
  get jumps(): boolean {
    return this.fuses || this.local !== undefined;
  }
  /** Is a state in which one process alone must move not kept? */
  readonly fuses: boolean;
  /** Steps that are made together with the step before them. */
  readonly local: LocalSteps | undefined;
  private futures: Futures;
  private first: Futures;
  private made: number;
  private patience = PATIENCE;
  private waited = 0;
  private meetings: Meetings;
  private readonly persistent: Persistent | undefined;
  readonly sleep: SleepSets | undefined;
  /** Per node: who moved alone, plus 1, when a process came there last; 0: several did. */
  private lastAlone = new Int32Array(256);

  constructor(
    private readonly knowledge: Knowledge,
    private readonly states: States,
    compact: boolean,
  ) {
    const { system, reduce, mutants, mirror, local } = knowledge;
    const footprints = knowledge.footprints!;
    this.fuses = reduce.fuse === true;
    this.local = reduce.local ? local : undefined;
    this.first = this.futures = this.make();
    this.made = knowledge.version;
    this.meetings = new Meetings(this.futures, mutants);
    const futures = (): Futures => this.futures;
    const meetings = (): Meetings => this.meetings;
    const count = system.processes.length;
    if (reduce.persistent && count <= MOST_PROCESSES)
      this.persistent = new Persistent(system, states, meetings, this.fuses, mutants);
    // Who sleeps is known by place: where fingerprints alone are left nobody knows who is where.
    if (reduce.sleep && count <= MOST_PROCESSES && !compact) this.sleep = new SleepSets(states, meetings, mutants);
    const dead = reduce.deadCells ? new DeadCells(futures, footprints, mutants) : undefined;
    if (dead || mirror)
      states.likeness = new Likeness(
        states.layout,
        (cell) => states.givePlace(cell),
        footprints,
        dead,
        mirror,
        mutants,
      );
  }

  /** Before a state is expanded. What is known meanwhile saves later rounds; nothing is concluded from a round that learns. */
  refresh(): void {
    if (this.made === this.knowledge.version || ++this.waited < this.patience) return;
    this.renew();
    this.waited = 0;
    this.patience = Math.ceil(this.patience * 1.5);
  }

  /**
   * Would the search have gone the same way, had everything been known from its start? It knows more than then, but what there was to
   * conclude may be the same: a value that nobody saw before, after which the code goes on as after others.
   */
  isSettled(): boolean {
    if (this.made !== this.knowledge.version) this.renew();
    return this.futures.equals(this.first);
  }

  /**
   * Who alone must move where a process has just come to a node, if it is the one that was alone the last time: mostly it is, and nobody
   * else has to be asked. @returns -1: somebody else, or several
   */
  alone(next: Successors, node: number, state: number): number {
    const p = (this.lastAlone[node] ?? 0) - 1;
    return p >= 0 && this.persistent!.isAlone(next, p, state) ? p : -1;
  }

  /** Remembers who must move where a process has just come to a node: the first of `next.ready`, or several. */
  note(node: number, next: Successors, few: number): void {
    while (node >= this.lastAlone.length) this.lastAlone = doubled(this.lastAlone);
    this.lastAlone[node] = few === 1 && this.persistent ? next.ready[0]! + 1 : 0;
  }

  /** Moves those that must move to the front of `next.ready`; returns how many. */
  choose(next: Successors, count: number, state: number): number {
    if (!this.persistent) return count;
    // Asked when the state was found, and again when it is expanded.
    let movers = this.states.movers(state);
    if (movers === 0) this.states.setMovers(state, (movers = this.persistent.choose(next, count, state)));
    let front = 0;
    for (let i = 0; i < count; i++) {
      const p = next.ready[i]!;
      if (((movers >>> p) & 1) === 0) continue;
      next.ready[i] = next.ready[front]!;
      next.ready[front++] = p;
    }
    return front;
  }

  save(to: Saving): void {
    to.plain('reducer', { made: this.made, patience: this.patience, waited: this.waited });
    this.first.save(to, 'first futures');
    this.futures.save(to, 'futures');
    to.whole('last alone', this.lastAlone);
    this.sleep?.save(to);
  }

  load(from: Saved): void {
    const { made, patience, waited } = plain<{ made: number; patience: number; waited: number }>(from, 'reducer');
    const { system, automaton, footprints, mutants } = this.knowledge;
    const futures = (name: string): Futures => new Futures(system, automaton, footprints!, mutants, { from, name });
    this.first = futures('first futures');
    this.futures = futures('futures');
    this.meetings = new Meetings(this.futures, mutants);
    this.lastAlone = exactly(from, 'last alone');
    this.sleep?.load(from);
    this.made = made;
    this.patience = patience;
    this.waited = waited;
  }

  private renew(): void {
    this.futures = this.make();
    this.meetings = new Meetings(this.futures, this.knowledge.mutants);
    this.made = this.knowledge.version;
  }

  private make(): Futures {
    const { system, automaton, footprints, local, mirror, mutants } = this.knowledge;
    if (mirror) mirror.close(footprints!);
    else local?.refresh();
    return new Futures(system, automaton, footprints!, mutants);
  }
}
