/** A kernel beside the same kernel with a patch: every interleaving of a workload under both, and what became otherwise. */
import type { ArchSpec } from '../arch/declaration.ts';
import { World, runtime } from '@shootdown/explorer';
import type { Patch } from '../words/patch.ts';
import { notApplicable, rig } from '../rig/rig.ts';
import { withPatchIn } from '../rig/patched.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { judgeScenario, turnOfEvents, type Bounds } from './judge.ts';
import { isOpen, type Outcome, type Verdict } from './verdict.ts';

/** One workload under one kernel on one architecture, without the patch and with it. Plain data. */
export interface PatchedCell {
  readonly workload: string;
  readonly variant: string;
  readonly arch: string;
  readonly base: Verdict;
  readonly patched: Verdict;
  readonly word: PatchedWord;
  /** Labels of sites of the patch that some interleaving came by. */
  readonly reached: readonly string[];
}

/**
 * `broken`: something goes wrong that did not; `otherwise`: something goes wrong in both, and not the same; `held`: nothing goes wrong any
 * more; `newly undecided`: the search did not end, and did without the patch; `undecided`: neither did; `same`.
 */
export type PatchedWord = 'broken' | 'otherwise' | 'held' | 'newly undecided' | 'undecided' | 'same';

/** What is asked of one workload. */
export interface PatchQuestion {
  readonly arch: ArchSpec;
  readonly scenario: Scenario;
  readonly configuration: Configuration;
  readonly variant: string;
  readonly patch: Patch;
  /** Is a label one of a site of the patch? */
  isPatch(label: string): boolean;
  /** Search also where no execution that was tried first comes by the patch: some other one may. */
  readonly always?: boolean;
}

/** Executions that are tried first, beside one in which each thread goes before all others. */
const WALKS = 12;
/** More moves than one execution of a built-in workload takes. */
const MOVES = 20_000;

/**
 * Judges a workload with a patch, and where its code comes by the patch without it too.
 * @returns nothing where the workload does not apply, or where no execution that was tried came by the patch
 * @throws Mistake when the patch or the workload is wrong
 */
export async function judgePatched(question: PatchQuestion, bounds: Bounds): Promise<PatchedCell | undefined> {
  const { arch, scenario, configuration, variant, patch } = question;
  if (notApplicable(arch, scenario, configuration) !== undefined) return undefined;
  const changed = withPatchIn(configuration, patch);
  if (question.always !== true && !comesBy(question, changed)) return undefined;
  const reached = new Set<string>();
  const named = `${variant}/${patch.name}`;
  const patched = await judgeScenario(arch, scenario, changed, named, { ...bounds, reached });
  const theirs = [...reached].filter((label) => question.isPatch(label)).sort();
  if (theirs.length === 0) return undefined;
  await turnOfEvents();
  const base = await judgeScenario(arch, scenario, configuration, variant, bounds);
  return {
    workload: scenario.name,
    variant,
    arch: arch.id,
    base,
    patched,
    word: wordOf(base, patched),
    reached: theirs,
  };
}

const WRONG: readonly Outcome[] = ['violates', 'deadlock', 'never-ends'];
const isWrong = ({ outcome }: Verdict): boolean => WRONG.includes(outcome);

/** What a patch made of a verdict. */
export function wordOf(base: Verdict, patched: Verdict): PatchedWord {
  if (isWrong(patched)) {
    if (!isWrong(base)) return 'broken';
    const same = base.outcome === patched.outcome && base.counterexample?.claim === patched.counterexample?.claim;
    return same ? 'same' : 'otherwise';
  }
  if (isOpen(patched)) return isOpen(base) ? 'undecided' : 'newly undecided';
  // Nothing is known of the kernel without it.
  return isWrong(base) ? 'held' : 'same';
}

/** Does an execution come by the patch: its set-up, one in which a thread goes first, or one of some at random? */
function comesBy({ arch, scenario, isPatch }: PatchQuestion, changed: Configuration): boolean {
  const before = runtime.reached;
  const reached = new Set<string>();
  runtime.reached = reached;
  const found = (): boolean => [...reached].some((label) => isPatch(label));
  try {
    const { system } = rig(arch, scenario, changed, { claims: [] });
    if (found()) return true;
    const mains = scenario.threads.length;
    for (let walk = 0; walk < mains + WALKS; walk++) {
      const next = walk < mains ? first(walk) : random(walk);
      const world = new World(system);
      for (let moves = 0; moves < MOVES; moves++) {
        const able = system.processes.flatMap((_, p) => (world.outcomes(p) > 0 ? [p] : []));
        if (able.length === 0) break;
        const p = next(able);
        world.move(p, walk < mains ? 0 : moves % world.outcomes(p));
      }
      if (found()) return true;
    }
    return false;
  } finally {
    runtime.reached = before;
  }
}

/** One process before all others, then in their order: threads before daemons. */
const first =
  (favourite: number) =>
  (able: readonly number[]): number =>
    able.includes(favourite) ? favourite : able[0]!;

/** Runs of one process of some length, so that others find it anywhere; the same ones each time. */
function random(seed: number): (able: readonly number[]) => number {
  let state = seed * 2_654_435_761;
  let current = -1;
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (able) => {
    if (!able.includes(current) || draw() < 0.15) current = able[Math.floor(draw() * able.length)]!;
    return current;
  };
}
