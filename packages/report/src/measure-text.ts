/** What operations did: a table of counts, the same beside what real kernels did, and who caused what. */
import type { CallNode, ComparedNumber, ComparedRow, CountAgreement, Measured } from '@shootdown/core';
import { cell, rowLines, rule, widest, type Cell } from './grid.ts';
import { paintOf } from './paint.ts';
import type { Content, Look } from './report.ts';
import { paragraph } from './wrap.ts';

/** Averages over repetitions need no more places. */
const figure = (n: number): string => String(Math.round(n * 100) / 100);

/** Lines of a table whose first columns are words, and the rest numbers. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[], dim: (text: string) => string): string[] {
  const widths = head.map((title, i) => widest([title, ...rows.map((row) => row[i]?.text ?? '')]));
  return [
    ...rowLines(
      head.map((title) => cell(title)),
      widths,
    ),
    dim(rule(widths)),
    ...rows.flatMap((row) => rowLines(row, widths)),
  ];
}

export function measurementsText(measured: readonly Measured[], look: Look): string {
  const paint = paintOf(look);
  const names = Object.keys(measured[0]?.columns ?? {});
  const rows = measured.map((m) => [
    cell(m.operation),
    cell(m.arch),
    cell(m.mode),
    ...(m.notModelled === undefined
      ? Object.values(m.columns).map((n) => cell(figure(n), n === 0 ? paint.dim : undefined))
      : names.map(() => cell('-', paint.dim))),
  ]);
  return [...table(['operation', 'architecture', 'mode', ...names], rows, paint.dim), ...notModelled(measured, look)].join('\n');
}

/** Why there are no numbers, each reason once. */
function notModelled(rows: readonly { readonly operation: string; readonly notModelled?: string }[], look: Look): string[] {
  const reasons = new Set(rows.flatMap((row) => row.notModelled ?? []));
  return [...reasons].flatMap((reason) => {
    const operations = new Set(rows.filter((row) => row.notModelled === reason).map((row) => row.operation));
    return paragraph(`not modelled: ${reason} (${[...operations].join(', ')})`, look.columns, 2);
  });
}

export function countsText({ rows, sums }: Extract<Content, { kind: 'counts' }>, look: Look): string {
  const paint = paintOf(look);
  const ink: Readonly<Record<CountAgreement, ((text: string) => string) | undefined>> = {
    equal: undefined,
    rounded: paint.dim,
    different: paint.bad,
    'not modelled': paint.dim,
  };
  const lines = sums.flatMap(({ arch, columns }) =>
    (['equal', 'rounded', 'different', 'not modelled'] as const).map((agreement, i) => [
      cell(i === 0 ? arch : ''),
      cell(agreement),
      ...Object.values(columns).map((column) => cell(String(column[agreement]), column[agreement] > 0 ? ink[agreement] : paint.dim)),
    ]),
  );
  const names = Object.keys(sums[0]?.columns ?? {});
  const blocks = [
    table(['architecture', 'rows', ...names], lines, paint.dim),
    differences(rows, look),
    notModelled(rows, look),
    legend(look),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

const isDifferent = (n: ComparedNumber): boolean => n.agreement === 'different';
const both = (n: ComparedNumber): string => `${n.name} ${figure(n.ours ?? NaN)}, kernel ${figure(n.theirs)}`;

/** Columns first. Functions only where a column differs: they say where to look. */
function differences(rows: readonly ComparedRow[], look: Look): string[] {
  return rows
    .filter((row) => row.columns.some(isDifferent))
    .flatMap((row) => [
      ...paragraph(
        `different: ${row.operation}:${row.arch}:${row.mode}: ${row.columns.filter(isDifferent).map(both).join('; ')}`,
        look.columns,
        2,
      ),
      ...paragraph(`  functions: ${row.functions.filter(isDifferent).map(both).join('; ') || 'none that is compared'}`, look.columns, 4),
    ]);
}

const legend = (look: Look): string[] =>
  paragraph(
    'equal: the same number. rounded: the kernel did not do the same in every repetition, and its average rounds to ours. Numbers are per repetition.',
    look.columns,
    0,
  ).map(paintOf(look).dim);

export const whyText = (measured: readonly Measured[], look: Look): string => measured.map((m) => oneWhy(m, look)).join('\n\n');

function oneWhy(m: Measured, look: Look): string {
  const paint = paintOf(look);
  const head = paint.bold(`${m.operation} on ${m.arch}, ${m.mode}`);
  if (m.notModelled !== undefined) return `${head}\nnot modelled: ${m.notModelled}`;
  const counts = Object.entries(m.columns)
    .filter(([, n]) => n !== 0)
    .map(([name, n]) => `${name} ${figure(n)}`);
  const tree = m.tree.length > 0 ? branches(m.tree, '', look) : ['no flush, no interrupt, no wait for walkers'];
  return [head, ...tree, paint.dim(counts.length > 0 ? counts.join(', ') : 'nothing counted')].join('\n');
}

function branches(nodes: readonly CallNode[], indent: string, look: Look): string[] {
  const paint = paintOf(look);
  return nodes.flatMap((node) => {
    const times = node.times > 1 ? ` x${node.times}` : '';
    const own =
      node.kind === 'ipi'
        ? paint.warn(`IPI ${node.name} to ${(node.to ?? []).map((cpu) => `cpu${cpu}`).join(' ')}`)
        : node.kind === 'function'
          ? node.name
          : paint.bold(node.name);
    const mark = node.kind === 'flush' ? '   <- flush' : node.kind === 'kick' ? '   <- waits for walkers' : '';
    const cpu = node.cpu === 0 ? '' : `cpu${node.cpu}: `;
    return [`${indent}${cpu}${own}${times}${paint.dim(mark)}`, ...branches(node.children, `${indent}  `, look)];
  });
}
