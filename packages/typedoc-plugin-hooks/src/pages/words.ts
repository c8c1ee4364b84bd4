/** Words of results, coloured. */
import type { Expected, Frequency, Outcome } from '@shootdown/core';
import { coloured } from '../markdown.ts';

export const frequencyWord = (word: Frequency['word'], complete: boolean): string => {
  const proved = complete || word === 'sometimes' || word === 'not reached';
  const kind = ({ always: 'good', sometimes: 'mixed', never: 'bad', 'not reached': 'none' } as const)[word];
  return coloured(proved ? word : `${word} so far`, kind);
};

const OUTCOME = {
  clean: ['ok', 'good'],
  violates: ['FAIL', 'bad'],
  deadlock: ['HANG', 'bad'],
  'never-ends': ['HANG', 'bad'],
  'n/a': ['N/A', 'none'],
  bound: ['?', 'none'],
  interrupted: ['..', 'none'],
} as const satisfies Record<Outcome, readonly [string, 'good' | 'bad' | 'none']>;

/** `FAIL`, `ok`; with `*` where the reference says nothing, with `!` where it says otherwise. */
export function outcomeWord(outcome: Outcome, expected: Expected): string {
  const [word, kind] = OUTCOME[outcome];
  const judged = kind !== 'none';
  const differs =
    judged && (expected === 'violates' || expected === 'clean') && (expected === 'violates') !== (kind === 'bad');
  return coloured(word + (differs ? '!' : judged && expected === 'unstated' ? '*' : ''), kind);
}

export const LEGEND =
  '`ok` no interleaving breaks a claim, `FAIL` an interleaving breaks one, `HANG` somebody waits for ever, `N/A` does not apply, `?` a bound was hit and nothing found so far. ' +
  '`*` the reference says nothing, so the word is a prediction; `!` the reference says otherwise.';

/** `1 state`, `7,246 states`. */
export const many = (n: number, one: string): string =>
  `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${one}${n === 1 ? '' : 's'}`;
