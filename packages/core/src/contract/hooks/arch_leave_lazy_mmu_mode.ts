/** Contract of arch_leave_lazy_mmu_mode. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Ends the mode; comes before the page-table lock is dropped.
 *
 * @param cpu the CPU that runs it
 * @function
 */
export const arch_leave_lazy_mmu_mode = hook<(cpu: Cpu) => Op>({
  hookName: 'arch_leave_lazy_mmu_mode',
  group: 'pte update',
  does: 'Does everything that was queued since arch_enter_lazy_mmu_mode.',
  calledBy: ['zap_pte_range', 'copy_pte_range', 'change_pte_range', 'move_ptes', 'migrate_vma_collect_pmd'],
  locks: {},
  waits: 'until what was queued is done',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'arch_leave_lazy_mmu_mode'),
});
