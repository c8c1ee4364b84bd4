/** Workloads that were asked for, and can be run. */
import type { Named } from '@shootdown/core';
import type { Catalog } from './catalog.ts';
import { select } from './select.ts';
import { namedOf, type Workloads } from './workloads.ts';

/**
 * Workloads by the names of their scenarios; all where no name is given.
 * @throws Mistake SD_UNKNOWN_WORKLOAD; that of the first of them that cannot be run as it is
 */
export async function chosenWorkloads(catalog: Catalog, names: readonly string[]): Promise<Named[]> {
  const workloads = await catalog.workloads();
  mustBeWhole(workloads, names);
  const chosen = select(namedOf(workloads), (w) => w.scenario.name, names, 'SD_UNKNOWN_WORKLOAD');
  await mustBeKnown(catalog, chosen);
  return chosen;
}

/** @param names absent or empty: all are meant */
export function mustBeWhole({ broken }: Workloads, names: readonly string[] | undefined): void {
  const wrong = broken.find(
    ({ name, story }) =>
      names === undefined ||
      names.length === 0 ||
      names.includes(name) ||
      (story !== undefined && names.includes(story)),
  );
  if (wrong) throw wrong.mistake;
}

/** @throws Mistake where one names a change, a number or an operation that no architecture has */
export async function mustBeKnown(catalog: Catalog, chosen: readonly Named[]): Promise<void> {
  const wrong = (
    await catalog.strangers(
      chosen.map(({ scenario, variants }) => ({ scenario, configurations: Object.values(variants) })),
    )
  ).find((mistake) => mistake !== undefined);
  if (wrong) throw wrong;
}
