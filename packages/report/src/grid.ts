/** Sets cells of text in columns. */
import type { Accent } from './style.ts';
import { wrap } from './wrap.ts';

/** A cell: its text, and how it is painted. */
export interface Cell {
  readonly text: string;
  readonly accent?: Accent;
}
export const cell = (text: string, accent?: Accent): Cell => (accent ? { text, accent } : { text });

export const GAP = '  ';

/** Width that cells need when nothing is wrapped. */
export const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.flatMap((t) => t.split('\n')).map((t) => t.length));

/** Width of a whole row. */
export const rowWidth = (widths: readonly number[]): number =>
  widths.reduce((a, b) => a + b, 0) + GAP.length * Math.max(0, widths.length - 1);

/** The lines of one row; each cell is wrapped to the width of its column. */
export function rowLines(cells: readonly Cell[], widths: readonly number[]): string[] {
  const columns = cells.map((c, i) => wrap(c.text, widths[i] ?? 8));
  const height = Math.max(1, ...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, y) => lineOf(cells, columns, widths, y));
}

function lineOf(cells: readonly Cell[], columns: readonly string[][], widths: readonly number[], y: number): string {
  let line = '';
  let pending = '';
  cells.forEach((c, i) => {
    const text = columns[i]?.[y] ?? '';
    // Blanks are kept back until something follows them: no line ends in blanks.
    if (text.trim() !== '') {
      line += pending + (c.accent ? c.accent(text) : text);
      pending = '';
    } else pending += text;
    pending += ' '.repeat(Math.max(0, (widths[i] ?? 0) - text.length)) + GAP;
  });
  return line;
}

/** A rule of dashes under a heading. */
export const rule = (widths: readonly number[]): string => widths.map((w) => '-'.repeat(w)).join(GAP);
