/** Reference verdicts as data: which architecture a race breaks on before its fix. */
import type { Expected } from './verdict.ts';

/** Expected verdicts of one race: by the reference's name of an architecture. */
export interface ExpectedRow {
  readonly id: string;
  readonly expect_before_fix: Readonly<Record<string, Expected>>;
  /** A sentence; races that say `clean on every architecture listed` are clean after their fix. */
  readonly expect_after_fix: string;
  /** Numbers of the mail threads that raise it. */
  readonly threads_raised_in?: readonly string[];
  /** Letter of its group in the reference. */
  readonly group?: string;
}

/** An architecture, as reference data may call it. */
export interface Called {
  readonly id: string;
  readonly alsoKnownAs: readonly string[];
}

/** What the reference says about an architecture: under its id, or another name of it; `unstated` when it has no column. */
export const expectedBefore = (row: ExpectedRow | undefined, arch: Called): Expected =>
  [arch.id, ...arch.alsoKnownAs].map((name) => row?.expect_before_fix[name]).find((e) => e !== undefined) ?? 'unstated';

export const expectedAfter = (row: ExpectedRow | undefined, arch: Called): Expected => {
  const before = expectedBefore(row, arch);
  return before === 'n/a' ? 'n/a' : row?.expect_after_fix.startsWith('clean') ? 'clean' : 'unstated';
};
