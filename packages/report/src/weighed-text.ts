/** What a mix of operations needs under each of several kernels: interrupts and atomic operations. */
import type { Weighed } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';

const number = (n: number | undefined): string => (n === undefined ? '-' : String(Math.round(n * 10) / 10));
const signed = (n: number): string => (n > 0 ? `+${number(n)}` : number(n));

/** @param kernels the first is what the others are compared with */
export function weighedText(arch: string, mode: string, kernels: readonly Weighed[], options: RenderOptions): string {
  const style = styleOf(options);
  const [plain] = kernels;
  const parts = Object.keys(plain?.each ?? {});
  const head = ['', ...parts.flatMap((name) => [`${name}: IPIs`, 'atomics']), 'mix: IPIs', 'atomics', 'against', ''];
  const rows = kernels.map((k, i) => [
    k.says,
    ...parts.flatMap((name) => [number(k.each[name]?.ipis), number(k.each[name]?.atomics)]),
    number(k.ipis),
    number(k.atomics),
    i === 0 || !plain ? '' : `${signed(k.ipis - plain.ipis)} IPIs`,
    i === 0 || !plain ? '' : `${signed(k.atomics - plain.atomics)} atomics`,
  ]);
  const widths = head.map((title, c) => widest([title, ...rows.map((row) => row[c] ?? '')]));
  return [
    style.bold(`Interrupts received and atomic operations made, on ${arch}, ${mode}`),
    '',
    ...rowLines(
      head.map((t) => cell(t)),
      widths,
    ),
    style.dim(rule(widths)),
    ...rows.flatMap((row) =>
      rowLines(
        row.map((t) => cell(t)),
        widths,
      ),
    ),
  ].join('\n');
}
