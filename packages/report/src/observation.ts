/** One line per race in the manner of herd7: how often its claim breaks on each architecture. */
import type { Comparison, RaceCell, Verdict } from '@shootdown/core';
import { count, isBroken, sizesOf } from './words.ts';
import { wrap } from './wrap.ts';

/** A blank that no line is broken at. */
const TIED = '\u00a0';

type Row = Comparison['rows'][number];

/** `Sometimes`: some interleaving breaks it. `Never`: none does, and all were tried. */
const herdWord = ({ outcome }: Verdict): string =>
  isBroken(outcome) ? 'Sometimes' : outcome === 'clean' ? 'Never' : outcome === 'n/a' ? 'N/A' : 'Unknown';

export const observationLines = (comparison: Comparison, columns: number): string[] =>
  comparison.rows
    .filter(isBegun)
    .flatMap((row) => wrap(observation(row), columns).map((line) => line.replaceAll(TIED, ' ')));

/** Rows that an interruption left out say nothing. */
const isBegun = (row: Row): boolean =>
  row.cells.some((c) => c.before.evidence.grade !== 'none' || c.before.outcome === 'n/a');

function observation(row: Row): string {
  const words = row.cells.map((c) => `${c.arch}${TIED}${herdWord(c.before)}`).join(' | ');
  const searched = row.cells.flatMap((c) => [c.before, c.after]).filter((v) => v.evidence.grade !== 'none');
  const sizes = [...new Set(searched.map((v) => sizesOf(v.evidence)))].join('; ');
  const states = searched.reduce((sum, v) => sum + v.evidence.states, 0);
  return `Observation ${row.id} ${words} | fixed: ${fixedWord(row.cells)}${sizes ? ` (${sizes}, ${count(states)} states)` : ''}`;
}

/** One word when all architectures agree after the fix, else those of each word. */
function fixedWord(cells: readonly RaceCell[]): string {
  const byWord = new Map<string, string[]>();
  for (const c of cells) {
    const word = herdWord(c.after);
    if (word !== 'N/A') byWord.set(word, [...(byWord.get(word) ?? []), c.arch]);
  }
  if (byWord.size === 0) return 'N/A';
  return byWord.size === 1
    ? [...byWord.keys()].join('')
    : [...byWord].map(([word, archs]) => `${word} on ${archs.join(', ')}`).join('; ');
}
