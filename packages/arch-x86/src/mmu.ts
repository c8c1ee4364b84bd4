/** What x86-64 is, in numbers and choices. */
import type { MachineSpec } from '@shootdown/core/plugin';
import { instructions } from './instructions.ts';
import { is_lazy, tlbstate } from './tlbstate.ts';

export const x86_64: MachineSpec = {
  // 48 bits: pgd and pud, pmd, pte of 512 entries. Four levels: p4d is folded.
  geometry: { pageShift: 12, bits: { pgd: 9, p4d: 0, pud: 9, pmd: 9, pte: 9 } },
  memory: 'tso',

  // INVLPG, INVPCID and a load of CR3 reach the TLB of their own CPU only.
  shootdown: 'ipi',
  walkCache: true,
  // By a locked update in the walk. A write through a clean translation walks again.
  hardwareAccessed: 'always',
  hardwareDirty: 'always',
  // Intel SDM volume 3A, 4.10.4.3: after a right was added and not flushed, a spurious page fault may come. 4.10.4.1: a page fault
  // drops the TLB entries and paging-structure entries of its address. Base pages and huge pages alike.
  insufficientRights: { does: 'may fault', faultForgets: true },

  config: {
    MMU_GATHER_RCU_TABLE_FREE: false, // PARAVIRT=n
    MMU_GATHER_MERGE_VMAS: true,
    TRANSPARENT_HUGEPAGE: true,
    HAVE_FAST_GUP: true,
    HAVE_ARCH_SOFT_DIRTY: true,
  },

  numbers: {
    // In strides of the flush: 34 pages and more are a flush of everything.
    tlb_single_page_flush_ceiling: 33,
  },
  // One page is flushed alone; a huge page, two entries in the small tree, is over the ceiling as on the real machine.
  exploring: {
    tlb_single_page_flush_ceiling: 1,
  },

  entryBits: {
    PRESENT: 'P, bit 0',
    WRITE: 'RW, bit 1',
    USER: 'US, bit 2',
    ACCESSED: 'A, bit 5',
    DIRTY: 'D, bit 6',
    LEAF: 'PS, bit 7, in a PMD; every present PTE is a leaf',
    TABLE: 'P without PS, above the PTE level',
    PROTNONE: 'bit 8 (G) while P is clear; the frame number is stored inverted then (L1TF)',
    INVALID: 'PS while P and bit 8 are clear',
    SPECIAL: 'bit 9, for software',
    SOFT_DIRTY: 'bit 11, for software',
    SWAP: 'P and bit 8 clear, not zero',
  },
  // Where kprobes counted: the shootdown, and its interrupt on the receiving side.
  counted: {
    flushes: ['flush_tlb_mm_range'],
    ipis: { flush_tlb_func: 'tlbIpis' },
    instructions,
    compared: [
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
    ],
  },
  cells: tlbstate,
  lazy: is_lazy,
};

/** PARAVIRT=y: the same hardware, but some pv_ops flush without an interrupt, so the kernel has RCU table freeing built in. */
export const x86_64_paravirt: MachineSpec = {
  ...x86_64,
  config: { ...x86_64.config, MMU_GATHER_RCU_TABLE_FREE: true },
};
