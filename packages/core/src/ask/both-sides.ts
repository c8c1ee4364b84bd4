/** Makes one verdict of two searches: one with the small thresholds of explorations, one with those of the machine. */
import type { Evidence, ThresholdEvidence, Verdict } from './verdict.ts';
import type { Thresholds, Whose } from '../rig/thresholds.ts';

/** What one search has come to, and which sides it has taken. */
export interface Judged {
  readonly verdict: Verdict;
  readonly thresholds: Thresholds;
}

/** A verdict that rests on one search, with what it knows of thresholds. With `both` the search is the same with either numbers. */
export const withThresholds = ({ verdict, thresholds }: Judged, numbers: Whose | 'both'): Verdict =>
  verdict.evidence.grade === 'none' ? verdict : evidently(verdict, { numbers, oneSided: thresholds.oneSided });

/**
 * The first search found nothing wrong, and the second was another one.
 * @returns what the second found; or that neither found anything, with the counts of the first and, apart, those of the second
 */
export function together(first: Judged, second: Judged): Verdict {
  const { outcome, evidence } = second.verdict;
  if (second.verdict.counterexample) return withThresholds(second, 'machine');
  first.thresholds.add(second.thresholds);
  const { states, transitions, depth, seconds } = evidence;
  const found = {
    numbers: 'both',
    oneSided: first.thresholds.oneSided,
    second: { states, transitions, depth, seconds },
  } as const;
  const compact = first.verdict.evidence.compact;
  const risks = compact && {
    compact: { ...compact, omissionRisk: compact.omissionRisk + (evidence.compact?.omissionRisk ?? 0) },
  };
  if (outcome === 'clean')
    return evidently({ ...first.verdict, evidence: { ...first.verdict.evidence, ...risks } }, found);
  const { cut, limits } = evidence;
  return evidently(
    {
      ...first.verdict,
      outcome,
      evidence: {
        ...first.verdict.evidence,
        ...risks,
        grade: 'partial',
        ...(cut && { cut }),
        ...(limits && { limits }),
      },
    },
    found,
  );
}

const evidently = (verdict: Verdict, thresholds: ThresholdEvidence): Verdict => ({
  ...verdict,
  evidence: { ...verdict.evidence, thresholds } satisfies Evidence,
});
