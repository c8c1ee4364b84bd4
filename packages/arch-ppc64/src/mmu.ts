/** What book3s64 is, in numbers and choices: one processor, two MMUs. 64 KiB pages, as distributions build it. */
import { F, type MachineSpec } from '@shootdown/core/plugin';
import { hashCells, radixCells } from './cells.ts';
import { compared } from './compared.ts';
import { hash_translate } from './hash_page.ts';
import { hashHypercalls, radixInstructions } from './instructions.ts';

const kernel = {
  // A flush may be a broadcast that interrupts nobody: page tables are freed by RCU.
  MMU_GATHER_RCU_TABLE_FREE: true,
  // tlbie names one page size: a gather holds one.
  MMU_GATHER_PAGE_SIZE: true,
  MMU_GATHER_MERGE_VMAS: true,
  MMU_LAZY_TLB_SHOOTDOWN: true,
  TRANSPARENT_HUGEPAGE: true,
  HAVE_FAST_GUP: true,
  HAVE_ARCH_SOFT_DIRTY: true,
} as const;

const bits = {
  PRESENT: '_PAGE_PRESENT, 0x8000000000000000',
  WRITE: '_PAGE_WRITE, 0x2',
  USER: '_PAGE_PRIVILEGED, 0x8, clear',
  ACCESSED: '_PAGE_ACCESSED (R), 0x100',
  DIRTY: '_PAGE_DIRTY (C), 0x80',
  LEAF: '_PAGE_PTE, 0x4000000000000000: a PTE or a huge PMD, in one format',
  TABLE: '_PAGE_PTE clear',
  PROTNONE: 'present and privileged, without read, write and execute',
  INVALID: '_PAGE_INVALID (SW0), 0x2000000000000000, while _PAGE_PRESENT is clear',
  SPECIAL: '_PAGE_SPECIAL (SW2), 0x400',
  SOFT_DIRTY: '_PAGE_SOFT_DIRTY (SW3), 0x200',
  SWAP: '_PAGE_PRESENT and _PAGE_INVALID clear, _PAGE_PTE set',
} as const;

/**
 * Book3S fetches the entry again when it does not permit an access, before it faults, from the tables or from the hash table and for
 * every page size: flush_tlb_fix_spurious_fault in asm/book3s/64/tlbflush.h; Power ISA 3.1B, "Upgrading Access Authority".
 */
const insufficientRights = { does: 'walks again', faultForgets: false } as const;

/** The hardware walks the Linux tables. */
export const radixMachine: MachineSpec = {
  // 4 PiB: 13, 9, 9 and 5 bits; a huge page is 2 MiB. Top table in 64 KiB, page tables in fragments of 256 bytes.
  geometry: { pageShift: 16, bits: { pgd: 13, p4d: 0, pud: 9, pmd: 9, pte: 5 } },
  memory: 'power',
  // tlbie goes to every thread of the partition; tlbiel stays on this one.
  shootdown: 'broadcast',
  walkCache: true,
  // The ISA lets a processor set R and C in the entry or fault so that software does it.
  hardwareAccessed: 'may',
  hardwareDirty: 'may',
  insufficientRights,
  // arch/powerpc/mm/book3s64/pgtable.c, pmdp_huge_get_and_clear_full; commit 75358ea359e7.
  twoSizes: 'never',
  config: kernel,
  numbers: {
    // Pages; above it a flush is one of the whole PID. tlbie is dearer than tlbiel, so it gives up earlier.
    tlb_single_page_flush_ceiling: 33,
    tlb_local_single_page_flush_ceiling: 256,
    // What POWER9 needs: one more tlbie for each erratum, and tlbiel of all of a PID set by set.
    CPU_FTR_P9_TLBIE_STQ_BUG: 1,
    CPU_FTR_P9_TLBIE_ERAT_BUG: 1,
    POWER9_TLB_SETS_RADIX: 128,
  },
  // The pages of one huge page (2 here, 32 really) are still flushed one by one, more are not.
  exploring: { tlb_single_page_flush_ceiling: 2, tlb_local_single_page_flush_ceiling: 3 },
  entryBits: bits,
  counted: {
    flushes: [
      'radix__flush_tlb_mm',
      '__flush_all_mm',
      'radix__flush_tlb_page_psize',
      '__radix__flush_tlb_range',
      '__radix__flush_tlb_range_psize',
      'radix__flush_tlb_collapsed_pmd',
    ],
    ipis: { do_exit_flush_lazy_tlb: 'lazyExitIpis', do_shoot_lazy_tlb: 'lazyExitIpis' },
    instructions: radixInstructions,
    compared,
  },
  cells: radixCells,
};

/** The hardware looks into a hash table. Linux keeps its tables for itself, and fills the hash table from them at faults. */
export const hashMachine: MachineSpec = {
  // 4 PiB: 8, 10, 10 and 8 bits; a huge page is 16 MiB. Behind a PMD table stands one slot more for each entry.
  geometry: { pageShift: 16, bits: { pgd: 8, p4d: 0, pud: 10, pmd: 10, pte: 8 } },
  memory: 'power',
  shootdown: 'hash table',
  walkCache: false,
  // R and C of the hash table are not read back: the hash fault sets the flags of the Linux entry.
  hardwareAccessed: 'never',
  hardwareDirty: 'never',
  // So a protection fault comes of the entry in the hash table, not of what a TLB remembers of it.
  insufficientRights,
  translate: hash_translate,
  config: kernel,
  // Entries of the hash table that one CPU collects before it removes them.
  numbers: { PPC64_TLB_BATCH_NR: 192 },
  exploring: { PPC64_TLB_BATCH_NR: 2 },
  notCompared: F.BUSY | F.HASHPTE,
  entryBits: { ...bits, BUSY: 'H_PAGE_BUSY (RSV1), 0x40', HASHPTE: 'H_PAGE_HASHPTE (RPN43), 0x0080000000000000' },
  // A huge page, or what one CPU has collected: one PTE or many.
  counted: {
    flushes: ['flush_hash_hugepage', 'flush_hash_range', 'flush_hash_page'],
    ipis: { do_shoot_lazy_tlb: 'lazyExitIpis' },
    hypercalls: hashHypercalls,
    compared,
  },
  cells: hashCells,
};
