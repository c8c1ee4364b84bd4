/** Which races are meant: by name, or by what raised them. */
import type { RaceCase } from '@shootdown/core';
import type { Workloads } from './catalog.ts';
import { select } from './select.ts';
import type { Core } from './tokens.ts';

/**
 * Races by name (variations too), and those that mail threads raise, each followed by its variations.
 * @param ids names; with no group an empty list means every race, without variations
 * @param groups numbers of mail threads, or letters of groups of the reference
 * @throws Mistake SD_UNKNOWN_WORKLOAD
 */
export function racesOf(workloads: Workloads, ids: readonly string[], groups: readonly string[] | undefined, core: Core): RaceCase[] {
  const { races, variations, expected } = workloads;
  if (groups === undefined) return ids.length === 0 ? [...races] : select([...races, ...variations], (race) => race.id, ids, 'SD_UNKNOWN_WORKLOAD', core);
  const groupsOf = (race: RaceCase): readonly string[] => {
    const row = expected.find(({ id }) => id === race.id);
    return [...(row?.threads_raised_in ?? []), ...(row?.group ? [row.group] : [])];
  };
  const known = [...new Set(races.flatMap(groupsOf))].sort();
  const wrong = groups.find((group) => !known.includes(group));
  if (wrong !== undefined)
    throw new core.Mistake('SD_UNKNOWN_WORKLOAD', `no race is in a group ${wrong}.`, `Groups are ${known.join(', ')}: mail threads and letters of the reference.`);
  const chosen = races.filter((race) => groupsOf(race).some((group) => groups.includes(group)));
  const more = ids.length === 0 ? [] : select([...races, ...variations], (race) => race.id, ids, 'SD_UNKNOWN_WORKLOAD', core);
  return [...new Set([...chosen.flatMap((race) => [race, ...variations.filter(({ of }) => of === race.id)]), ...more])];
}
