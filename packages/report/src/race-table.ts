/** The table of a comparison: races down, architectures across; beside each other where there is room, stacked where not. */
import type { Comparison, RaceCell, RaceRow } from '@shootdown/core';
import type { Footnotes } from './footnotes.ts';
import { cell, partsOf, rowLines, rowWidth, rule, widest, type Cell } from './grid.ts';
import type { Style } from './style.ts';
import { halves, accentOf, isBroken, markOf, wordOf } from './words.ts';

/** One way to set the table. */
interface Layout {
  readonly archs: readonly string[];
  readonly widths: readonly number[];
  readonly stacked: boolean;
}

type Half = ReturnType<typeof halves>[number];

/** Lines of the table. Too many architectures for the width: more tables below each other. */
export function raceTable(comparison: Comparison, notes: Footnotes, columns: number, style: Style): string[] {
  const found = fit(comparison, notes, columns);
  return found.flatMap((layout, i) => [...(i > 0 ? [''] : []), ...tableLines(comparison, layout, notes, style)]);
}

/** The first layout that fits: beside each other, stacked, stacked in as many parts as it takes. */
function fit(comparison: Comparison, notes: Footnotes, columns: number): Layout[] {
  const { archs } = comparison;
  const tries = [layoutOf(comparison, archs, false, notes), layoutOf(comparison, archs, true, notes)];
  const fitting = tries.find((l) => rowWidth(l.widths) <= columns);
  if (fitting) return [fitting];
  return partsOf(archs, (part) => rowWidth(layoutOf(comparison, part, true, notes).widths) <= columns).map((part) =>
    layoutOf(comparison, part, true, notes),
  );
}

function layoutOf(comparison: Comparison, archs: readonly string[], stacked: boolean, notes: Footnotes): Layout {
  const ids = comparison.rows.map((r) => r.id);
  const first = stacked ? Math.max(4, ...ids.map((id) => widest([split(id)]))) : widest(['race', ...ids]);
  const own = archs.map((arch) => {
    const cells = comparison.rows.flatMap((r) => r.cells.filter((c) => c.arch === arch));
    const texts = cells.flatMap((c) => (stacked ? halves(c).map((h) => halfText(h, notes)) : [inlineText(c, notes)]));
    const wrong = comparison.rows
      .flatMap((r) => mistakeIn(r, arch) ?? [])
      .map((code) => (stacked ? split(code) : code));
    return widest([...texts, ...wrong, stacked ? split(arch) : arch]);
  });
  return { archs, stacked, widths: stacked ? [first, 'before'.length, ...own] : [first, ...own] };
}

function tableLines(
  comparison: Comparison,
  { archs, widths, stacked }: Layout,
  notes: Footnotes,
  style: Style,
): string[] {
  const head = stacked
    ? [cell('race'), cell('fix'), ...archs.map((a) => cell(split(a)))]
    : [cell('race'), ...archs.map((a) => cell(a))];
  const body = comparison.rows.flatMap((row) => {
    const cells = archs.map((arch) => row.cells.find((c) => c.arch === arch));
    if (!stacked)
      return rowLines(
        [
          cell(row.id),
          ...cells.map((c, i) =>
            c ? cell(inlineText(c, notes), accentOfCell(c, style)) : cell(mistakeIn(row, archs[i]!) ?? '-', style.bad),
          ),
        ],
        widths,
      );
    return ([0, 1] as const).flatMap((i) => {
      const id = split(row.id).split('\n')[i] ?? '';
      const missing = (arch: string): Cell => cell(split(mistakeIn(row, arch) ?? '-').split('\n')[i] ?? '', style.bad);
      const halfCells = cells.map((c, a) => (c ? halfCell(halves(c)[i], notes, style) : missing(archs[a]!)));
      return rowLines([cell(id), cell(i === 0 ? 'before' : 'after', style.dim), ...halfCells], widths);
    });
  });
  return [...rowLines(head, widths), style.dim(rule(widths)), ...body];
}

/** Code of the mistake for which a cell is missing. */
const mistakeIn = (row: RaceRow, arch: string): string | undefined =>
  row.mistakes?.find((m) => m.arch === undefined || m.arch === arch)?.code;

/** `FAIL`, `FAIL! [3]`, `ok*`. */
function halfText({ verdict, expected }: Half, notes: Footnotes): string {
  const note = notes.get(verdict);
  return wordOf(verdict.outcome) + markOf(expected, verdict.outcome) + (note ? ` [${note}]` : '');
}
const halfCell = (half: Half | undefined, notes: Footnotes, style: Style): Cell =>
  half ? cell(halfText(half, notes), accentOf(half.verdict.outcome, style)) : cell('-');

/** `FAIL | ok [3]`. */
function inlineText(c: RaceCell, notes: Footnotes): string {
  const [before, after] = halves(c).map((h) => wordOf(h.verdict.outcome) + markOf(h.expected, h.verdict.outcome));
  const numbers = halves(c).flatMap((h) => notes.get(h.verdict) ?? []);
  const words = before === 'N/A' && after === 'N/A' ? 'N/A' : `${before} | ${after}`;
  return words + (numbers.length > 0 ? ` [${numbers.join(',')}]` : '');
}
/** A cell beside the reference is red; one that breaks before its fix only is as it should be. */
const accentOfCell = (c: RaceCell, style: Style): Cell['accent'] =>
  c.agreement === 'disagree' || isBroken(c.after.outcome)
    ? style.bad
    : isBroken(c.before.outcome)
      ? style.warn
      : accentOf(c.after.outcome, style);

/** A name in two lines of about equal length, broken behind a dash or, where it is a code, behind `_`; short names stay whole. */
export function split(name: string): string {
  if (name.length <= 8) return name;
  const cuts = [...name.matchAll(/^SD_/.test(name) ? /_/g : /-/g)].map((m) => m.index + 1);
  const best = cuts.toSorted((a, b) => Math.max(a, name.length - a) - Math.max(b, name.length - b))[0];
  return best === undefined ? name : `${name.slice(0, best)}\n${name.slice(best)}`;
}
