/** Numbers the counterexamples of a comparison: [1], [2], ... in reading order. */
import type { Comparison, Verdict } from '@shootdown/core';
import type { Paint } from './paint.ts';
import { halves, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export type Footnotes = ReadonlyMap<Verdict, number>;

export function footnotesOf(comparison: Comparison): Footnotes {
  const notes = new Map<Verdict, number>();
  for (const row of comparison.rows)
    for (const c of row.cells) for (const { verdict } of halves(c)) if (verdict.counterexample) notes.set(verdict, notes.size + 1);
  return notes;
}

/** One footnote: what breaks, and the command that shows it. The command is never wrapped, so that it can be copied. */
export function footnoteLines(notes: Footnotes, columns: number, paint: Paint): string[] {
  return [...notes].flatMap(([verdict, n]) => {
    const c = verdict.counterexample;
    if (!c) return [];
    const [head = '', ...more] = paragraph(`[${n}] ${verdict.arch}, ${verdict.workload} ${verdict.variant}: '${c.claim}' broken, ${c.length} steps`, columns, 0);
    return [head, ...more, `    ${paint.dim(replayCommand(c.token))}`];
  });
}
