/** What operations did: a table of counts, and who caused what. */
import type { CallNode, Measured } from '@shootdown/core';
import { cell } from './grid.ts';
import { figure, notModelled, table } from './measure-table.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';

export function measurementsText(measured: readonly Measured[], options: RenderOptions): string {
  const style = styleOf(options);
  const names = Object.keys(measured[0]?.columns ?? {});
  const rows = measured.map((m) => [
    cell(m.operation),
    cell(m.arch),
    cell(m.mode),
    ...(m.notModelled === undefined
      ? Object.values(m.columns).map((n) => cell(figure(n), n === 0 ? style.dim : undefined))
      : names.map(() => cell('-', style.dim))),
  ]);
  return [
    ...table(['operation', 'architecture', 'mode', ...names], rows, style.dim),
    ...notModelled(measured, options),
  ].join('\n');
}

export const whyText = (measured: readonly Measured[], options: RenderOptions): string =>
  measured.map((m) => oneWhy(m, options)).join('\n\n');

function oneWhy(m: Measured, options: RenderOptions): string {
  const style = styleOf(options);
  const head = style.bold(`${m.operation} on ${m.arch}, ${m.mode}`);
  if (m.notModelled !== undefined) return `${head}\nnot modelled: ${m.notModelled}`;
  const counts = Object.entries(m.columns)
    .filter(([, n]) => n !== 0)
    .map(([name, n]) => `${name} ${figure(n)}`);
  const tree = m.tree.length > 0 ? branches(m.tree, '', options) : ['no flush, no interrupt, no wait for walkers'];
  return [head, ...tree, style.dim(counts.length > 0 ? counts.join(', ') : 'nothing counted')].join('\n');
}

function branches(nodes: readonly CallNode[], indent: string, options: RenderOptions): string[] {
  const style = styleOf(options);
  return nodes.flatMap((node) => {
    const times = node.times > 1 ? ` x${node.times}` : '';
    const own =
      node.kind === 'ipi'
        ? style.warn(`IPI ${node.name} to ${(node.to ?? []).map((cpu) => `cpu${cpu}`).join(' ')}`)
        : node.kind === 'function'
          ? node.name
          : style.bold(node.name);
    const mark = node.kind === 'flush' ? '   <- flush' : node.kind === 'kick' ? '   <- waits for walkers' : '';
    const cpu = node.cpu === 0 ? '' : `cpu${node.cpu}: `;
    return [`${indent}${cpu}${own}${times}${style.dim(mark)}`, ...branches(node.children, `${indent}  `, options)];
  });
}
