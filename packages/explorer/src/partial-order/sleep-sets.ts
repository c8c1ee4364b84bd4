/**
 * Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996), stored with the
 * states so that they work with a search that matches states; revisits merge by intersection and backtrack. The judge
 * in the tests is source-DPOR (Abdulla, Aronis, Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction", 2014).
 */
import type { Saved } from '../api/checkpoint.ts';
import { HEADER } from '../store/packing.ts';
import { exactly } from '../store/loading.ts';
import { DEPENDENT, type Dependence } from './dependence.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';

/**
 * A process sleeps in a state when its step was explored from an ancestor before the steps that led here, and is
 * independent of all of those: whatever begins with it here was explored there. A dependent step wakes it. Sleep sets
 * save transitions, not states.
 *
 * Soundness with the cycle proviso: let w be an execution from s whose initial events (those that can be moved to its
 * front) are not all in sleep(s), and none of them sleeps. If a process of persistent(s) occurs in w, its first event
 * is an initial of w and is explored from s, now or after a backtrack. Of the initials that are explored in s, take the
 * first one of the last backtrack in s: it leads to a state where no initial of the rest of w sleeps, and the rest is
 * shorter. If no process of persistent(s) occurs in w, some explored move, independent of all of w, leads to a state
 * with a higher number, or all processes that do not sleep are explored (the proviso).
 */
export class SleepSets {
  constructor(
    private readonly states: States,
    private readonly dependence: () => Dependence,
  ) {}

  /**
   * The sleep set after a step: without processes whose next step is dependent with it.
   * @param asleep the sleep set before the step and the processes explored before it, as bits
   * @param node local state from which the step was taken
   * @param state the state it leads to
   */
  afterStep(asleep: number, node: number, state: number): number {
    if (asleep === 0) return asleep;
    const dependence = this.dependence();
    const row = dependence.stepRow(node);
    const record = this.states.chunkOf(state);
    const first = this.states.baseOf(state) + HEADER.size;
    for (let left = asleep; left !== 0; left &= left - 1) {
      const q = 31 - Math.clz32(left & -left);
      const other = record[first + q]!;
      if ((row[other] || dependence.withStep(node, other)) === DEPENDENT) asleep &= ~(1 << q);
    }
    return asleep;
  }

  /**
   * The sleep set with which a state is expanded. If the whole persistent set sleeps while others are enabled, it is
   * woken: else the others would have to move, which makes more states.
   * @param movers the persistent set
   * @param enabled the enabled processes, both as bits
   */
  atExpansion(state: number, movers: number, enabled: number): number {
    const asleep = this.states.sleepSet(state);
    if ((movers & ~asleep) !== 0 || movers === enabled) return asleep;
    this.states.setSleepSet(state, asleep & ~movers);
    return asleep & ~movers;
  }

  /**
   * A state is reached again with another sleep set: the two are intersected.
   * @returns processes that slept and no longer do
   */
  atRevisit(state: number, asleep: number): number {
    const before = this.states.sleepSet(state);
    const woken = before & ~asleep;
    if (woken === 0) return 0;
    this.states.setSleepSet(state, before & asleep);
    return woken;
  }

  save(to: Saving): void {
    to.whole(
      'sleep sets',
      Int32Array.from({ length: this.states.count }, (_, state) => this.states.sleepSet(state)),
    );
  }

  load(from: Saved): void {
    exactly(from, 'sleep sets').forEach((asleep, state) => this.states.setSleepSet(state, asleep));
  }
}
