/** Which hooks a workload calls: found by running it once, one thread after the other. */
import type { ArchSpec } from '../../arch/declaration.ts';
import { World } from '@shootdown/explorer';
import { notApplicable, rig } from '../../rig/rig.ts';
import type { Workload } from '../frequencies.ts';

/** More moves than one run of a built-in workload takes. */
const LIMIT = 100_000;

/** Names of the hooks that setting up and one execution call; empty when the workload does not apply to the architecture. */
export function hooksExercised(arch: ArchSpec, { scenario, configuration }: Workload): ReadonlySet<string> {
  if (notApplicable(arch, scenario, configuration) !== undefined) return new Set();
  const { system, called } = rig(arch, scenario, configuration, { claims: [] });
  const world = new World(system);
  const everybody = system.processes.map((_, p) => p);
  for (let moves = 0; moves < LIMIT; moves++) {
    // The threads stand before the daemons: each runs as far as it can before the next.
    const able = everybody.find((p) => world.outcomes(p) > 0);
    if (able === undefined) break;
    world.move(able, 0);
  }
  return new Set(called);
}
