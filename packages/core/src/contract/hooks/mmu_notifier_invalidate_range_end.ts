/** Contract of mmu_notifier_invalidate_range_end. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Entries of a range have changed: secondary MMUs may copy them again.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param start first byte
 * @param end first byte after the range
 * @function
 */
export const mmu_notifier_invalidate_range_end = hook<(cpu: Cpu, mm: Mm, start: Va, end: Va) => Op>({
  hookName: 'mmu_notifier_invalidate_range_end',
  group: 'secondary MMU',
  does: 'Tells whoever copies translations that the entries of a range are as they will stay.',
  calledBy: [
    'do_huge_pmd_wp_page',
    'migrate_misplaced_transhuge_page',
    'change_pmd_range',
    'zap_page_range_single',
    'unmap_vmas',
  ],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: [],
  source: linux('v6.1', 'include/linux/mmu_notifier.h', 'mmu_notifier_invalidate_range_end'),
});
