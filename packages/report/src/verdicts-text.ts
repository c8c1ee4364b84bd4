/** Verdicts one below the other, each with what it rests on; then the counterexamples. */
import type { Parting, Verdict } from '@shootdown/core';
import { cell, rowLines, widest, type Cell } from './grid.ts';
import { incidentOf } from './incident.ts';
import { incidentText } from './incident-text.ts';
import { styleOf } from './style.ts';
import { partingText } from './parting-text.ts';
import type { RenderOptions } from './report.ts';
import { thresholdLines } from './thresholds-text.ts';
import { broke, evidenceOf, GRADE, limitLine, many, omissionOf, replayCommand, seconds, type Grade } from './words.ts';
import { paragraph } from './wrap.ts';

export function verdictsText(
  verdicts: readonly Verdict[],
  partings: readonly Parting[],
  options: RenderOptions,
): string {
  const style = styleOf(options);
  const names = widest(verdicts.map(nameOf));
  const archs = widest(verdicts.map((v) => v.arch));
  const widths = [4, names, archs, Math.max(24, options.columns - names - archs - 10)];
  const lines = verdicts.flatMap((v) => rowLines([broke(v, style), cell(nameOf(v)), cell(v.arch), restsOn(v)], widths));
  const incidents = verdicts.flatMap((v) => incidentOf(v) ?? []).map((i) => incidentText(i, options));
  const states = verdicts.reduce((sum, v) => sum + v.evidence.states, 0);
  const time = verdicts.reduce((sum, v) => sum + v.evidence.seconds, 0);
  const omission = omissionOf(verdicts);
  return [
    [
      ...lines,
      ...verdicts.flatMap((v) => rejectedSymmetries(v, options.columns)),
      ...verdicts.flatMap((v) => limitsOf(v, options)),
    ].join('\n'),
    ...incidents,
    ...partings.map((parting) => partingText(parting, verdicts, options)),
    [
      ...legend(verdicts, options.columns).map(style.dim),
      ...thresholdLines(verdicts, options.columns).map(style.dim),
      ...paragraph(
        [
          `${many(verdicts.length, 'verdict')}, ${many(states, 'state')}, ${seconds(time)} s`,
          ...(omission ? [omission] : []),
        ].join('; '),
        options.columns,
        0,
      ),
    ].join('\n'),
  ].join('\n\n');
}

/** Why CPUs that looked alike were told apart: it makes a search several times as big. */
const rejectedSymmetries = (v: Verdict, columns: number): string[] =>
  v.evidence.unlike === undefined
    ? []
    : paragraph(
        `${nameOf(v)} on ${v.arch}: CPUs with the same thread are told apart: ${v.evidence.unlike}`,
        columns,
        0,
      );

/** What code gave up at, and how to see it. */
const limitsOf = (v: Verdict, options: RenderOptions): string[] =>
  (v.evidence.limits ?? []).flatMap((limit) => [
    ...paragraph(
      `${nameOf(v)} on ${v.arch} gave up, and what lies behind it was not tried: ${limitLine(limit)}`,
      options.columns,
      0,
    ),
    ...(limit.token === undefined ? [] : [`    ${replayCommand(limit.token, options)}`]),
  ]);

const nameOf = (v: Verdict): string => `${v.workload} ${v.variant}`;

/** What the grades that occur mean. */
function legend(verdicts: readonly Verdict[], columns: number): string[] {
  // What was found and not shortened to the end says so itself.
  const grades = [
    ...new Set(
      verdicts.filter(({ evidence }) => evidence.grade !== 'found' || !evidence.cut).map((v) => v.evidence.grade),
    ),
  ].filter((grade): grade is Exclude<Grade, 'none'> => grade !== 'none');
  return paragraph(grades.map((grade) => `${grade}: ${GRADE[grade]}`).join('; '), columns, 0).filter(
    (line) => line !== '',
  );
}

function restsOn(v: Verdict): Cell {
  if (v.evidence.grade === 'none') return cell(v.reason ?? 'not searched');
  return cell(`${v.evidence.grade}: ${evidenceOf(v.evidence)}`);
}
