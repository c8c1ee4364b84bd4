/** Draws lanes: step numbers, one column per CPU, what each step changed. */
import type { Trace, TraceEvent } from '@shootdown/core';
import { cell, GAP, rowLines, rule, widest, type Cell } from './grid.ts';
import { lanesOf, rowsOf, type Row } from './lanes.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';

/** A column narrower than this is not readable. */
const NARROWEST = 16;
const CHANGES_AT_MOST = 34;

/**
 * Lines of the picture.
 * @param breach word that marks the step where it broke
 */
export function lanesText(trace: Trace, breach: string, options: RenderOptions): string[] {
  const style = styleOf(options);
  const lanes = lanesOf(trace);
  const rows = rowsOf(trace, options.full ? 'all' : 'relevant');
  const widths = widthsOf(rows, lanes.length, options);
  const at = new Map(lanes.map((lane, i) => [lane.key, i]));
  const inside = new Map<string, string>();
  const body = rows.flatMap((row) => {
    const before = inside.get(row.process);
    // Behind a fold the function is named again.
    inside.set(row.process, row.event ? row.inside : '');
    const text = stepText(row, before);
    const column = at.get(row.lane) ?? 0;
    const broken = (row.event?.broken.length ?? 0) > 0;
    const accent = broken ? style.bad : row.event ? undefined : style.dim;
    const lane = lanes.map((_, i): Cell => (i === column ? { text, ...(accent ? { accent } : {}) } : cell('')));
    return rowLines(
      [
        cell(numberOf(row)),
        ...lane,
        { text: changeText(row.event, breach, options), ...(broken ? { accent: style.bad } : {}) },
      ],
      widths,
    );
  });
  const head = rowLines([cell(' #'), ...lanes.map((lane) => cell(lane.title, style.bold)), cell('changed')], widths);
  return [...head, style.dim(rule(widths)), ...body].map((line) => ` ${line}`);
}

function widthsOf(rows: readonly Row[], lanes: number, options: RenderOptions): number[] {
  const numbers = Math.max(2, ...rows.map((row) => numberOf(row).length));
  const room = options.columns - 1 - numbers - GAP.length * (lanes + 1);
  const wanted = Math.max('*** changed ***'.length, widest(rows.map((row) => changeText(row.event, '', options))));
  const changes = Math.max(
    NARROWEST,
    Math.min(wanted, CHANGES_AT_MOST, Math.floor(room / (lanes + 1)) + 4, room - lanes * NARROWEST),
  );
  const lane = Math.max(NARROWEST, Math.floor((room - changes) / Math.max(1, lanes)));
  return [numbers, ...Array.from({ length: lanes }, () => lane), changes];
}

const numberOf = (row: Row): string =>
  row.first === row.last ? String(row.first).padStart(2) : `${row.first}-${row.last}`;

/** The function when it is another one than before, the step below it. */
function stepText(row: Row, before: string | undefined): string {
  const tag = row.tag ? `${row.tag} ` : '';
  const own = row.inside;
  if (!row.event) return `${tag}(${row.last - row.first + 1} steps${own === '' ? '' : ` in ${own}`})`;
  const heading = own !== '' && own !== before ? `${tag}${own}:\n` : '';
  const step = `${own === '' || heading === '' ? tag : ''}${row.event.text}`;
  const waited = row.event.why && !row.event.text.includes(row.event.why) ? `\n    waited until ${row.event.why}` : '';
  return heading + (own === '' ? step : `  ${step}`) + waited;
}

/** What a step changed. Cells that only our watchers keep are left out, unless everything is wanted. */
function changeText(event: TraceEvent | undefined, breach: string, options: RenderOptions): string {
  if (!event) return '';
  const changes = event.changes.filter((c) => options.full === true || !c.ghost);
  return [
    ...changes.map((c) => `${c.cell}: ${c.from} -> ${c.to}`),
    ...(event.broken.length > 0 ? [`*** ${breach} ***`] : []),
  ].join('\n');
}
