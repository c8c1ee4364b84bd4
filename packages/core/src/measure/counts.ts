/** Files of counts that were taken on real kernels. */
import { Mistake } from '@shootdown/explorer';
import { MODES, type Mode } from './operation.ts';
import { COLUMNS, type Columns } from './tally.ts';

/** One row of a file of counts: what one operation did on one kernel, per repetition. */
export interface CountRow extends Columns {
  readonly arch: string;
  readonly operation: string;
  readonly mode: Mode;
  readonly cpus: number;
  /** Kernel that was counted; absent: 6.1. */
  readonly kernel?: string;
  /** Functions entered: plain names, or `name@cpu0` and `name@other`; instructions as `insn:name@cpu0`. */
  readonly calls: Readonly<Record<string, number>>;
}

/**
 * Checks a file of counts.
 * @param value the file, parsed as JSON
 * @throws Mistake SD_BAD_COUNTS
 */
export function readCounts(value: unknown, from: string): readonly CountRow[] {
  const bad = (what: string): never => {
    throw new Mistake(
      'SD_BAD_COUNTS',
      `${from}: ${what}`,
      'Write { "rows": [{ "arch", "operation", "mode", "cpus", the columns, "calls" }] }, as in data/kernel-counts of @shootdown/workloads.',
    );
  };
  const rows = (value as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) return bad('it has no list of rows.');
  rows.forEach((row: Partial<Record<keyof CountRow, unknown>>, i) => {
    for (const key of ['arch', 'operation'] as const)
      if (typeof row[key] !== 'string') bad(`row ${i + 1} has no ${key}.`);
    if (!(MODES as readonly unknown[]).includes(row.mode)) bad(`row ${i + 1} has no mode of ${MODES.join(', ')}.`);
    for (const key of [...COLUMNS, 'cpus'] as const)
      if (typeof row[key] !== 'number') bad(`row ${i + 1} has no number ${key}.`);
  });
  return rows.map((row: CountRow) => ({ ...row, calls: row.calls ?? {} })); // a file may have columns only
}
