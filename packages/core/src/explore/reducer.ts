/** The reductions of one search, put together. */
import type { Saved } from './checkpoint.ts';
import { Columns } from './columns.ts';
import { DeadCells } from './dead-cells.ts';
import { Futures } from './futures.ts';
import type { Knowledge } from './knowledge.ts';
import { Likeness } from './likeness.ts';
import { plain } from './loading.ts';
import { MOST_PROCESSES, Persistent } from './persistent.ts';
import type { Saving } from './saving.ts';
import type { States } from './state.ts';
import { Symmetries } from './symmetries.ts';
import type { Successors } from './successors.ts';

/** States to expand before futures are made anew from what was learned meanwhile. */
const PATIENCE = 16;

/** Chooses who moves, and sets what counts as one state. */
export class Reducer {
  /** Is a state in which one process alone must move not kept? */
  readonly fuses: boolean;
  private futures: Futures;
  private first: Futures;
  private made: number;
  private patience = PATIENCE;
  private waited = 0;
  private readonly persistent: Persistent | undefined;

  constructor(
    private readonly knowledge: Knowledge,
    states: States,
  ) {
    const { system, reduce, mutants, mirror } = knowledge;
    const footprints = knowledge.footprints!;
    this.fuses = reduce.fuse === true;
    this.first = this.futures = this.make();
    this.made = knowledge.version;
    const futures = (): Futures => this.futures;
    const count = system.processes.length;
    if (reduce.persistent && count <= MOST_PROCESSES) this.persistent = new Persistent(system, states, futures, this.fuses, mutants);
    const dead = reduce.deadCells ? new DeadCells(futures, footprints, mutants) : undefined;
    const columns = mirror && system.columns && new Columns(system.columns, mirror, states);
    const symmetries = mirror && !columns ? new Symmetries(mirror, states.layout, (cell) => states.addCell(cell), mutants) : undefined;
    if (dead || mirror) states.likeness = new Likeness(states.layout, count, footprints, dead, symmetries, columns);
  }

  /** Before a state is expanded. What is known meanwhile saves later rounds; nothing is concluded from a round that learns. */
  refresh(): void {
    if (this.made === this.knowledge.version || ++this.waited < this.patience) return;
    this.futures = this.make();
    this.made = this.knowledge.version;
    this.waited = 0;
    this.patience = Math.ceil(this.patience * 1.5);
  }

  /**
   * Would the search have gone the same way, had everything been known from its start? It knows more than then, but what there was to
   * conclude may be the same: a value that nobody saw before, after which the code goes on as after others.
   */
  isSettled(): boolean {
    if (this.made !== this.knowledge.version) {
      this.futures = this.make();
      this.made = this.knowledge.version;
    }
    return this.futures.equals(this.first);
  }

  /** Moves those that must move to the front of `next.ready`; returns how many. */
  choose(next: Successors, count: number, state: number): number {
    return this.persistent?.choose(next, count, state) ?? count;
  }

  save(to: Saving): void {
    to.plain('reducer', { made: this.made, patience: this.patience, waited: this.waited });
    this.first.save(to, 'first futures');
    this.futures.save(to, 'futures');
  }

  load(from: Saved): void {
    const { made, patience, waited } = plain<{ made: number; patience: number; waited: number }>(from, 'reducer');
    const { system, automaton, footprints, mutants } = this.knowledge;
    const futures = (name: string): Futures => new Futures(system, automaton, footprints!, mutants, { from, name });
    this.first = futures('first futures');
    this.futures = futures('futures');
    this.made = made;
    this.patience = patience;
    this.waited = waited;
  }

  private make(): Futures {
    const { system, automaton, footprints, mirror, mutants } = this.knowledge;
    mirror?.close(footprints!);
    return new Futures(system, automaton, footprints!, mutants);
  }
}
