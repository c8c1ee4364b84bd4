/**
 * The oracle: an independent judge for tests. It runs the code anew along every schedule: no reduction, no packing, no
 * automaton. Slow and plain on purpose.
 */
import type { Step } from '../api/step.ts';
import type { Check, Move, Schedule, System } from '../api/system.ts';
import { World } from '../replay/world.ts';

/** What the oracle says of a system. */
export interface Judgement {
  /** Distinct pairs of changed cells and local histories. */
  readonly states: number;
  readonly transitions: number;
  readonly ends: number;
  readonly bounded: number;
  /** Where and why code gave up in any state: process, functions, reason. Sorted, each once. */
  readonly gaveUp: readonly string[];
  readonly deadlocks: number;
  /**
   * Is there a state from which none is reachable where all main processes have terminated, one has given up, or no
   * process is enabled?
   */
  readonly neverEnds: boolean;
  /** Claims that fail and must not, with the length of a shortest schedule to it. Sorted by claim. */
  readonly violated: readonly { readonly claim: string; readonly depth: number }[];
  /** Length of a shortest schedule to a deadlock; -1 without one. */
  readonly deadlockDepth: number;
  /** Per counted claim: distinct states and ways into them where it held, and where it failed. Sorted by claim. */
  readonly tally: readonly { readonly claim: string; readonly held: number; readonly failed: number }[];
  /** Per terminal state: the cells that do not hold their initial value, by name. Sorted, each once. */
  readonly finals: readonly string[];
}

/**
 * Judges a system by running it anew along every schedule that leads to a new state.
 * @param maxStates most states
 * @throws Error when there are more
 */
export function oracle(system: System, maxStates: number): Judgement {
  const seen = new Map<string, number>();
  /** Per state: its successors; undefined for a terminal one. */
  const leadsTo: (number[] | undefined)[] = [];
  const violated = new Map<string, number>();
  const finals = new Set<string>();
  const gaveUp = new Set<string>();
  const verdicts = new Map<string, { held: Set<string>; failed: Set<string> }>();
  const totals = { transitions: 0, ends: 0, bounded: 0, deadlocks: 0, deadlockDepth: -1 };

  const judge = (
    checks: readonly Check[],
    world: World,
    depth: number,
    how: string,
    step: Step,
    observed: number,
  ): void => {
    for (const check of checks) {
      const holds = check.holds(world, step, observed);
      if (check.on === 'violation') {
        if (!holds) violated.set(check.claim, Math.min(depth, violated.get(check.claim) ?? depth));
        continue;
      }
      const verdict = verdicts.get(check.claim) ?? { held: new Set(), failed: new Set() };
      verdicts.set(check.claim, verdict);
      (holds ? verdict.held : verdict.failed).add(`${keyOf(world)} by ${how}`);
    }
  };

  const along = (schedule: Schedule): World => {
    const world = new World(system);
    for (const { process, choice } of schedule) world.move(process, choice);
    return world;
  };

  const todo: Schedule[] = [];
  const visit = (world: World, schedule: Schedule): number => {
    const key = keyOf(world);
    const known = seen.get(key);
    if (known !== undefined) return known;
    if (seen.size >= maxStates) throw new Error(`the oracle has seen ${maxStates} states`);
    seen.set(key, todo.length);
    return todo.push(schedule) - 1;
  };

  visit(along([]), []);
  // `visit` appends to the list that is walked through: breadth first.
  for (const schedule of todo) {
    const here = along(schedule);
    const moves: Move[] = system.processes.flatMap((_, process) =>
      Array.from({ length: here.outcomes(process) }, (_way, choice) => ({ process, choice })),
    );
    for (const { process, step, where } of here.threads)
      if (step?.kind === 'bound')
        gaveUp.add(`${process.name} in ${where.join(' > ')}: ${step.why ?? 'it says no reason'}`);
    const next: number[] = [];
    leadsTo.push(moves.length === 0 || here.gaveUp || here.mainsLeft.length === 0 ? undefined : next);
    for (const [i, move] of moves.entries()) {
      // The first move uses the execution that is there.
      const world = i === 0 ? here : along(schedule);
      const history = world.threads[move.process]!.history.join();
      const { step, observed } = world.move(move.process, move.choice);
      totals.transitions++;
      judge(
        system.checksAt(step),
        world,
        schedule.length + 1,
        `process ${move.process} after [${history}] observing ${observed}`,
        step,
        observed,
      );
      next.push(visit(world, [...schedule, move]));
    }
    if (moves.length > 0) continue;
    if (here.gaveUp) totals.bounded++;
    else if (here.mainsLeft.length > 0) {
      totals.deadlocks++;
      if (totals.deadlockDepth < 0) totals.deadlockDepth = schedule.length;
    } else {
      totals.ends++;
      finals.add(cellsOf(system, here));
      judge(system.finals, here, schedule.length, 'ending', { kind: 'end', cpu: 0, cells: [], args: [] }, 0);
    }
  }
  const tally = [...verdicts].map(([claim, { held, failed }]) => ({ claim, held: held.size, failed: failed.size }));
  const failures = [...violated].map(([claim, depth]) => ({ claim, depth }));
  return {
    states: seen.size,
    ...totals,
    gaveUp: [...gaveUp].sort(),
    neverEnds: hasTrap(leadsTo),
    violated: failures.sort(byClaim),
    tally: tally.sort(byClaim),
    finals: [...finals].sort(),
  };
}

/** Is there a state from which no terminal one is reachable? */
function hasTrap(leadsTo: readonly (readonly number[] | undefined)[]): boolean {
  const over = leadsTo.map((next) => next === undefined);
  for (let changed = true; changed;) {
    changed = false;
    leadsTo.forEach((next, state) => {
      if (!over[state] && next!.some((to) => over[to])) changed = over[state] = true;
    });
  }
  return over.includes(false);
}

/** Equal keys, equal futures: equal cells, and code that has observed alike since it started, or has terminated. */
const keyOf = (world: World): string =>
  `${world.changed().join(' ')} / ${world.threads.map((t) => (t.step === undefined ? 'ended' : t.history.join())).join(' | ')}`;

const cellsOf = ({ names }: System, world: World): string =>
  world
    .changed()
    .map(([cell, value]) => `${names.name(cell)}=${names.value(cell, value)}`)
    .sort()
    .join(' ');

const byClaim = (a: { claim: string }, b: { claim: string }): number => (a.claim < b.claim ? -1 : 1);
