/** Judges claims during a search, and keeps the first schedule to each finding. */
import type { Check, Schedule } from '../api/system.ts';
import type { GaveUp, GaveUpPlace, TallyCount, Violation } from '../api/exploration.ts';
import type { Saved } from '../api/checkpoint.ts';
import { plain } from '../store/loading.ts';
import { Pairs } from '../store/pairs.ts';
import type { Saving } from '../store/saving.ts';

interface Count {
  held: number;
  failed: number;
  heldAt?: Schedule;
  failedAt?: Schedule;
}

/** Tells how to reach the place where claims are judged. */
export interface Witness {
  schedule(): Schedule;
}

/** One place gives up once, whichever of its local states it is in. */
export const keyOfGaveUp = ({ process, where, why }: GaveUpPlace): string => JSON.stringify([process, where, why]);

/** Claims that failed and claims that were counted. Breadth first, the first schedule found is a shortest one. */
export class Findings {
  private readonly failed = new Map<string, Violation>();
  private readonly counts = new Map<string, Count>();
  private readonly counted = new Pairs();
  private readonly limits = new Map<string, GaveUp>();

  /**
   * Records what claims say after a step.
   * @param held per claim: does it hold?
   * @param state number of the state after the step; -1 when it is not stored or merges several, and everything is
   * counted
   * @param edge the local edge of the step; a state may be entered by several, and each is judged once
   * @param depth steps of a shortest schedule to here; -1 when unknown, and the first schedule is kept
   * @param witness asked for a schedule only when there is something new to keep
   * @returns how many claims failed that must not
   */
  judge(
    checks: readonly Check[],
    held: readonly boolean[],
    state: number,
    edge: number,
    depth: number,
    witness: Witness,
  ): number {
    let failures = 0;
    let fresh: boolean | undefined;
    for (let i = 0; i < checks.length; i++) {
      const check = checks[i]!;
      if (check.on === 'tally') {
        fresh ??= state < 0 || this.counted.add(state, edge);
        if (fresh) this.count(check.claim, held[i]!, witness);
      } else if (!held[i]) {
        failures++;
        this.violate(check.claim, depth, witness);
      }
    }
    return failures;
  }

  get violations(): Violation[] {
    return [...this.failed.values()].sort((a, b) => a.depth - b.depth);
  }

  get tally(): TallyCount[] {
    return [...this.counts].map(([claim, count]) => ({ claim, ...count }));
  }

  /** Places where code gave up so far. */
  get gaveUp(): GaveUp[] {
    return [...this.limits.values()];
  }

  /**
   * Records that code gave up, by a move made for the first time or in a state where no process is enabled.
   * @param states how many such states to add
   */
  giveUp(place: GaveUpPlace, states: number, witness: Witness | undefined): void {
    const key = keyOfGaveUp(place);
    const known = this.limits.get(key) ?? { ...place, states: 0 };
    const schedule = known.schedule ?? witness?.schedule();
    this.limits.set(key, { ...known, states: known.states + states, ...(schedule && { schedule }) });
  }

  save(to: Saving): void {
    to.plain('findings', { failed: [...this.failed.values()], counts: this.tally, limits: this.gaveUp });
    this.counted.save(to, 'counted');
  }

  load(from: Saved): void {
    const { failed, counts, limits } = plain<{ failed: Violation[]; counts: TallyCount[]; limits: GaveUp[] }>(
      from,
      'findings',
    );
    for (const violation of failed) this.failed.set(violation.claim, violation);
    for (const { claim, ...count } of counts) this.counts.set(claim, count);
    for (const place of limits) this.limits.set(keyOfGaveUp(place), place);
    this.counted.load(from, 'counted');
  }

  private violate(claim: string, depth: number, witness: Witness): void {
    // A claim that is judged both after steps and in terminal states may be found one step too late at first: terminal
    // states are judged when their layer is expanded.
    const known = this.failed.get(claim);
    if (known !== undefined && (depth < 0 || known.depth <= depth)) return;
    const schedule = witness.schedule();
    this.failed.set(claim, { claim, schedule, depth: schedule.length });
  }

  private count(claim: string, held: boolean, witness: Witness): void {
    let count = this.counts.get(claim);
    if (count === undefined) this.counts.set(claim, (count = { held: 0, failed: 0 }));
    if (held) {
      count.held++;
      count.heldAt ??= witness.schedule();
    } else {
      count.failed++;
      count.failedAt ??= witness.schedule();
    }
  }
}
