/** Which code a scenario runs: what a page about an operation or a hook says of it. */
import type { ArchSpec } from '../../arch/declaration.ts';
import { byFrames, explore } from '@shootdown/explorer';
import type { Configuration, Scenario } from '../../workload/scenario.ts';
import { checkBounds, type Bounds } from '../judge.ts';
import { notApplicable, rig } from '../../rig/rig.ts';
import { triedAll } from '../tried-all.ts';

/** The code that some interleaving runs. */
export interface Coverage {
  /** Operations and hooks that were inside of each other, outermost first, in the order in which the search came to them. */
  readonly stacks: readonly (readonly string[])[];
  /** Was every interleaving tried? */
  readonly complete: boolean;
}

/**
 * Explores a scenario and says which code it reached. Code without any step leaves no mark: a hook that does nothing on an
 * architecture is not among the stacks.
 */
export async function coverageOf(
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  bounds: Bounds,
): Promise<Coverage> {
  checkBounds(bounds);
  if (notApplicable(arch, scenario, configuration) !== undefined) return { stacks: [], complete: true };
  const found = await explore(
    rig(arch, scenario, configuration, bounds.thresholds ? { thresholds: bounds.thresholds } : {}).system,
    { ...bounds, stopAtFirst: false },
    byFrames(), // a loop that waits is one place, however often it turns
  );
  const stacks = new Map(found.reached.map(({ where }) => [where.join(' '), where]));
  return { stacks: [...stacks.values()], complete: triedAll(found) };
}
