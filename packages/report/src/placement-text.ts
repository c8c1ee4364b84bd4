/** Where kicks and flushes may stand, what each choice costs, and what breaks under those that cost less. */
import type { Choice, Placement, Verdict } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';
import { replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

const number = (n: number | undefined): string => (n === undefined ? '-' : String(Math.round(n * 10) / 10));
const namesOf = (choice: Choice): string =>
  [...choice.places, ...choice.with.map((change) => `with ${change}`)].join('\n') || 'nothing';

export function placementText(placement: Placement, options: RenderOptions): string {
  const style = styleOf(options);
  const { arch, mix, mode, races, skipped, choices } = placement;
  const notes = new Map(choices.flatMap((c) => c.breaks).map((verdict, i) => [verdict, i + 1]));
  const columns = ['place', ...mix.map((m) => m.name), 'mix', 'breaks'];
  const rows = choices.map((c) => [
    namesOf(c),
    ...mix.map((m) => number(c.ipis[m.name])),
    number(c.cost),
    c.holds ? 'nothing' : c.breaks.map((v) => `[${notes.get(v)}]`).join(' '),
  ]);
  const widths = columns.map((title, i) => widest([title, ...rows.map((row) => row[i] ?? '')]));
  const best = choices.find((c) => c.holds);
  const blocks = [
    [
      style.bold(
        `Interrupts of one operation on ${arch}, ${mode}; mix: ${mix.map((m) => `${m.weight} ${m.name} (${m.operation})`).join(', ')}`,
      ),
      ...paragraph(
        `Races: ${races.join(', ')}${skipped.length > 0 ? `. Not applicable: ${skipped.join(', ')}` : ''}.`,
        options.columns,
        0,
      ),
    ].flatMap((line) => paragraph(line, options.columns, 0)),
    [
      ...rowLines(
        columns.map((t) => cell(t)),
        widths,
      ),
      style.dim(rule(widths)),
      ...rows.flatMap((row, i) =>
        rowLines(
          row.map((t, c) => cell(t, c === row.length - 1 ? (choices[i]?.holds ? style.good : style.bad) : undefined)),
          widths,
        ),
      ),
    ],
    [...notes].flatMap(([verdict, n]) => noteLines(verdict, n, options)),
    best
      ? paragraph(
          `Cheapest under which all hold: ${namesOf(best).replaceAll('\n', ', ')}, ${number(best.cost)} interrupts.`,
          options.columns,
          0,
        ).map(style.bold)
      : ['Under none of these sets all hold.'],
    placement.complete ? [] : ['Some searches did not end.'],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function noteLines(verdict: Verdict, n: number, options: RenderOptions): string[] {
  const { counterexample: c } = verdict;
  const style = styleOf(options);
  return c
    ? [
        `[${n}] ${verdict.workload}: ${c.breach}, ${c.length} steps`,
        `    ${style.dim(replayCommand(c.token, options))}`,
      ]
    : [`[${n}] ${verdict.workload}: ${verdict.outcome}`];
}
