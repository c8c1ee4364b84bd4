/** Outcomes of litmus tests, in the form of herd7; beside a reference, how many agree. */
import { cell, rowLines, rule, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { LitmusAnswer, LitmusEnd, RenderOptions } from './report.ts';
import { paragraph } from './wrap.ts';

type Outcome = Extract<LitmusAnswer, { outcome: unknown }>['outcome'];
type Agreement = NonNullable<LitmusAnswer['agreement']>;

const COLUMNS: readonly Agreement[] = [
  'equal',
  'stronger',
  'unsound',
  'false alarm',
  'ends differ',
  'deadlock',
  'bound',
  'not read',
  'not modelled',
];
/** Columns that are shown where there is something in them. */
const RARE: readonly Agreement[] = ['deadlock'];
const CUT = {
  states: 'the bound on states was reached',
  memory: 'the bound on memory was reached',
  time: 'the time was over',
  interrupt: 'the search was interrupted',
} as const;

/** A whole list. */
export function litmusText(
  answers: readonly LitmusAnswer[],
  compared: boolean,
  end: LitmusEnd,
  options: RenderOptions,
): string {
  return `${compared ? '' : answers.map(litmusAnswer).join('')}${litmusEnd(answers, compared, end, options)}`;
}

/** One answer of a list that is not compared with a reference, and what stands between it and the one before. */
export const litmusAnswer = (answer: LitmusAnswer, i: number): string =>
  `${i > 0 ? '\n\n' : ''}${'outcome' in answer ? test(answer.outcome) : `${answer.file}: ${'mistake' in answer ? answer.mistake : `not modelled: ${answer.notModelled}`}`}`;

/** What stands behind the last answer: a comparison, and how many there would have been. */
export function litmusEnd(
  answers: readonly LitmusAnswer[],
  compared: boolean,
  { asked = answers.length, complete = true }: LitmusEnd,
  options: RenderOptions,
): string {
  const whole = answers.filter((answer) => !('outcome' in answer) || answer.outcome.cut !== 'interrupt').length;
  return [
    ...(compared ? [summary(answers, options)] : []),
    ...(complete ? [] : [`Interrupted: ${whole} of ${asked} tests were answered.`]),
  ]
    .join('\n\n')
    .replace(/^(?=Interrupted)/, answers.length > 0 ? '\n\n' : '');
}

/** One test, line by line as herd7 has it. Counted are ends, not executions. */
function test({
  name,
  verdict,
  ends,
  witnesses,
  holds,
  condition,
  memory,
  states,
  complete,
  cut,
  deadlock,
  kept,
}: Outcome): string {
  const both = witnesses > 0 && witnesses < ends.length;
  // Never and always are known of all executions only, and where every one of them ends.
  const word = both
    ? 'Sometimes'
    : deadlock
      ? 'Deadlock'
      : !complete
        ? 'Unknown'
        : witnesses === 0
          ? 'Never'
          : 'Always';
  return [
    `Test ${name} ${verdict}`,
    `States ${ends.length}`,
    ...ends.map(
      (end) =>
        `${Object.entries(end)
          .map(([place, value]) => `${place}=${value};`)
          .join(' ')}`,
    ),
    verdict === 'Unknown' ? verdict : holds ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${witnesses} Negative: ${ends.length - witnesses}`,
    `Condition ${condition}`,
    `Observation ${name} ${word} ${witnesses} ${ends.length - witnesses}`,
    ...(deadlock
      ? [
          `Deadlock: ${deadlock.length > 0 ? deadlock.map(({ thread, waitsFor }) => `${thread} waits for ever for ${waitsFor}`).join(', ') : 'an execution never ends'}`,
        ]
      : []),
    ...(kept ?? []).map(({ thread, what }) => `Not given back: ${thread} may end with ${what}`),
    `Explored ${states} states under ${memory.toUpperCase()}${complete ? '' : `: ${CUT[cut ?? 'states']}, there may be more ends`}`,
  ].join('\n');
}

/** How many of each instruction set agree, then what does not. */
function summary(answers: readonly LitmusAnswer[], options: RenderOptions): string {
  const style = styleOf(options);
  const isas = [...new Set(answers.map(({ isa }) => isa))];
  const columns = COLUMNS.filter(
    (column) => !RARE.includes(column) || answers.some(({ agreement }) => agreement === column),
  );
  const head = ['instructions', 'tests', ...columns];
  const rows = isas.map((isa) => {
    const own = answers.filter((a) => a.isa === isa);
    return [
      isa,
      String(own.length),
      ...columns.map((column) => String(own.filter(({ agreement }) => agreement === column).length)),
    ];
  });
  const widths = head.map((title, i) => widest([title, ...rows.map((row) => row[i]!)]));
  const wrong = answers.filter(
    ({ agreement }) => agreement !== undefined && !['equal', 'stronger', 'not modelled'].includes(agreement),
  );
  const reasons = new Set(answers.flatMap((a) => ('notModelled' in a ? [`${a.isa}: ${a.notModelled}`] : [])));
  const without = answers.filter(({ agreement }) => agreement === undefined).length;
  return [
    ...[head, ...rows].flatMap((row, i) => [
      ...rowLines(
        row.map((text) => cell(text)),
        widths,
      ),
      ...(i === 0 ? [style.dim(rule(widths))] : []),
    ]),
    ...wrong.map(
      (a) =>
        `${a.agreement}: ${a.file}${'outcome' in a ? ` (${a.outcome.verdict} here)` : 'mistake' in a ? `: ${a.mistake}` : ''}`,
    ),
    ...(without > 0 ? [`${without} tests have no reference`] : []),
    ...[...reasons].flatMap((reason) => paragraph(`not modelled: ${reason}`, options.columns, 2)),
  ].join('\n');
}
