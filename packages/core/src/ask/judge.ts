/** Explores one scenario on one architecture and says how it went. */
import type { ArchSpec } from '../arch/declaration.ts';
import {
  type Checkpoint,
  type Exploration,
  type GaveUp,
  Mistake,
  type Reductions,
  type Schedule,
  USUAL_REDUCTIONS,
  byFrames,
  byHistory,
  explore,
  markOf,
  replay,
  runtime,
} from '@shootdown/explorer';
import type { Ablation } from '../machine/ablation.ts';
import { EVERYBODY_ENDS } from './broken.ts';
import {
  SCHEMA_VERSION,
  type Counterexample,
  type Evidence,
  type MetLimit,
  type Outcome,
  type Verdict,
} from './verdict.ts';
import { checkStory } from '../workload/check.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { geometryOf } from '../rig/geometry.ts';
import { notApplicable, rig, type Rig } from '../rig/rig.ts';
import { together, withThresholds, type Judged } from './both-sides.ts';
import type { Whose } from '../rig/thresholds.ts';
import { encodeToken, type Token } from './token.ts';
import { breachOf, claimOf } from '../rig/watchers.ts';

/** How far a search has come. */
export interface HowFar {
  readonly states: number;
  readonly depth: number;
  readonly seconds: number;
  /** States whose steps were not taken yet. */
  readonly waiting?: number;
  /** What states and the ways to them take. */
  readonly bytes?: number;
  /** Which search it is of those that are made until nothing new is learned, from 1. */
  readonly round?: number;
  /** Of `seconds` those of this round. */
  readonly roundSeconds?: number;
}

/** How far a search may go, and how it is watched and ended. */
export interface Bounds {
  readonly maxStates: number;
  /** What to leave out without changing the verdict: all that is proved by default, `{}` to try every schedule step by step. */
  readonly reduce?: Reductions;
  /** Bytes of states. */
  readonly maxBytes?: number;
  /** Tells states apart by 64-bit fingerprints alone, which `seed` (0 to 2^32 - 1) mixes: less memory, and a verdict with an omission risk. */
  readonly compact?: { readonly seed: number };
  readonly deadlineMs?: number;
  /** Where the search is written down as it goes, and what to go on with. */
  readonly checkpoint?: Checkpoint;
  readonly signal?: AbortSignal;
  /** How local states are told apart; `frames` falls back to `history` for code that was not instrumented. Default: frames. */
  readonly identity?: 'frames' | 'history';
  /** Is given the labels of sites of instrumented code that set-up and search come by. */
  readonly reached?: Set<string>;
  /** Leaves a synchronising step out, or finds out which there are. */
  readonly ablation?: Ablation;
  /**
   * Whose thresholds code compares with: the small ones of explorations, or the machine's own. Absent, for a verdict: both, where that
   * makes a difference; for what else is asked of a story: the small ones.
   */
  readonly thresholds?: Whose;
  onProgress?(p: HowFar): void;
}

/** Default bound on states: every built-in race is far below it. */
export const MAX_STATES = 20_000_000;

/** Lets signals and timers in: a small search ends before it does so itself. */
export const turnOfEvents = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** @throws Mistake SD_BAD_BOUND */
export function checkBounds(bounds: Bounds): void {
  const { maxStates, maxBytes, deadlineMs, compact } = bounds;
  if (!Number.isSafeInteger(maxStates) || maxStates < 1)
    throw new Mistake('SD_BAD_BOUND', `the bound on states is ${maxStates}.`, 'Give a whole number above 0.');
  if (maxBytes !== undefined && !(maxBytes > 0))
    throw new Mistake(
      'SD_BAD_BOUND',
      `the bound on memory is ${maxBytes} bytes.`,
      'Give a number of megabytes above 0.',
    );
  if (deadlineMs !== undefined && !(deadlineMs > 0))
    throw new Mistake('SD_BAD_BOUND', `the time limit is ${deadlineMs} ms.`, 'Give a number of seconds above 0.');
  if (compact && compact.seed >>> 0 !== compact.seed)
    throw new Mistake(
      'SD_BAD_BOUND',
      `the seed of fingerprints is ${compact.seed}.`,
      'Give a whole number from 0 to 4294967295.',
    );
}

/**
 * Tries every interleaving of a scenario, up to the first claim that fails. Where nothing fails with the small thresholds of explorations,
 * and some comparison would have come out otherwise with the machine's own, all are tried with those too.
 * @param variant word for the configuration in tokens and reports: `before`, `after`, or a release
 */
export async function judgeScenario(
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  variant: string,
  bounds: Bounds,
): Promise<Verdict> {
  checkBounds(bounds);
  checkStory(scenario, configuration);
  const reason = notApplicable(arch, scenario, configuration);
  if (reason !== undefined)
    return {
      ...frame(arch, scenario, configuration, variant),
      outcome: 'n/a',
      reason,
      layers: [],
      evidence: { ...sizes(scenario), grade: 'none', states: 0, transitions: 0, depth: 0, gaveUp: 0, seconds: 0 },
    };
  const begun = performance.now();
  const first = await judgeWith(bounds.thresholds ?? 'exploring', arch, scenario, configuration, variant, bounds);
  if (bounds.thresholds !== undefined) return withThresholds(first, bounds.thresholds);
  if (first.verdict.outcome !== 'clean') return withThresholds(first, 'exploring');
  if (!first.thresholds.differs) return withThresholds(first, 'both');
  return together(
    first,
    await judgeWith('machine', arch, scenario, configuration, variant, restOf(bounds, performance.now() - begun)),
  );
}

/** For a second search. Only the first is written down: whoever goes on from there comes here again. */
function restOf({ checkpoint: _, ...bounds }: Bounds, spentMs: number): Bounds {
  const { deadlineMs, ablation } = bounds;
  return {
    ...bounds,
    ...(deadlineMs !== undefined && { deadlineMs: Math.max(1, deadlineMs - spentMs) }),
    ...(ablation && { ablation: ablation.again() }),
  };
}

/** One search, which notes what it comes by where somebody wants to know. */
async function judgeWith(...args: Parameters<typeof searchWith>): Promise<Judged> {
  const { reached } = args[5];
  if (reached === undefined) return searchWith(...args);
  try {
    runtime.reached = reached;
    return await searchWith(...args);
  } finally {
    runtime.reached = undefined;
  }
}

async function searchWith(
  whose: Whose,
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  variant: string,
  bounds: Bounds,
): Promise<Judged> {
  await turnOfEvents();
  const { ablation } = bounds;
  const built = rig(arch, scenario, configuration, { thresholds: whose, ...(ablation && { ablation }) });
  const thresholds = whose === 'machine' ? { thresholds: whose } : {};
  const identity = bounds.identity === 'history' ? byHistory : byFrames();
  const found = await explore(
    built.system,
    { ...bounds, reduce: bounds.reduce ?? USUAL_REDUCTIONS, stopAtFirst: true },
    identity,
  );
  const named = { workload: scenario.name, variant, arch: arch.id, ...thresholds };
  const counterexample = counterexampleOf(built, found, named);
  const outcome: Outcome =
    found.violations.length > 0
      ? 'violates'
      : found.deadlock
        ? 'deadlock'
        : found.neverEnds
          ? 'never-ends'
          : found.unended
            ? found.unended.loop === undefined
              ? 'deadlock'
              : 'never-ends'
            : found.outcome === 'bound'
              ? 'bound'
              : found.outcome === 'interrupted'
                ? 'interrupted'
                : found.gaveUp.length > 0
                  ? 'bound'
                  : 'clean';
  const verdict: Verdict = {
    ...frame(arch, scenario, configuration, variant),
    outcome,
    layers: built.stack.layers,
    evidence: {
      ...sizes(scenario),
      ...counts(found),
      ...(bounds.compact && found.omissionRisk !== undefined
        ? { compact: { seed: bounds.compact.seed, omissionRisk: found.omissionRisk } }
        : {}),
      grade: counterexample ? 'found' : outcome === 'clean' ? 'proved' : 'partial',
      ...(found.cut && { cut: found.cut }),
      ...(found.gaveUp.length > 0 && { limits: found.gaveUp.map((limit) => limitOf(limit, named)) }),
      ...(found.symmetryRejected !== undefined && { unlike: found.symmetryRejected }),
      ...(identity.problems?.size ? { toldByHistory: [...identity.problems] } : {}),
    },
    ...(counterexample ? { counterexample } : {}),
  };
  return { verdict, thresholds: built.thresholds };
}

type Named = Omit<Token, 'schedule' | 'steps'>;

const frame = (arch: ArchSpec, scenario: Scenario, configuration: Configuration, variant: string) => ({
  schemaVersion: SCHEMA_VERSION,
  workload: scenario.name,
  variant,
  configuration: configuration.says,
  arch: arch.id,
  asks: scenario.asks.map(claimOf),
});

const sizes = (scenario: Scenario): Pick<Evidence, 'cpus' | 'geometry' | 'memory'> => ({
  cpus: scenario.cpus,
  geometry: geometryOf(scenario),
  memory: scenario.memory ?? 'sc',
});

export const counts = (
  found: Exploration,
): Pick<Evidence, 'states' | 'transitions' | 'depth' | 'gaveUp' | 'seconds'> => ({
  states: found.states,
  transitions: found.transitions,
  depth: found.depth,
  gaveUp: found.bounded,
  seconds: found.seconds,
});

const limitOf = ({ process, where, why, states, schedule }: GaveUp, named: Named): MetLimit => ({
  why,
  process,
  where,
  states,
  ...(schedule && { token: encodeToken({ ...named, schedule }) }),
});

function counterexampleOf(built: Rig, found: Exploration, named: Named): Counterexample | undefined {
  const violation = found.violations[0];
  const schedule: Schedule | undefined =
    violation?.schedule ?? found.deadlock?.schedule ?? found.neverEnds?.schedule ?? found.unended?.schedule;
  if (!schedule) return undefined;
  const claim = violation?.claim ?? EVERYBODY_ENDS;
  const trace = replay(built.system, schedule, byFrames());
  return {
    claim,
    breach: violation
      ? breachOf(claim, built.watches)
      : found.deadlock || (found.unended && found.unended.loop === undefined)
        ? 'deadlock'
        : 'livelock',
    length: schedule.length,
    switches: schedule.filter((m, i) => i > 0 && m.process !== schedule[i - 1]?.process).length,
    token: encodeToken({ ...named, schedule, steps: markOf(trace.events) }),
    trace,
  };
}
