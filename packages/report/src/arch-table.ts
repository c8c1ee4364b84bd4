/** The sum of a comparison on each architecture: a headline that fits a screen, however many races there are. */
import type { Comparison, RaceCell, Verdict } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import type { Style } from './style.ts';
import { isBroken, isOpen } from './words.ts';

/** Lines of the table. */
export function archTable({ archs, rows }: Comparison, style: Style): string[] {
  const sums = archs.map((arch) => sumOf(rows.flatMap(({ cells }) => cells.filter((c) => c.arch === arch))));
  const head = ['of the races', 'FAIL before', 'FAIL after', 'ok on both', 'open', 'N/A'];
  const body = archs.map((arch, i) => [arch, ...sums[i]!.map(String)]);
  const widths = head.map((title, c) => widest([title, ...body.map((row) => row[c] ?? '')]));
  return [
    ...rowLines(
      head.map((title) => cell(title)),
      widths,
    ),
    style.dim(rule(widths)),
    ...body.flatMap((row, i) =>
      rowLines(
        row.map((text, c) => cell(text, c === 2 && sums[i]![1] > 0 ? style.bad : undefined)),
        widths,
      ),
    ),
  ];
}

/** Broken before the fix, broken after it, neither, not known, not applicable. */
function sumOf(cells: readonly RaceCell[]): readonly [number, number, number, number, number] {
  const number = (fits: (before: Verdict['outcome'], after: Verdict['outcome']) => boolean): number =>
    cells.filter(({ before, after }) => fits(before.outcome, after.outcome)).length;
  return [
    number((before) => isBroken(before)),
    number((_, after) => isBroken(after)),
    number((before, after) => before === 'clean' && after === 'clean'),
    number((before, after) => isOpen(before) || isOpen(after)),
    number((before, after) => before === 'n/a' && after === 'n/a'),
  ];
}
