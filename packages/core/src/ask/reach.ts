/** Which sites of instrumented code the executions of a workload come by. */
import type { ArchSpec } from '../arch/declaration.ts';
import { USUAL_REDUCTIONS, byFrames, explore, runtime } from '@shootdown/explorer';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { checkBounds, turnOfEvents, type Bounds } from './judge.ts';
import { notApplicable, rig } from '../rig/rig.ts';
import { triedAll } from './tried-all.ts';

/** What one workload came by on one architecture. */
export interface Reach {
  /** Labels of sites that some interleaving of the threads comes by. */
  readonly explored: ReadonlySet<string>;
  /** Labels of sites that the set-up came by, where nothing runs beside it. */
  readonly setUp: ReadonlySet<string>;
  readonly states: number;
  /** Was every interleaving tried? If not, what was not reached may be reached all the same. */
  readonly complete: boolean;
}

/**
 * Explores a workload to the end, past claims that break: what is asked is which code runs. Reductions leave out interleavings, and no code.
 * @returns nothing when the workload does not apply to the architecture
 */
export async function reach(
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  bounds: Bounds,
): Promise<Reach | undefined> {
  checkBounds(bounds);
  if (notApplicable(arch, scenario, configuration) !== undefined) return undefined;
  await turnOfEvents();
  const setUp = new Set<string>();
  const explored = new Set<string>();
  try {
    runtime.reached = setUp;
    const { system } = rig(arch, scenario, configuration, bounds.thresholds ? { thresholds: bounds.thresholds } : {});
    runtime.reached = explored;
    const found = await explore(
      system,
      { ...bounds, reduce: bounds.reduce ?? USUAL_REDUCTIONS, stopAtFirst: false },
      byFrames(),
    );
    return { explored, setUp, states: found.states, complete: triedAll(found) };
  } finally {
    runtime.reached = undefined;
  }
}
