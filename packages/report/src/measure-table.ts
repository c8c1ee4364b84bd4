/** What the tables of counts share. */
import { cell, rowLines, rule, widest, type Cell } from './grid.ts';
import type { RenderOptions } from './report.ts';
import { paragraph } from './wrap.ts';

/** Averages over repetitions need no more places. */
export const figure = (n: number): string => String(Math.round(n * 100) / 100);

/** Lines of a table whose first columns are words, and the rest numbers. */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  dim: (text: string) => string,
): string[] {
  const widths = head.map((title, i) => widest([title, ...rows.map((row) => row[i]?.text ?? '')]));
  return [
    ...rowLines(
      head.map((title) => cell(title)),
      widths,
    ),
    dim(rule(widths)),
    ...rows.flatMap((row) => rowLines(row, widths)),
  ];
}

/** Why there are no numbers, each reason once. */
export function notModelled(
  rows: readonly { readonly operation: string; readonly notModelled?: string }[],
  options: RenderOptions,
): string[] {
  const reasons = new Set(rows.flatMap((row) => row.notModelled ?? []));
  return [...reasons].flatMap((reason) => {
    const operations = new Set(rows.filter((row) => row.notModelled === reason).map((row) => row.operation));
    return paragraph(`not modelled: ${reason} (${[...operations].join(', ')})`, options.columns, 2);
  });
}
