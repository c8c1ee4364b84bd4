/** Compares what was measured with what real kernels did. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { CountRow } from './counts.ts';
import type { Mode } from './operation.ts';
import type { Measured } from './measure.ts';
import { COLUMNS, type Column } from './tally.ts';

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
  /** Functions and instructions that both know. */
  readonly functions: readonly ComparedNumber[];
}

/** Numbers of the file are rounded to two places. */
const SAME = 0.005;
function agreementOf(ours: number, theirs: number): CountAgreement {
  if (Math.abs(ours - theirs) < SAME) return 'equal';
  return !Number.isInteger(theirs) && Number.isInteger(ours) && Math.round(theirs) === ours ? 'rounded' : 'different';
}

/**
 * @param row of the reference, for the same operation, mode and architecture
 * @param functions which of its calls to compare: see `comparedIn`
 */
export function against(row: CountRow, measured: Measured, functions: readonly string[]): ComparedRow {
  const { notModelled } = measured;
  const number = (name: string, ours: number, theirs: number): ComparedNumber =>
    notModelled === undefined
      ? { name, ours, theirs, agreement: agreementOf(ours, theirs) }
      : { name, theirs, agreement: 'not modelled' };
  return {
    arch: row.arch,
    operation: row.operation,
    mode: row.mode,
    ...(notModelled === undefined ? {} : { notModelled }),
    columns: COLUMNS.map((name) => number(name, measured.columns[name], row[name])),
    functions: functions.map((name) => number(name, measured.calls[name] ?? 0, row.calls[name] ?? 0)),
  };
}

/** The names under which a file of counts may speak of an architecture, and which of them is another processor. */
export const namesOf = (arch: ArchSpec): string[] => [arch.id, ...arch.alsoKnownAs, ...Object.keys(arch.variants)];

/** The rows that speak of an architecture, under any of its names. */
export const rowsOf = (rows: readonly CountRow[], arch: ArchSpec): CountRow[] =>
  rows.filter((row) => namesOf(arch).includes(row.arch));

/** How many numbers of each column agree, by the name that the file has for the architecture. */
export type Sums = Readonly<Record<Column, Readonly<Record<CountAgreement, number>>>>;
export function sumsOf(rows: readonly ComparedRow[]): Sums {
  const count = (column: Column, agreement: CountAgreement): number =>
    rows.filter((row) => row.columns.some((c) => c.name === column && c.agreement === agreement)).length;
  return Object.fromEntries(
    COLUMNS.map((c) => [
      c,
      {
        equal: count(c, 'equal'),
        rounded: count(c, 'rounded'),
        different: count(c, 'different'),
        'not modelled': count(c, 'not modelled'),
      },
    ]),
  ) as Record<Column, Record<CountAgreement, number>>;
}
