/** Contract of pud_free_tlb. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { MmuGather } from '../../words/mmu_gather.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Frees a PUD table during a teardown, after the entry above it was cleared: the gather learns that tables go away,
 * the table goes to tlb_remove_table.
 *
 * @param cpu the CPU that runs it
 * @param tlb what the caller has unmapped so far
 * @param table the unhooked table
 * @param addr an address that it mapped
 * @function
 */
export const pud_free_tlb = hook<(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va) => Op>({
  hookName: 'pud_free_tlb',
  group: 'table lifetime',
  does: 'Frees a PUD table once the flush of the gather, and walkers, are through.',
  calledBy: ['free_pud_range'],
  locks: {},
  waits: 'for nobody, unless a batch is full: then for the flush',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: ['riscv in 6.1 frees upper tables at once, before the flush.'],
  source: linux('v6.1', 'include/asm-generic/tlb.h', 'pud_free_tlb'),
});
