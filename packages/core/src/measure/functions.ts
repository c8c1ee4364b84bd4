/** Which functions and instructions of the reference counts are compared, and which are not, and why. */
import type { CountRow } from './against.ts';
import type { Mode } from './operation.ts';

/** Compared wherever the reference has counted them on the architecture. `@other`: on the other CPUs. */
export const FUNCTIONS: readonly string[] = [
  // generic
  'tlb_gather_mmu', 'tlb_finish_mmu', 'tlb_remove_table', 'tlb_remove_table_sync_one', 'tlb_remove_table_smp_sync@other', 'free_pgd_range', 'zap_huge_pmd',
  '__split_huge_pmd', 'pmdp_collapse_flush', 'pmdp_invalidate', 'pmdp_invalidate_ad', 'pmdp_huge_get_and_clear_full', 'change_huge_pmd', 'move_huge_pmd',
  'madvise_free_huge_pmd', 'set_pmd_migration_entry', 'remove_migration_pmd', 'try_to_migrate_one', 'pgtable_trans_huge_deposit', 'pgtable_trans_huge_withdraw',
  'ptep_clear_flush', 'collapse_huge_page', 'do_huge_pmd_wp_page',
  // x86
  'flush_tlb_mm_range', 'native_flush_tlb_multi', 'native_flush_tlb_one_user', 'native_flush_tlb_local', 'flush_tlb_func@other', 'should_flush_tlb',
  'insn:invlpg@cpu0', 'insn:invlpg@other', 'insn:mov_cr3@cpu0', 'insn:mov_cr3@other',
  // arm64
  'insn:tlbi_aside1is@cpu0', 'insn:tlbi_vae1is@cpu0', 'insn:tlbi_vale1is@cpu0', 'insn:tlbi_rvae1is@cpu0', 'insn:tlbi_rvale1is@cpu0',
  // ppc64
  'serialize_against_pte_lookup', 'do_serialize@other', 'do_exit_flush_lazy_tlb@other', '__radix__flush_tlb_range_psize', 'radix__flush_tlb_collapsed_pmd',
  'radix__flush_tlb_mm', 'radix__flush_tlb_page', 'radix__flush_tlb_page_psize', 'radix__flush_tlb_range', 'radix__flush_pmd_tlb_range', 'radix__tlb_flush',
  'radix__pmdp_collapse_flush', 'radix__pmdp_huge_get_and_clear', 'insn:tlbie_ric0_prs1_r1@cpu0', 'insn:tlbie_ric1_prs1_r1@cpu0',
  'insn:tlbie_ric2_prs1_r1@cpu0', 'insn:tlbiel_ric0_prs1_r1@cpu0', 'insn:tlbiel_ric1_prs1_r1@cpu0', 'insn:tlbiel_ric0_prs1_r1@other',
  'insn:tlbiel_ric2_prs1_r1@other', 'insn:tlbsync@cpu0',
  '__flush_tlb_pending', 'flush_hash_range', 'flush_hash_page', 'flush_hash_hugepage', 'flush_hash_table_pmd_range', 'hpte_need_flush',
  'hpte_do_hugepage_flush', 'hash__tlb_flush', 'hash__pmdp_collapse_flush', 'hash__pmdp_huge_get_and_clear', 'hcall_entry:4', 'hcall_entry:8',
  'hcall_entry:24', 'hcall_entry:292',
];

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

/** Names that are not compared: how they look, and why. The first that fits counts. */
const REASONS: readonly (readonly [looks: RegExp, why: string])[] = [
  [/smp_call|call_function|_ipi|ipi_|reschedule|exec_single|on_each_cpu/, 'how interrupts are sent and taken: the columns count who got one'],
  [/^insn:(?:dsb|ptesync|slb|hcall_sc1|tlbi_group|tlbi_vaale1is)|^insn:tlb\w+@other$/, 'barriers, sums, and what kernel work or other processes did meanwhile'],
  [/^hcall_entry/, 'hypervisor calls for interrupts'],
  [/^tlb_flush:|^flush_tlb_func@cpu0$|switch_mm|insn:mov_cr3/, 'the window itself and entries into the kernel count there too'],
  [/rcu|queue_work|lru_add|fragment|tlb_remove_table$|_free_tlb|scan_pmd/, 'memory that is given back, or work that is not about translations'],
  [/^pSeries_|hugepage_update|set_access_flags|tlb_flush_mmu/, 'inlined in places by the compiler, or a second name of what is compared'],
];
const OTHER = 'no function of the model has that name';

/** @returns the names of a file that are compared nowhere, by reason */
export function notCompared(rows: readonly CountRow[]): NotCompared[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.calls)))].filter((name) => !FUNCTIONS.includes(name)).sort();
  const whyOf = (name: string): string => REASONS.find(([looks]) => looks.test(name))?.[1] ?? OTHER;
  return [...new Set(names.map(whyOf))].map((why) => ({ why, names: names.filter((name) => whyOf(name) === why) }));
}

/** `insn` and `hcall_entry` were recorded by other means than functions, and not in every row. */
const familyOf = (name: string): string => (name.includes(':') ? name.slice(0, name.indexOf(':')) : '');

/**
 * Which functions of a row are compared: those of the list that the reference has counted on the architecture, also where it
 * has counted none in this row.
 */
export function comparedIn(rows: readonly CountRow[], beside: readonly Beside[]): (row: CountRow) => readonly string[] {
  const counted = new Map<string, Set<string>>();
  for (const row of rows) counted.set(row.arch, new Set([...(counted.get(row.arch) ?? []), ...Object.keys(row.calls)]));
  return (row) => {
    const families = new Set(['', ...Object.keys(row.calls).map(familyOf)]);
    const others = beside.filter((b) => isAbout(b, row)).flatMap((b) => b.functions);
    return FUNCTIONS.filter((name) => counted.get(row.arch)?.has(name) && families.has(familyOf(name)) && !others.includes(name));
  };
}

const isAbout = ({ operations, modes, archs }: Beside, row: CountRow): boolean =>
  (operations?.includes(row.operation) ?? true) && (modes?.includes(row.mode) ?? true) && (archs?.includes(row.arch) ?? true);
