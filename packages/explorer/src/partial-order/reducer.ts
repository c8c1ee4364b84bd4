/**
 * The reductions of one search, put together: persistent sets, sleep sets, chain compression, thread-local transitions,
 * dead cells, symmetry.
 */
import type { Saved } from '../api/checkpoint.ts';
import { DeadCells } from './dead-cells.ts';
import { MayAccess } from './may-access.ts';
import type { LearnedModel } from '../learned/learned-model.ts';
import { CanonicalFingerprint } from '../symmetry/canonical.ts';
import { doubled } from '../store/growable.ts';
import { exactly, plain } from '../store/loading.ts';
import type { LocalTransitions } from '../learned/local-steps.ts';
import { Dependence } from './dependence.ts';
import { MOST_PROCESSES, PersistentSets } from './persistent-sets.ts';
import type { Saving } from '../store/saving.ts';
import { SleepSets } from './sleep-sets.ts';
import type { States } from '../store/states.ts';
import type { Successors } from '../learned/successors.ts';

/** States to expand before the may-access sets are computed anew from what was learned meanwhile. */
const PATIENCE = 16;

/** Selects the processes that have to move in a state, and how states are compared. */
export class Reducer {
  /** Do transitions skip intermediate states? Then the first schedule found need not be a shortest one. */
  get skipsStates(): boolean {
    return this.compressesChains || this.local !== undefined;
  }
  /** Chain compression: a state in which one process alone has to move is not stored. */
  readonly compressesChains: boolean;
  /** Thread-local transitions, which are made together with the step before them. */
  readonly local: LocalTransitions | undefined;
  private mayAccess: MayAccess;
  private initial: MayAccess;
  private madeAtVersion: number;
  private patience = PATIENCE;
  private waited = 0;
  private dependence: Dependence;
  private readonly persistent: PersistentSets | undefined;
  readonly sleep: SleepSets | undefined;
  /** Per node: 1 + the process that had to move alone when a process last arrived there; 0 when several had to. */
  private lastSingleton = new Int32Array(256);

  constructor(
    private readonly model: LearnedModel,
    private readonly states: States,
    compact: boolean,
  ) {
    const { system, reduce, closure, local } = model;
    const accessSets = model.accessSets!;
    this.compressesChains = reduce.fuse === true;
    this.local = reduce.local ? local : undefined;
    this.initial = this.mayAccess = this.computeMayAccess();
    this.madeAtVersion = model.version;
    this.dependence = new Dependence(this.mayAccess);
    const mayAccess = (): MayAccess => this.mayAccess;
    const dependence = (): Dependence => this.dependence;
    const count = system.processes.length;
    if (reduce.persistent && count <= MOST_PROCESSES)
      this.persistent = new PersistentSets(system, states, dependence, this.compressesChains);
    // A sleep set names processes by their numbers. Where only fingerprints are left, nobody can tell which permutation
    // a symmetric state was found in.
    if (reduce.sleep && count <= MOST_PROCESSES && !compact) this.sleep = new SleepSets(states, dependence);
    const dead = reduce.deadCells ? new DeadCells(mayAccess, accessSets) : undefined;
    if (dead || closure)
      states.canonical = new CanonicalFingerprint(
        states.layout,
        (cell) => states.givePlace(cell),
        accessSets,
        dead,
        closure?.images,
      );
  }

  /**
   * To be called before a state is expanded. Using what was learned meanwhile saves rounds; a round that learns proves
   * nothing by itself.
   */
  refresh(): void {
    if (this.madeAtVersion === this.model.version || ++this.waited < this.patience) return;
    this.recompute();
    this.waited = 0;
    this.patience = Math.ceil(this.patience * 1.5);
  }

  /**
   * Would this search have made the same choices if all that is known now had been known at its start? More may be
   * known than then and imply the same: a value that was not seen before, after which the code goes on as after others.
   */
  isConverged(): boolean {
    if (this.madeAtVersion !== this.model.version) this.recompute();
    return this.mayAccess.equals(this.initial);
  }

  /**
   * The process that alone has to move where a process has just arrived at a node, if it is the same as the last time,
   * which it mostly is: then nobody else has to be asked.
   * @returns -1 when it is another one, or several
   */
  singleton(next: Successors, node: number, state: number): number {
    const p = (this.lastSingleton[node] ?? 0) - 1;
    return p >= 0 && this.persistent!.isSingleton(next, p, state) ? p : -1;
  }

  /**
   * Remembers which process has to move alone where a process has just arrived at a node: the first of `next.enabled`,
   * or none.
   */
  rememberSingleton(node: number, next: Successors, selected: number): void {
    while (node >= this.lastSingleton.length) this.lastSingleton = doubled(this.lastSingleton);
    this.lastSingleton[node] = selected === 1 && this.persistent ? next.enabled[0]! + 1 : 0;
  }

  /**
   * Moves the persistent set to the front of `next.enabled`.
   * @returns how many they are
   */
  selectPersistent(next: Successors, count: number, state: number): number {
    if (!this.persistent) return count;
    // Asked when the state is found, and again when it is expanded.
    let movers = this.states.persistentSet(state);
    if (movers === 0) this.states.setPersistentSet(state, (movers = this.persistent.choose(next, count, state)));
    let front = 0;
    for (let i = 0; i < count; i++) {
      const p = next.enabled[i]!;
      if (((movers >>> p) & 1) === 0) continue;
      next.enabled[i] = next.enabled[front]!;
      next.enabled[front++] = p;
    }
    return front;
  }

  save(to: Saving): void {
    to.plain('reducer', { madeAtVersion: this.madeAtVersion, patience: this.patience, waited: this.waited });
    this.initial.save(to, 'initial may-access');
    this.mayAccess.save(to, 'may-access');
    to.whole('last singleton', this.lastSingleton);
    this.sleep?.save(to);
  }

  load(from: Saved): void {
    const { madeAtVersion, patience, waited } = plain<{ madeAtVersion: number; patience: number; waited: number }>(
      from,
      'reducer',
    );
    const { system, automaton, accessSets } = this.model;
    const mayAccess = (name: string): MayAccess => new MayAccess(system, automaton, accessSets!, { from, name });
    this.initial = mayAccess('initial may-access');
    this.mayAccess = mayAccess('may-access');
    this.dependence = new Dependence(this.mayAccess);
    this.lastSingleton = exactly(from, 'last singleton');
    this.sleep?.load(from);
    this.madeAtVersion = madeAtVersion;
    this.patience = patience;
    this.waited = waited;
  }

  private recompute(): void {
    this.mayAccess = this.computeMayAccess();
    this.dependence = new Dependence(this.mayAccess);
    this.madeAtVersion = this.model.version;
  }

  private computeMayAccess(): MayAccess {
    const { system, automaton, accessSets, local, closure } = this.model;
    if (closure) closure.close(accessSets!);
    else local?.refresh();
    return new MayAccess(system, automaton, accessSets!);
  }
}
