/** Outcomes of litmus tests, in the form of herd7; beside a reference, how many agree. */
import { cell, rowLines, rule, widest } from './grid.ts';
import { paintOf } from './paint.ts';
import type { LitmusAnswer, Look } from './report.ts';
import { paragraph } from './wrap.ts';

type Outcome = Extract<LitmusAnswer, { outcome: unknown }>['outcome'];
type Agreement = NonNullable<LitmusAnswer['agreement']>;

const COLUMNS: readonly Agreement[] = ['equal', 'stronger', 'unsound', 'false alarm', 'ends differ', 'bound', 'not read', 'not modelled'];

export function litmusText(answers: readonly LitmusAnswer[], compared: boolean, look: Look): string {
  return compared ? summary(answers, look) : answers.map((answer) => ('outcome' in answer ? test(answer.outcome) : `${answer.file}: ${'mistake' in answer ? answer.mistake : answer.notModelled}`)).join('\n\n');
}

/** One test, line by line as herd7 has it. Counted are ends, not executions. */
function test({ name, verdict, ends, witnesses, holds, condition, memory, states, complete }: Outcome): string {
  const word = witnesses === 0 ? 'Never' : witnesses === ends.length ? 'Always' : 'Sometimes';
  return [
    `Test ${name} ${verdict}`,
    `States ${ends.length}`,
    ...ends.map((end) => `${Object.entries(end).map(([place, value]) => `${place}=${value};`).join(' ')}`),
    verdict === 'Unknown' ? verdict : holds ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${witnesses} Negative: ${ends.length - witnesses}`,
    `Condition ${condition}`,
    `Observation ${name} ${verdict === 'Unknown' ? verdict : word} ${witnesses} ${ends.length - witnesses}`,
    `Explored ${states} states under ${memory.toUpperCase()}${complete ? '' : ': the bound was reached, there may be more ends'}`,
  ].join('\n');
}

/** How many of each instruction set agree, then what does not. */
function summary(answers: readonly LitmusAnswer[], look: Look): string {
  const paint = paintOf(look);
  const isas = [...new Set(answers.map(({ isa }) => isa))];
  const head = ['instructions', 'tests', ...COLUMNS];
  const rows = isas.map((isa) => {
    const own = answers.filter((a) => a.isa === isa);
    return [isa, String(own.length), ...COLUMNS.map((column) => String(own.filter(({ agreement }) => agreement === column).length))];
  });
  const widths = head.map((title, i) => widest([title, ...rows.map((row) => row[i]!)]));
  const wrong = answers.filter(({ agreement }) => agreement !== undefined && !['equal', 'stronger', 'not modelled'].includes(agreement));
  const reasons = new Set(answers.flatMap((a) => ('notModelled' in a ? [`${a.isa}: ${a.notModelled}`] : [])));
  const without = answers.filter(({ agreement }) => agreement === undefined).length;
  return [
    ...[head, ...rows].flatMap((row, i) => [...rowLines(row.map((text) => cell(text)), widths), ...(i === 0 ? [paint.dim(rule(widths))] : [])]),
    ...wrong.map((a) => `${a.agreement}: ${a.file}${'outcome' in a ? ` (${a.outcome.verdict} here)` : 'mistake' in a ? `: ${a.mistake}` : ''}`),
    ...(without > 0 ? [`${without} tests have no reference`] : []),
    ...[...reasons].flatMap((reason) => paragraph(`not modelled: ${reason}`, look.columns, 2)),
  ].join('\n');
}
