/** Numbers the counterexamples of a comparison: [1], [2], ... in reading order. */
import type { Comparison, Verdict } from '@shootdown/core';
import type { RenderOptions } from './report.ts';
import type { Style } from './style.ts';
import { halves, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export type Footnotes = ReadonlyMap<Verdict, number>;

export function footnotesOf(comparison: Comparison): Footnotes {
  const notes = new Map<Verdict, number>();
  for (const row of comparison.rows)
    for (const c of row.cells)
      for (const { verdict } of halves(c)) if (verdict.counterexample) notes.set(verdict, notes.size + 1);
  return notes;
}

/** What the short words mean, then each counterexample with the command that shows it: never wrapped, so that it can be copied. */
export function footnoteLines(notes: Footnotes, options: RenderOptions, style: Style): string[] {
  const { columns } = options;
  const found = [...notes].flatMap(([verdict, n]) =>
    verdict.counterexample ? [{ n, c: verdict.counterexample }] : [],
  );
  const words = new Map(found.map(({ c }) => [c.breach === 'contract' ? c.claim : c.breach, c.claim]));
  const meanings = [...words]
    .filter(([word, claim]) => word !== claim)
    .flatMap(([word, claim]) => paragraph(`${word}: '${claim}' does not hold`, columns, 0).map(style.dim));
  const lines = found.flatMap(({ n, c }) => {
    const head = `[${n}] ${c.breach === 'contract' ? c.claim : c.breach}, ${c.length} steps:`;
    const command = replayCommand(c.token, options);
    return head.length + 1 + command.length <= columns
      ? [`${head} ${style.dim(command)}`]
      : [...paragraph(head, columns, 0), `    ${style.dim(command)}`];
  });
  return [...meanings, ...lines];
}
