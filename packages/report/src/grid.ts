/** Sets cells of text in columns. */
import type { RenderOptions } from './report.ts';
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

/** Parts of a list that each fit: as few as it takes, about equally long. One that fits nowhere stands alone. */
export function partsOf<T>(all: readonly T[], isFitting: (part: readonly T[]) => boolean): T[][] {
  for (let count = 1; ; count++) {
    const size = Math.max(1, Math.ceil(all.length / count));
    const parts = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
    if (size === 1 || parts.every(isFitting)) return parts;
  }
}

/** Lines of a screen whose height is not known. */
const USUAL_ROWS = 40;

/** Does a text fit the screen, with a line for the prompt, and every line of it? */
export const fits = (
  text: string,
  { columns, rows = USUAL_ROWS }: Pick<RenderOptions, 'columns' | 'rows'>,
): boolean => {
  const lines = text.replaceAll(COLOURS, '').split('\n');
  return lines.length < rows && lines.every((line) => line.length <= columns);
};
const COLOURS = /\u001b\[[\d;]*m/g;
