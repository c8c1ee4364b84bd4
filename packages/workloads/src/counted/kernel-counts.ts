/** What real kernels did: see README.md beside the file. */
import { readFileSync } from 'node:fs';
import { readCounts, type Beside, type CountRow, type LeftOut } from '@shootdown/core';

const FILE = new URL('../../data/kernel-counts/kernel-6.1.json', import.meta.url);

/** Debian's Linux 6.1 kernels, booted in QEMU with 4 CPUs. Read when asked for: it is big. */
export const kernelCounts = (): readonly CountRow[] =>
  readCounts(JSON.parse(readFileSync(FILE, 'utf8')), 'kernel-6.1.json');

/** Other work that the recordings hold; their columns had it subtracted, their functions not. */
export const countedBeside: readonly Beside[] = [
  {
    operations: ['fork_1thp'],
    functions: [
      'ptep_clear_flush',
      'flush_tlb_mm_range',
      'native_flush_tlb_multi',
      'native_flush_tlb_one_user',
      'native_flush_tlb_local',
      'flush_tlb_func@other',
      'should_flush_tlb',
      'insn:invlpg@cpu0',
      'insn:invlpg@other',
      'insn:mov_cr3@cpu0',
      'insn:mov_cr3@other',
      'insn:tlbi_vale1is@cpu0',
      'radix__flush_tlb_page',
      'radix__flush_tlb_page_psize',
      'insn:tlbie_ric0_prs1_r1@cpu0',
      'insn:tlbiel_ric0_prs1_r1@cpu0',
      'insn:tlbsync@cpu0',
      '__flush_tlb_pending',
      'flush_hash_page',
      'hpte_need_flush',
      'hcall_entry:4',
      'hcall_entry:8',
      'hcall_entry:24',
    ],
    says: 'after the fork the caller writes to its stack and data, and each first write copies a page',
  },
  {
    operations: ['fork_1thp'],
    functions: ['pgtable_trans_huge_deposit'],
    says: 'each fork copies the huge pages of all repetitions, which were set up before the first',
  },
  {
    archs: ['x86-64-paravirt-pti'],
    functions: ['insn:mov_cr3@cpu0', 'insn:mov_cr3@other'],
    says: 'with page-table isolation each way into the kernel and out of it loads CR3',
  },
  {
    archs: ['arm64', 'arm64-norange'],
    operations: ['thp_mprotect_ro', 'thp_mprotect_rw'],
    functions: ['pmdp_invalidate'],
    says: 'the compiler put the body of pmdp_invalidate into pmdp_invalidate_ad; the instructions are compared',
  },
  {
    archs: ['ppc64-radix'],
    operations: ['one_madv_free'],
    modes: ['spin3'],
    functions: ['insn:tlbiel_ric0_prs1_r1@other'],
    says: 'a trim of mm_cpumask, which every 1073rd flush does, fell into the window',
  },
  {
    archs: ['ppc64-hash'],
    operations: ['thp_reuse_write'],
    modes: ['lazy3'],
    functions: ['hcall_entry:8'],
    says: 'the recording of hypervisor calls breaks off in this row: insn:hcall_sc1 has two of them',
  },
];

/** Functions that the recordings hold and that are not compared. */
export const countedLeftOut: readonly LeftOut[] = [
  [
    /smp_call|call_function|_ipi|ipi_|reschedule|exec_single|on_each_cpu/,
    'how interrupts are sent and taken: the columns count who got one',
  ],
  [
    /^insn:(?:dsb|ptesync|slb|hcall_sc1|tlbi_group|tlbi_vaale1is)|^insn:tlb\w+@other$/,
    'barriers, sums, and what kernel work or other processes did meanwhile',
  ],
  [/^hcall_entry/, 'hypervisor calls for interrupts'],
  [
    /^tlb_flush:|^flush_tlb_func@cpu0$|switch_mm|insn:mov_cr3/,
    'the window itself and entries into the kernel count there too',
  ],
  [
    /rcu|queue_work|lru_add|fragment|tlb_remove_table$|_free_tlb|scan_pmd/,
    'memory that is given back, or work that is not about translations',
  ],
  [
    /^pSeries_|hugepage_update|set_access_flags|tlb_flush_mmu/,
    'inlined in places by the compiler, or a second name of what is compared',
  ],
];
