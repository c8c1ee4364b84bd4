/** Contract of tlb_remove_table. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { MmuGather } from '../../words/mmu_gather.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Queues a page table that was unhooked. Walkers in software may still be in it; it is freed after the flush, and
 * after a grace period where the flush does not wait for them.
 *
 * @param cpu the CPU that runs it
 * @param tlb what the caller has unmapped so far
 * @param table the unhooked table
 * @function
 */
export const tlb_remove_table = hook<(cpu: Cpu, tlb: MmuGather, table: Table) => Op>({
  hookName: 'tlb_remove_table',
  group: 'TLB',
  does: 'Frees a page table later, when neither hardware nor walkers can be in it.',
  calledBy: ['pte_free_tlb', 'pmd_free_tlb', 'pud_free_tlb'],
  locks: {},
  waits: 'for nobody, unless the batch is full: then for the flush',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: [
    'When no memory is left for a batch, Linux interrupts all CPUs and frees the table at once: rcu_read_lock alone does not keep a table in 6.1. The model always has memory for the batch.',
  ],
  source: linux('v6.1', 'mm/mmu_gather.c', 'tlb_remove_table'),
});
