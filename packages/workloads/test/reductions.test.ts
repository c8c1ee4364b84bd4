/** Reduced searches say of every built-in race what the unreduced one says: same claims, same ends, same code reached. */
import { describe, expect, test } from '@jest/globals';
import { notApplicable } from '@shootdown/core';
import {
  ALL_REDUCTIONS,
  exploreSync,
  rig,
  type Exploration,
  type Reductions,
  type System,
} from '@shootdown/core/testing';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';
import { races } from '../src/index.ts';

const archs = [...x86, ...xen, ...arm64, ...ppc64];
/** What is bigger is left to `npm run bench`. */
const MOST = 1100;
const WAYS: Readonly<Record<string, Reductions>> = {
  persistent: { persistent: true },
  'persistent, commute, fuse': { persistent: true, commute: true, fuse: true },
  'dead cells': { deadCells: true },
  sleep: { sleep: true },
  all: ALL_REDUCTIONS,
};

function explored(system: System, reduce: Reductions, maxStates: number): Exploration {
  return exploreSync(system, { stopAtFirst: false, maxStates, reduce });
}
const says = (
  { violations, deadlocks, bounded, ends, neverEnds, nodes, edges }: Exploration,
  exactly: boolean,
): unknown => ({
  violated: violations.map(({ claim }) => claim).sort(),
  // Every state in which nothing can move is reached, unless cells that nobody looks at are left out.
  stops: [deadlocks, bounded, ends].map((n) => (exactly ? n : n > 0)),
  neverEnds: neverEnds !== undefined,
  nodes,
  edges,
});

describe.each(races.map((race) => [race.id, race] as const))('%s', (_id, race) => {
  const apply = archs.filter((arch) => notApplicable(arch, race.scenario) === undefined);
  test.each(apply.map((arch) => [arch.id, arch] as const))(
    '%s',
    (_arch, arch) => {
      for (const variant of ['before', 'after'] as const) {
        const exact = explored(rig(arch, race.scenario, race[variant]).system, {}, MOST);
        if (exact.outcome !== 'complete') continue;
        for (const [way, reduce] of Object.entries(WAYS)) {
          const found = explored(rig(arch, race.scenario, race[variant]).system, reduce, MOST);
          expect([way, says(found, !reduce.deadCells)]).toEqual([way, says(exact, !reduce.deadCells)]);
        }
      }
    },
    60_000,
  );
});
