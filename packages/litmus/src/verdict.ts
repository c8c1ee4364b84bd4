/** From ends to a verdict. */
import type { LitmusTest } from './litmus-test.ts';
import type { Outcome } from './outcome.ts';

/** One end is enough to allow; that there is none is known of all ends only. */
export function verdictOf(
  quantifier: LitmusTest['quantifier'],
  ends: number,
  witnesses: number,
  complete: boolean,
): Pick<Outcome, 'verdict' | 'holds'> {
  const every = witnesses === ends;
  const holds = quantifier === 'forall' ? every : witnesses > 0 === (quantifier === 'exists');
  const verdict =
    quantifier === 'forall' ? (every ? 'Required' : 'NotRequired') : witnesses > 0 ? 'Allowed' : 'Forbidden';
  const shownByOne = verdict === 'Allowed' || verdict === 'NotRequired';
  return { verdict: shownByOne || complete ? verdict : 'Unknown', holds };
}
