/** Where two architectures part: the shortest counterexample of one, followed on the other as far as it goes. */
import type { ArchSpec } from '../arch/declaration.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { follow, type Followed } from '@shootdown/explorer';
import type { Verdict } from './verdict.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { rig } from '../rig/rig.ts';
import { decodeToken, encodeToken } from './token.ts';

/** Two verdicts on one kernel, and where the executions part. */
export interface Parting {
  readonly workload: string;
  readonly variant: string;
  readonly archs: readonly [string, string];
  /** The architecture whose counterexample is followed: the first of the two that breaks. Absent: neither does, and there is nothing to follow. */
  readonly leader?: string;
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
  const token = decodeToken(counterexample.token);
  const numbers = token.thresholds ? { thresholds: token.thresholds } : {};
  const [led, leading] = [
    rig(other, scenario, configuration, numbers).system,
    rig(leader, scenario, configuration, numbers).system,
  ];
  const surroundings = [leader, other]
    .flatMap(({ machine }) => machine.surroundings ?? [])
    .map(({ name }) => ` ${name}`);
  const { schedule, ...followed } = follow(leading, token.schedule, led, {
    isHook: (name) => allHooks.has(name),
    isHardware: (process) => !surroundings.some((name) => process.endsWith(name)),
  });
  return {
    ...parting,
    leader: leader.id,
    followed,
    token: encodeToken({ workload, variant, arch: other.id, schedule, ...numbers }),
  };
}
