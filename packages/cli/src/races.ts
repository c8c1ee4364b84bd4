/** Which races are meant: by name, or by what raised them. */
import { Mistake } from '@shootdown/core/mistakes';
import type { RaceCase } from '@shootdown/core';
import { select } from './select.ts';
import type { Broken, Workloads } from './workloads.ts';

/**
 * Races by name (variations too), and those that mail threads raise, each followed by its variations.
 * @param ids names; with no group an empty list means every race, without variations and without those whose search is long
 * @param groups numbers of mail threads, or letters of groups of the reference
 * @throws Mistake SD_UNKNOWN_WORKLOAD
 */
export function racesOf(
  workloads: Workloads,
  ids: readonly string[],
  groups: readonly string[] | undefined,
): RaceCase[] {
  const { races, variations } = workloads;
  // Those whose search is long are listed with the variations, and are none.
  const own = [...races, ...variations.filter(({ of }) => of === undefined)];
  if (groups === undefined)
    return ids.length === 0
      ? [...races]
      : select([...races, ...variations], (race) => race.id, ids, 'SD_UNKNOWN_WORKLOAD');
  const known = [...new Set(own.flatMap(({ id }) => groupsOf(id, workloads)))].sort();
  const wrong = groups.find((group) => !known.includes(group));
  if (wrong !== undefined)
    throw new Mistake(
      'SD_UNKNOWN_WORKLOAD',
      `no race is in a group ${wrong}.`,
      `Groups are ${known.join(', ')}: mail threads and letters of the reference.`,
    );
  const chosen = own.filter((race) => groupsOf(race.id, workloads).some((group) => groups.includes(group)));
  const more = ids.length === 0 ? [] : select([...races, ...variations], (race) => race.id, ids, 'SD_UNKNOWN_WORKLOAD');
  return [...new Set([...chosen.flatMap((race) => [race, ...variations.filter(({ of }) => of === race.id)]), ...more])];
}

/** Names of races that nobody asked for and that every race does not include: their searches are long. */
export const leftOutOf = (
  { variations }: Workloads,
  ids: readonly string[],
  groups: readonly string[] | undefined,
): readonly string[] =>
  ids.length > 0 || groups !== undefined ? [] : variations.flatMap(({ id, of }) => (of === undefined ? [id] : []));

/** Those of the meant races that cannot be judged as they are. */
export function brokenOf(workloads: Workloads, ids: readonly string[], groups: readonly string[] = []): Broken[] {
  const all = ids.length === 0 && groups.length === 0;
  return workloads.broken.filter(
    ({ name, kind }) =>
      ids.includes(name) ||
      (kind === 'race' && (all || groupsOf(name, workloads).some((group) => groups.includes(group)))),
  );
}

function groupsOf(race: string, { expected }: Workloads): readonly string[] {
  const row = expected.find(({ id }) => id === race);
  return [...(row?.threads_raised_in ?? []), ...(row?.group ? [row.group] : [])];
}
