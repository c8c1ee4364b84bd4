/** Compares what was measured with what real kernels did. */
import type { ArchSpec } from '../arch/arch.ts';
import { Mistake } from '../mistakes.ts';
import { MODES, type Mode } from './operation.ts';
import type { Measured } from './measure.ts';
import { COLUMNS, type Column, type Columns } from './tally.ts';

/** One row of a file of counts: what one operation did on one kernel, per repetition. */
export interface CountRow extends Columns {
  readonly arch: string;
  readonly operation: string;
  readonly mode: Mode;
  readonly cpus: number;
  /** Functions entered: plain names, or `name@cpu0` and `name@other`. */
  readonly calls: Readonly<Record<string, number>>;
}

/**
 * `equal`: the same number. `rounded`: theirs is an average over repetitions that did not all do the same, and rounds to ours.
 */
export type CountAgreement = 'equal' | 'rounded' | 'different' | 'not modelled';

/** One number of theirs beside ours. */
export interface ComparedNumber {
  readonly name: string;
  readonly ours?: number;
  readonly theirs: number;
  readonly agreement: CountAgreement;
}

/** One row of theirs beside what was measured. */
export interface ComparedRow {
  readonly arch: string;
  readonly operation: string;
  readonly mode: Mode;
  readonly notModelled?: string;
  readonly columns: readonly ComparedNumber[];
  /** Functions that both know. */
  readonly functions: readonly ComparedNumber[];
}

/** Functions whose calls are compared, where the reference has counted them and an operation or hook of that name exists. */
export const FUNCTIONS = [
  'flush_tlb_mm_range', 'native_flush_tlb_one_user', 'native_flush_tlb_local', 'flush_tlb_func@other', 'should_flush_tlb', 'tlb_remove_table_sync_one', 'serialize_against_pte_lookup',
  'zap_huge_pmd', '__split_huge_pmd', 'pmdp_collapse_flush', 'pmdp_invalidate', 'pmdp_invalidate_ad', 'change_huge_pmd', 'move_huge_pmd', 'madvise_free_huge_pmd', 'set_pmd_migration_entry',
  'remove_migration_pmd', 'pgtable_trans_huge_deposit', 'pgtable_trans_huge_withdraw', 'pmdp_huge_get_and_clear_full', 'ptep_clear_flush', 'tlb_gather_mmu', 'tlb_finish_mmu', 'free_pgd_range',
  'collapse_huge_page', 'do_huge_pmd_wp_page', '__radix__flush_tlb_range_psize', 'radix__flush_tlb_collapsed_pmd', '__flush_tlb_pending', 'flush_hash_range', 'flush_hash_page', 'flush_hash_hugepage', 'hpte_need_flush',
] as const;

/** Numbers of the file are rounded to two places. */
const SAME = 0.005;
function agreementOf(ours: number, theirs: number): CountAgreement {
  if (Math.abs(ours - theirs) < SAME) return 'equal';
  return !Number.isInteger(theirs) && Number.isInteger(ours) && Math.round(theirs) === ours ? 'rounded' : 'different';
}

/** @param row of the reference, for the same operation, mode and architecture */
export function against(row: CountRow, measured: Measured): ComparedRow {
  const { notModelled } = measured;
  const number = (name: string, ours: number, theirs: number): ComparedNumber =>
    notModelled === undefined ? { name, ours, theirs, agreement: agreementOf(ours, theirs) } : { name, theirs, agreement: 'not modelled' };
  return {
    arch: row.arch, operation: row.operation, mode: row.mode, ...(notModelled === undefined ? {} : { notModelled }),
    columns: COLUMNS.map((name) => number(name, measured.columns[name], row[name])),
    functions: FUNCTIONS.flatMap((name) => {
      const theirs = row.calls[name];
      return theirs === undefined ? [] : [number(name, measured.calls[name] ?? 0, theirs)];
    }),
  };
}

/** The rows that speak of an architecture, under any of its names. */
export const rowsOf = (rows: readonly CountRow[], arch: ArchSpec): CountRow[] => rows.filter((row) => row.arch === arch.id || arch.alsoKnownAs.includes(row.arch));

/** How many numbers of each column agree, by the name that the file has for the architecture. */
export type Sums = Readonly<Record<Column, Readonly<Record<CountAgreement, number>>>>;
export function sumsOf(rows: readonly ComparedRow[]): Sums {
  const count = (column: Column, agreement: CountAgreement): number => rows.filter((row) => row.columns.some((c) => c.name === column && c.agreement === agreement)).length;
  return Object.fromEntries(
    COLUMNS.map((c) => [c, { equal: count(c, 'equal'), rounded: count(c, 'rounded'), different: count(c, 'different'), 'not modelled': count(c, 'not modelled') }]),
  ) as Record<Column, Record<CountAgreement, number>>;
}

/**
 * Checks a file of counts.
 * @param value the file, parsed as JSON
 * @throws Mistake SD_BAD_COUNTS
 */
export function readCounts(value: unknown, from: string): readonly CountRow[] {
  const bad = (what: string): never => { throw new Mistake('SD_BAD_COUNTS', `${from}: ${what}`, 'Write { "rows": [{ "arch", "operation", "mode", "cpus", the columns, "calls" }] }, as in data/kernel-counts of @shootdown/workloads.'); };
  const rows = (value as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) return bad('it has no list of rows.');
  rows.forEach((row: Partial<Record<keyof CountRow, unknown>>, i) => {
    for (const key of ['arch', 'operation'] as const) if (typeof row[key] !== 'string') bad(`row ${i + 1} has no ${key}.`);
    if (!(MODES as readonly unknown[]).includes(row.mode)) bad(`row ${i + 1} has no mode of ${MODES.join(', ')}.`);
    for (const key of [...COLUMNS, 'cpus'] as const) if (typeof row[key] !== 'number') bad(`row ${i + 1} has no number ${key}.`);
  });
  return rows.map((row: CountRow) => ({ ...row, calls: row.calls ?? {} }));
}
