/** Which processes need not move in a state, because all that begins with their step is tried elsewhere: sleep sets. */
import type { Saved } from '../api/checkpoint.ts';
import { HEADER } from '../store/packing.ts';
import { exactly } from '../store/loading.ts';
import { MEET, type Meetings } from './dependence.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Saving } from '../store/saving.ts';
import type { States } from '../store/states.ts';

/**
 * When p was tried in a state before q, and their steps do not meet, p need not be tried after q: whatever goes on so goes on after p
 * and then q as well. It sleeps until somebody makes a step that p's step meets (Godefroid, "Partial-Order Methods", 1996, where
 * states that are reached again with less asleep wake who slept there). Only moves are saved, no states.
 *
 * Why with persistent sets and circles nothing is lost: take steps w that can be taken from a state, of which no first one sleeps there. If
 * one of the movers takes part in w, the first that does can begin. It is tried, and of those that are, the first one of
 * the last time that somebody was woken leads to a state where no first step of the rest of w sleeps. If none does, there is a
 * move of another one, that meets no step of w, to a state with a higher number, or else everybody moves who does not sleep.
 */
export class SleepSets {
  constructor(
    private readonly states: States,
    private readonly meetings: () => Meetings,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /**
   * Those that still sleep after a step.
   * @param asleep those that slept before it, and those that were tried there, as bits
   * @param node who made the step stood there
   * @param state where it leads to
   */
  after(asleep: number, node: number, state: number): number {
    if (asleep === 0 || this.mutants.has('steps that meet wake')) return asleep;
    const meetings = this.meetings();
    const row = meetings.stepsOf(node);
    const record = this.states.chunkOf(state);
    const first = this.states.baseOf(state) + HEADER.size;
    for (let left = asleep; left !== 0; left &= left - 1) {
      const q = 31 - Math.clz32(left & -left);
      const other = record[first + q]!;
      if ((row[other] || meetings.steps(node, other)) === MEET) asleep &= ~(1 << q);
    }
    return asleep;
  }

  /**
   * Those that sleep in a state that is expanded, when `movers` must move there and `able` can. Movers who all sleep are woken if others
   * could move too: else these would have to, which makes more states.
   */
  in(state: number, movers: number, able: number): number {
    const asleep = this.states.asleep(state);
    if ((movers & ~asleep) !== 0 || movers === able) return asleep;
    this.states.setAsleep(state, asleep & ~movers);
    return asleep & ~movers;
  }

  /** A state is reached once more, with these asleep: those that are not stay awake. @returns those that are woken */
  reach(state: number, asleep: number): number {
    const before = this.states.asleep(state);
    const woken = before & ~asleep;
    if (woken === 0 || this.mutants.has('who arrives awake wakes')) return 0;
    this.states.setAsleep(state, before & asleep);
    return woken;
  }

  save(to: Saving): void {
    to.whole(
      'asleep',
      Int32Array.from({ length: this.states.count }, (_, state) => this.states.asleep(state)),
    );
  }

  load(from: Saved): void {
    exactly(from, 'asleep').forEach((asleep, state) => this.states.setAsleep(state, asleep));
  }
}
