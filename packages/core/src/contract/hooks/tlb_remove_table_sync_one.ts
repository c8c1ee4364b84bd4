/** Contract of tlb_remove_table_sync_one. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Waits until every walk with interrupts off that is under way has ended, by an interrupt that does nothing else.
 * Nothing where the flush is known to have interrupted already.
 *
 * @param cpu the CPU that runs it
 * @function
 */
export const tlb_remove_table_sync_one = hook<(cpu: Cpu) => Op>({
  hookName: 'tlb_remove_table_sync_one',
  group: 'TLB',
  does: 'Waits for lockless walkers on all other CPUs.',
  calledBy: ['collapse_huge_page', 'collapse_and_free_pmd', 'tlb_remove_table_one'],
  locks: {},
  waits: 'until every other CPU has had interrupts on, where page tables are freed by RCU',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: ['It is no grace period: readers that hold rcu_read_lock with interrupts on are not waited for.'],
  source: linux('v6.1', 'mm/mmu_gather.c', 'tlb_remove_table_sync_one'),
});
