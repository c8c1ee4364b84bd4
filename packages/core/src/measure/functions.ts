/** Which functions and instructions of the reference counts are compared, and which are not, and why. */
import type { ArchSpec } from '../arch/declaration.ts';
import { namesOf } from './against.ts';
import type { CountRow } from './counts.ts';
import type { Mode } from './operation.ts';

/** Functions of generic code that are compared wherever the reference has counted them. `@other`: on the other CPUs. */
const GENERIC: readonly string[] = [
  'tlb_gather_mmu',
  'tlb_finish_mmu',
  'tlb_remove_table',
  'tlb_remove_table_sync_one',
  'tlb_remove_table_smp_sync@other',
  'free_pgd_range',
  'zap_huge_pmd',
  '__split_huge_pmd',
  'pmdp_collapse_flush',
  'pmdp_invalidate',
  'pmdp_invalidate_ad',
  'pmdp_huge_get_and_clear_full',
  'change_huge_pmd',
  'move_huge_pmd',
  'madvise_free_huge_pmd',
  'set_pmd_migration_entry',
  'remove_migration_pmd',
  'try_to_migrate_one',
  'pgtable_trans_huge_deposit',
  'pgtable_trans_huge_withdraw',
  'ptep_clear_flush',
  'collapse_huge_page',
  'do_huge_pmd_wp_page',
];
const comparedOn = ({ machine }: ArchSpec): readonly string[] => machine.counted?.compared ?? [];

/** What a file of counts holds beside the operation, such as other work of the same process; or what it lost. Functions only. */
export interface Beside {
  /** Absent: all. */
  readonly operations?: readonly string[];
  readonly modes?: readonly Mode[];
  /** Architectures, by the names of the file; absent: all. */
  readonly archs?: readonly string[];
  /** Functions whose counts hold it. */
  readonly functions: readonly string[];
  readonly says: string;
}

/** A group of names that are not compared. */
export interface NotCompared {
  readonly names: readonly string[];
  readonly why: string;
}

/** How names of a file look that are not compared, and why. */
export type LeftOut = readonly [looks: RegExp, why: string];
const OTHER = 'no function of the model has that name';

/**
 * @param leftOut the first that fits counts
 * @returns the names of a file that are compared nowhere, by reason
 */
export function notCompared(
  rows: readonly CountRow[],
  leftOut: readonly LeftOut[],
  archs: readonly ArchSpec[],
): NotCompared[] {
  const compared = new Set([...GENERIC, ...archs.flatMap(comparedOn)]);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.calls)))]
    .filter((name) => !compared.has(name))
    .sort();
  const whyOf = (name: string): string => leftOut.find(([looks]) => looks.test(name))?.[1] ?? OTHER;
  return [...new Set(names.map(whyOf))].map((why) => ({ why, names: names.filter((name) => whyOf(name) === why) }));
}

/** `insn` and `hcall_entry` were recorded by other means than functions, and not in every row. */
const familyOf = (name: string): string => (name.includes(':') ? name.slice(0, name.indexOf(':')) : '');

/**
 * Which functions of a row are compared: those of generic code and of the architecture that the reference has counted there, also where
 * it has counted none in this row.
 */
export function comparedIn(
  rows: readonly CountRow[],
  beside: readonly Beside[],
  archs: readonly ArchSpec[],
): (row: CountRow) => readonly string[] {
  const compared = new Map(
    archs.flatMap((arch) => namesOf(arch).map((name) => [name, [...GENERIC, ...comparedOn(arch)]] as const)),
  );
  const counted = new Map<string, Set<string>>();
  for (const row of rows) counted.set(row.arch, new Set([...(counted.get(row.arch) ?? []), ...Object.keys(row.calls)]));
  return (row) => {
    const families = new Set(['', ...Object.keys(row.calls).map(familyOf)]);
    const others = beside.filter((b) => isAbout(b, row)).flatMap((b) => b.functions);
    return (compared.get(row.arch) ?? GENERIC).filter(
      (name) => counted.get(row.arch)?.has(name) && families.has(familyOf(name)) && !others.includes(name),
    );
  };
}

const isAbout = ({ operations, modes, archs }: Beside, row: CountRow): boolean =>
  (operations?.includes(row.operation) ?? true) &&
  (modes?.includes(row.mode) ?? true) &&
  (archs?.includes(row.arch) ?? true);
