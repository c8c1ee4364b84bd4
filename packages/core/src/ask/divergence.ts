/** Where two architectures part: the shortest counterexample of one, followed on the other as far as it goes. */
import type { ArchSpec } from '../arch/declaration.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { follow, type Followed, type System } from '@shootdown/explorer';
import type { Verdict } from './verdict.ts';
import type { Configuration, RaceCase, Scenario } from '../workload/scenario.ts';
import { rig } from '../rig/rig.ts';
import { decodeToken, encodeToken } from './token.ts';

/** Two verdicts on one kernel, and where the executions part. */
export interface Parting {
  readonly workload: string;
  readonly variant: string;
  readonly archs: readonly [string, string];
  /** The architecture whose counterexample is followed: the first of the two that breaks. Absent: neither does, and there is nothing to follow. */
  readonly leader?: string;
  /** The other kernel, where the counterexample is followed on that instead of on another architecture: its variant, and what it is. */
  readonly fixed?: { readonly variant: string; readonly configuration: string };
  readonly followed?: Omit<Followed, 'schedule'>;
  /** What replays on the other one what it did. */
  readonly token?: string;
}

/**
 * Follows the counterexample of the first of two verdicts that has one, on the architecture of the other.
 * @param archs the architectures of the two verdicts, in their order
 */
export function part(
  verdicts: readonly [Verdict, Verdict],
  archs: readonly [ArchSpec, ArchSpec],
  scenario: Scenario,
  configuration: Configuration,
): Parting {
  const [{ workload, variant }] = verdicts;
  const parting = { workload, variant, archs: [archs[0].id, archs[1].id] as const };
  const first = verdicts.findIndex(({ counterexample }) => counterexample !== undefined);
  const other = archs[1 - first];
  const leader = archs[first];
  const { counterexample } = verdicts[first] ?? {};
  if (!leader || !other || !counterexample || verdicts[1 - first]?.outcome === 'n/a') return parting;
  const on = { arch: other, configuration, variant };
  return {
    ...parting,
    leader: leader.id,
    ...followOn(counterexample.token, { arch: leader, configuration, variant }, on, scenario),
  };
}

/**
 * Follows the counterexample of a kernel before its fix on the kernel after it: at which step the fix makes a difference.
 * @param verdict of the kernel before; one without a counterexample is not followed
 */
export function partFixed(
  { workload, variant, counterexample }: Verdict,
  arch: ArchSpec,
  { scenario, before, after }: Pick<RaceCase, 'scenario' | 'before' | 'after'>,
): Parting | undefined {
  if (!counterexample) return undefined;
  const on = { arch, configuration: after, variant: 'after' };
  return {
    workload,
    variant,
    archs: [arch.id, arch.id],
    leader: arch.id,
    fixed: { variant: on.variant, configuration: after.says },
    ...followOn(counterexample.token, { arch, configuration: before, variant }, on, scenario),
  };
}

/** A kernel on an architecture. */
interface Side {
  readonly arch: ArchSpec;
  readonly configuration: Configuration;
  readonly variant: string;
}

function followOn(
  counterexample: string,
  leader: Side,
  follower: Side,
  scenario: Scenario,
): Required<Pick<Parting, 'followed' | 'token'>> {
  const token = decodeToken(counterexample);
  const numbers = token.thresholds ? { thresholds: token.thresholds } : {};
  const systemOf = ({ arch, configuration }: Side): System => rig(arch, scenario, configuration, numbers).system;
  const surroundings = [leader, follower]
    .flatMap(({ arch }) => arch.machine.surroundings ?? [])
    .map(({ name }) => ` ${name}`);
  const { schedule, ...followed } = follow(systemOf(leader), token.schedule, systemOf(follower), {
    isHook: (name) => allHooks.has(name),
    isHardware: (process) => !surroundings.some((name) => process.endsWith(name)),
  });
  const { arch, variant } = follower;
  return { followed, token: encodeToken({ workload: scenario.name, variant, arch: arch.id, schedule, ...numbers }) };
}
