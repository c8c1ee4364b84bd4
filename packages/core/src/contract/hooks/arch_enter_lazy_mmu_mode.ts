/** Contract of arch_enter_lazy_mmu_mode. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * From here until arch_leave_lazy_mmu_mode updates of page-table entries may be queued.
 *
 * @param cpu the CPU that runs it
 * @function
 */
export const arch_enter_lazy_mmu_mode = hook<(cpu: Cpu) => Op>({
  hookName: 'arch_enter_lazy_mmu_mode',
  group: 'pte update',
  does: 'Lets the architecture collect updates and flushes instead of doing each at once.',
  calledBy: ['zap_pte_range', 'copy_pte_range', 'change_pte_range', 'move_ptes', 'migrate_vma_collect_pmd'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: ['Every caller on user page tables holds the page-table lock; apply_to_pte_range on kernel tables does not.'],
  source: linux('v6.1', 'include/linux/pgtable.h', 'arch_enter_lazy_mmu_mode'),
});
