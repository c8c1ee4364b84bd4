/** What was counted beside what real kernels did. */
import type { ComparedNumber, ComparedRow, CountAgreement } from '@shootdown/core';
import { cell } from './grid.ts';
import { figure, notModelled, table } from './measure-table.ts';
import { styleOf } from './style.ts';
import type { Content, RenderOptions } from './report.ts';
import { paragraph } from './wrap.ts';

type Counts = Extract<Content, { kind: 'counts' }>;

export function countsText(counts: Counts, options: RenderOptions): string {
  const { rows, sums } = counts;
  const style = styleOf(options);
  const accent: Readonly<Record<CountAgreement, ((text: string) => string) | undefined>> = {
    equal: undefined,
    rounded: style.dim,
    different: style.bad,
    'not modelled': style.dim,
  };
  const lines = sums.flatMap(({ arch, columns }) =>
    (['equal', 'rounded', 'different', 'not modelled'] as const).map((agreement, i) => [
      cell(i === 0 ? arch : ''),
      cell(agreement),
      ...Object.values(columns).map((column) =>
        cell(String(column[agreement]), column[agreement] > 0 ? accent[agreement] : style.dim),
      ),
    ]),
  );
  const names = Object.keys(sums[0]?.columns ?? {});
  const blocks = [
    table(['architecture', 'rows', ...names], lines, style.dim),
    differences(rows, options),
    notModelled(rows, options),
    functionsText(counts, options),
    legend(options),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

const isDifferent = (n: ComparedNumber): boolean => n.agreement === 'different';
const both = (n: ComparedNumber): string => `${n.name} ${figure(n.ours ?? NaN)}, kernel ${figure(n.theirs)}`;

/** Columns first; functions say where to look. */
function differences(rows: readonly ComparedRow[], options: RenderOptions): string[] {
  return rows.flatMap((row) => {
    const [columns, functions] = [row.columns.filter(isDifferent), row.functions.filter(isDifferent)];
    if (columns.length + functions.length === 0) return [];
    const name = `${row.operation}:${row.arch}:${row.mode}`;
    if (columns.length === 0)
      return paragraph(`functions different: ${name}: ${functions.map(both).join('; ')}`, options.columns, 2);
    return [
      ...paragraph(`different: ${name}: ${columns.map(both).join('; ')}`, options.columns, 2),
      ...paragraph(`  functions: ${functions.map(both).join('; ') || 'none that is compared'}`, options.columns, 4),
    ];
  });
}

/** Which functions were compared, and which were not and why. */
function functionsText({ rows, notCompared, beside }: Counts, options: RenderOptions): string[] {
  const names = [...new Set(rows.flatMap((row) => row.functions.map((n) => n.name)))];
  if (names.length === 0) return [];
  const archs = [...new Set(rows.map((row) => row.arch))];
  const lines = archs.flatMap((arch) => {
    const all = rows.filter((row) => row.arch === arch).flatMap((row) => row.functions);
    const of = (agreement: CountAgreement): string => String(all.filter((n) => n.agreement === agreement).length);
    return [
      [
        cell(arch),
        cell(String(new Set(all.map((n) => n.name)).size)),
        cell(of('equal')),
        cell(of('rounded')),
        cell(of('different')),
      ],
    ];
  });
  const rowsOf = ({ operations, modes, archs: where }: Counts['beside'][number]): string =>
    [operations?.join(' '), where?.join(' '), modes?.join(' ')].filter((part) => part !== undefined).join(', ');
  return [
    ...table(
      ['architecture', 'functions and instructions', 'equal', 'rounded', 'different'],
      lines,
      styleOf(options).dim,
    ),
    ...paragraph(`compared: ${names.join(', ')}`, options.columns, 2),
    ...notCompared.flatMap(({ why, names: left }) =>
      paragraph(`not compared, ${why}: ${left.join(', ')}`, options.columns, 2),
    ),
    ...beside.flatMap((b) =>
      paragraph(`not compared in ${rowsOf(b)}, ${b.says}: ${b.functions.join(', ')}`, options.columns, 2),
    ),
  ];
}

const legend = (options: RenderOptions): string[] =>
  paragraph(
    'equal: the same number. rounded: the kernel did not do the same in every repetition, and its average rounds to ours. Numbers are per repetition.',
    options.columns,
    0,
  ).map(styleOf(options).dim);
