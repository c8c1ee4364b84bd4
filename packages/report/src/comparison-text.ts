/** A comparison in words: observations, how to see each break, the table, who differs from the reference, the sums. */
import type { Comparison, RaceCell, Verdict } from '@shootdown/core';
import { footnoteLines, footnotesOf, type Footnotes } from './footnotes.ts';
import { fits } from './grid.ts';
import { observationLines } from './observation.ts';
import { styleOf, type Style } from './style.ts';
import { archTable } from './arch-table.ts';
import { raceTable } from './race-table.ts';
import type { RenderOptions } from './report.ts';
import { thresholdLines } from './thresholds-text.ts';
import {
  contradicts,
  count,
  halves,
  isBroken,
  isOpen,
  limitLine,
  many,
  markOf,
  MEANING,
  omissionOf,
  programOf,
  seconds,
  wordOf,
} from './words.ts';
import { paragraph } from './wrap.ts';

/**
 * All of it where it fits the screen, or when it is asked for. Else what is long in words is left out, and the sum over each architecture
 * comes last: it is what stays on the screen.
 * @param leftOut races that were not judged, because their searches are long
 */
export function comparisonText(comparison: Comparison, leftOut: readonly string[], options: RenderOptions): string {
  const style = styleOf(options);
  const notes = footnotesOf(comparison);
  const { columns } = options;
  const table = [raceTable(comparison, notes, columns, style), legend(comparison, columns, style)];
  const wrong = [
    differences(comparison, columns, style),
    mistakes(comparison, columns, style),
    unfinished(comparison, columns, style),
  ];
  const sums = [leftOutLines(leftOut, options), summary(comparison, columns, style)];
  const thresholds = thresholdLines(verdictsOf(comparison), columns).map(style.dim);
  const inWords = [observationLines(comparison, columns), footnoteLines(notes, options, style)];
  const whole = textOf([...inWords, ...table, ...wrong, thresholds, ...sums]);
  if (options.verbose === true || fits(whole, { ...options, columns: Infinity })) return whole;
  return textOf([...table, ...wrong, archTable(comparison, style), howToSee(notes, options), ...sums]);
}

const textOf = (blocks: readonly (readonly string[])[]): string =>
  blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');

/** Where the commands are that show what breaks. */
function howToSee(notes: Footnotes, options: RenderOptions): string[] {
  const [first] = notes.keys();
  if (!first) return [];
  const { workload, arch } = first;
  const numbers = notes.size === 1 ? '[1] is' : `[1] to [${notes.size}] are`;
  return [
    ...paragraph(
      `${numbers} shown step by step by run, and by the replay commands of --verbose. The first:`,
      options.columns,
      0,
    ),
    `  ${programOf(options)} run ${workload} --variant before --arch ${arch}`,
  ];
}

/** Races that nobody asked for by name, and whose searches are long. */
function leftOutLines(names: readonly string[], options: RenderOptions): string[] {
  const [first] = names;
  if (first === undefined) return [];
  return [
    ...paragraph(
      `Not judged, because the searches are long: ${names.join(', ')}. They are judged when they are named:`,
      options.columns,
      0,
    ),
    `  ${programOf(options)} compare ${first}`,
  ];
}

const cellsOf = (comparison: Comparison): RaceCell[] => comparison.rows.flatMap((r) => r.cells);
const verdictsOf = (comparison: Comparison): Verdict[] => cellsOf(comparison).flatMap((c) => [c.before, c.after]);

/** Only the words and marks that occur. */
function legend(comparison: Comparison, columns: number, style: Style): string[] {
  const used = new Set(
    cellsOf(comparison).flatMap((c) =>
      halves(c).flatMap((h) => [wordOf(h.verdict.outcome), markOf(h.expected, h.verdict.outcome)]),
    ),
  );
  const words = Object.entries(MEANING)
    .filter(([word]) => used.has(word))
    .map(([word, says]) => `${word}: ${says}`);
  return paragraph(`before the fix | after it; ${words.join('; ')}`, columns, 0).map(style.dim);
}

/** A sentence for each half that says something else than the reference. */
function differences(comparison: Comparison, columns: number, style: Style): string[] {
  return comparison.rows.flatMap((row) =>
    row.cells.flatMap((c) =>
      halves(c)
        .filter((h) => contradicts(h.expected, h.verdict.outcome))
        .flatMap((h) =>
          paragraph(
            `! ${row.id} on ${c.arch}, ${h.variant} the fix: the reference says ${h.expected}, found ${isBroken(h.verdict.outcome) ? `'${h.verdict.counterexample?.claim}' broken` : 'clean'}.`,
            columns,
            0,
          ).map(style.bad),
        ),
    ),
  );
}

/** What is wrong with races that were not judged: each thing once, with where it was met. */
function mistakes(comparison: Comparison, columns: number, style: Style): string[] {
  return comparison.rows.flatMap((row) => {
    const said = new Map<string, string[]>();
    for (const { arch, code, what, hint } of row.mistakes ?? []) {
      const text = `${code}: ${what}${hint ? `\n${hint}` : ''}`;
      said.set(text, [...(said.get(text) ?? []), ...(arch === undefined ? [] : [arch])]);
    }
    return [...said].flatMap(([text, archs]) => {
      const [first = '', ...more] = text.split('\n');
      const where = archs.length === 0 ? row.id : `${row.id} on ${archs.join(', ')}`;
      return [
        ...paragraph(`not judged: ${where}: ${first}`, columns, 0).map(style.bad),
        ...more.flatMap((line) => paragraph(line, columns, 2)),
      ];
    });
  });
}

/** How far the searches came that did not end. */
function unfinished(comparison: Comparison, columns: number, style: Style): string[] {
  const open = verdictsOf(comparison).filter((v) => isOpen(v.outcome));
  const begun = open.filter((v) => v.evidence.states > 0);
  const waiting = open.length - begun.length;
  return [
    ...begun.map(
      (v) =>
        `${wordOf(v.outcome)} ${v.workload} ${v.variant} on ${v.arch}: ${reasonOf(v)} after ${many(v.evidence.states, 'state')}, depth ${v.evidence.depth}${v.evidence.cut ? `, ${count(v.evidence.cut.waiting)} of them still to go on from` : ''}, nothing found so far.`,
    ),
    ...(waiting > 0 ? [`.. ${many(waiting, 'verdict')} not begun.`] : []),
  ].flatMap((line) => paragraph(line, columns, 0).map(style.warn));
}

/** Why a search has proved nothing. */
const reasonOf = ({ outcome, evidence: { cut, limits } }: Verdict): string =>
  outcome === 'bound' && !cut && limits
    ? `code gave up (${limits.map(limitLine).join('; ')})`
    : outcome === 'bound'
      ? 'bound hit'
      : 'interrupted';

function summary(comparison: Comparison, columns: number, style: Style): string[] {
  const cells = cellsOf(comparison);
  const finished = (c: RaceCell): boolean =>
    halves(c).every((h) => h.verdict.outcome !== 'bound' && h.verdict.outcome !== 'interrupted');
  const number = (word: RaceCell['agreement']): number =>
    cells.filter((c) => c.agreement === word && (word !== 'open' || finished(c))).length;
  const cut = cells.filter((c) => c.agreement === 'open' && !finished(c)).length;
  const missing = comparison.rows.length * comparison.archs.length - cells.length;
  const words = [
    `${number('agree')} agree`,
    `${number('disagree')} disagree`,
    `${number('open')} open`,
    `${number('n/a')} not applicable`,
    ...(cut > 0 ? [`${cut} not finished`] : []),
    ...(missing > 0 ? [`${missing} not judged`] : []),
  ].join(', ');
  const searched = verdictsOf(comparison).filter((v) => v.evidence.grade !== 'none');
  const states = searched.reduce((sum, v) => sum + v.evidence.states, 0);
  const proved = searched.filter((v) => v.evidence.grade === 'proved').length;
  const found = searched.filter((v) => v.evidence.grade === 'found').length;
  const omission = omissionOf(searched);
  return [
    (number('disagree') > 0 ? style.bad : style.bold)(words),
    ...paragraph(
      `${many(searched.length, 'verdict')} (${count(proved)} proved over every interleaving within the sizes printed above, ${count(found)} by counterexample), ${many(states, 'state')}, ${seconds(comparison.seconds)} s.${omission ? ` ${omission.replace('omission', 'Omission')}.` : ''}`,
      columns,
      0,
    ),
  ];
}
