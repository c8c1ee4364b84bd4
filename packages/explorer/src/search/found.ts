/** Merges the findings of several searches of one system. */
import type { Exploration, TallyCount } from '../api/exploration.ts';
import { keyOfGaveUp } from './findings.ts';

export type Found = Pick<Exploration, 'violations' | 'tally' | 'deadlock' | 'gaveUp'>;

/** Adds what an earlier search found to what the last one found. A finding is true whichever search made it. */
export function mergeFindings({ deadlock, ...last }: Found, earlier: Found): Found {
  const lacks = <T extends { claim: string }>(list: readonly T[], known: readonly T[]): T[] =>
    list.filter(({ claim }) => !known.some((other) => other.claim === claim));
  const first = deadlock ?? earlier.deadlock;
  return {
    violations: [...last.violations, ...lacks(earlier.violations, last.violations)].sort((a, b) => a.depth - b.depth),
    tally: [
      ...last.tally.map((count) =>
        mergeCount(
          count,
          earlier.tally.find(({ claim }) => claim === count.claim),
        ),
      ),
      ...lacks(earlier.tally, last.tally),
    ],
    ...(first && { deadlock: first }),
    gaveUp: [
      ...last.gaveUp,
      ...earlier.gaveUp.filter((place) => !last.gaveUp.some((other) => keyOfGaveUp(other) === keyOfGaveUp(place))),
    ],
  };
}

/** The same numbers; where one is 0, that of the other search. */
function mergeCount(count: TallyCount, other: TallyCount | undefined): TallyCount {
  if (!other) return count;
  const held = count.held > 0 ? count : other;
  const failed = count.failed > 0 ? count : other;
  return {
    claim: count.claim,
    held: held.held,
    failed: failed.failed,
    ...(held.heldAt && { heldAt: held.heldAt }),
    ...(failed.failedAt && { failedAt: failed.failedAt }),
  };
}
