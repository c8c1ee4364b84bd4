/** What arm64 is, in numbers and choices: 4 KiB pages, 48-bit addresses. */
import type { MachineSpec } from '@shootdown/core/plugin';
import { instructions } from './instructions.ts';

export const arm64Machine: MachineSpec = {
  geometry: { pageShift: 12, bits: { pgd: 9, p4d: 0, pud: 9, pmd: 9, pte: 9 } },
  memory: 'arm',

  // TLBI ...IS reaches every CPU of the inner shareable domain. DSB ISH waits until all have done it, and interrupts nobody.
  shootdown: 'broadcast',
  walkCache: true,
  // FEAT_HAFDBS: the walker sets AF, and clears RDONLY where DBM allows it.
  hardwareAccessed: 'always',
  hardwareDirty: 'always',
  // Entries that a permission fault comes of may be held in a TLB, and are until they are invalidated: arch/arm64/mm/fault.c,
  // ptep_set_access_flags, flushes what it relaxes. Pages and blocks alike.
  insufficientRights: { does: 'faults', faultForgets: false },

  config: { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: true },

  numbers: {
    // FEAT_TLBIRANGE: one instruction for many pages.
    system_supports_tlb_range: 1,
    // Without it: so many single invalidations, and a flush is one of the whole ASID. One table's worth.
    MAX_TLBI_OPS: 512,
    // With it: so many pages.
    MAX_TLBI_RANGE_PAGES: 2 ** 21,
    // Entries that may be marked as a block: 64 KiB.
    CONT_PTES: 16,
    // Errata 1286807 and others.
    ARM64_WORKAROUND_REPEAT_TLBI: 0,
  },
  // One table is two entries: a huge range is one too many without range operations, as on the real machine; with them it is
  // one operation, and two huge ranges are the whole ASID.
  exploring: { MAX_TLBI_OPS: 2, MAX_TLBI_RANGE_PAGES: 4 },
  shape: { CONT_PTES: 2 },

  entryBits: {
    PRESENT: 'VALID, bit 0',
    WRITE: 'DBM, bit 51: writable, whether dirty or not',
    USER: 'AP[1], bit 6',
    ACCESSED: 'AF, bit 10',
    DIRTY: 'RDONLY (AP[2]), bit 7, clear while DBM is set',
    LEAF: 'bit 1 clear in a PMD (block), set in a PTE',
    TABLE: 'bit 1 set above the PTE level',
    PROTNONE: 'bit 58 while VALID is clear',
    INVALID: 'bit 59 (PMD_PRESENT_INVALID) while VALID is clear',
    SPECIAL: 'bit 56, for software',
    SWDIRTY: 'bit 55, for software',
    SWAP: 'bits 0, 1 and 58 clear, not zero',
    CONT: 'Contiguous, bit 52',
  },
  // A flush is a row of TLBI instructions that ends with a DSB.
  counted: {
    flushes: ['tlb.sync'],
    ipis: {},
    instructions,
    compared: [
      'insn:tlbi_aside1is@cpu0',
      'insn:tlbi_vae1is@cpu0',
      'insn:tlbi_vale1is@cpu0',
      'insn:tlbi_rvae1is@cpu0',
      'insn:tlbi_rvale1is@cpu0',
    ],
  },
  cells: [],
};

/** A CPU without FEAT_TLBIRANGE, such as Cortex-A76, which has erratum 1286807 too. */
export const arm64NoRangeMachine: MachineSpec = {
  ...arm64Machine,
  numbers: { ...arm64Machine.numbers, system_supports_tlb_range: 0, ARM64_WORKAROUND_REPEAT_TLBI: 1 },
};
