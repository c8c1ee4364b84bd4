/** Thresholds of which verdicts know one side only, in words. */
import type { Verdict } from '@shootdown/core';
import { many } from './words.ts';
import { paragraph } from './wrap.ts';

type OneSided = NonNullable<Verdict['evidence']['thresholds']>['oneSided'][number];

const SIDE: Readonly<Record<OneSided['side'], string>> = {
  within: 'never met',
  over: 'always met',
  unseen: 'read, and compared where nobody sees it',
};

/**
 * One paragraph on what no verdict has seen. A counterexample needs no other side, so only proofs are asked.
 * @param verdicts any; what was not searched is left out
 */
export function thresholdLines(verdicts: readonly Verdict[], columns: number): string[] {
  const proved = verdicts.filter(({ evidence }) => evidence.grade === 'proved');
  const told = new Map<string, number>();
  for (const { name, side } of proved.flatMap(({ evidence }) => evidence.thresholds?.oneSided ?? [])) {
    const words = `${name} (${SIDE[side]})`;
    told.set(words, (told.get(words) ?? 0) + 1);
  }
  const again = proved.flatMap(({ evidence }) => evidence.thresholds?.second ?? []);
  const states = again.reduce((sum, second) => sum + second.states, 0);
  const says = [...told]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([words, n]) => (proved.length === 1 ? words : `${words} in ${n}`));
  return [
    ...(says.length > 0
      ? [
          `thresholds of which one side only was reached${proved.length === 1 ? '' : ` in ${many(proved.length, 'proof')}`}: ${says.join(', ')}`,
        ]
      : []),
    ...(again.length > 0
      ? [
          `${proved.length === 1 ? 'searched' : `${again.length} searched`} again with the thresholds of the machine: ${many(states, 'state')} more`,
        ]
      : []),
  ].flatMap((line) => paragraph(line, columns, 0));
}
