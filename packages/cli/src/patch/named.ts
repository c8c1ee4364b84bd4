/** Workloads that a patch is judged by: those of the catalog, and the stories that every architecture must pass. */
import { DEFAULT_RELEASE, type Named } from '@shootdown/core';
import { stories } from '@shootdown/conformance/stories';
import { namedOf, type Workloads } from '../workloads.ts';

export function patchedNamed(workloads: Workloads): Named[] {
  const own = namedOf(workloads);
  const today = { release: DEFAULT_RELEASE, says: `Linux ${DEFAULT_RELEASE.replace('v', '')}` };
  const told = stories
    .filter(({ name }) => !own.some(({ scenario }) => scenario.name === name))
    .map((scenario): Named => ({ scenario, variants: { [DEFAULT_RELEASE]: today } }));
  return [...own, ...told];
}
