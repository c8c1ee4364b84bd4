/** What operations did: a table of counts, and who caused what. */
import type { CallNode, Measured } from '@shootdown/core';
import { cell } from './grid.ts';
import { figure, notModelled, table } from './measure-table.ts';
import { paintOf } from './paint.ts';
import type { Look } from './report.ts';

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
  return [
    ...table(['operation', 'architecture', 'mode', ...names], rows, paint.dim),
    ...notModelled(measured, look),
  ].join('\n');
}

export const whyText = (measured: readonly Measured[], look: Look): string =>
  measured.map((m) => oneWhy(m, look)).join('\n\n');

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
