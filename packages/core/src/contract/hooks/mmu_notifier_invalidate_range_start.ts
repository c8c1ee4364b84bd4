/** Contract of mmu_notifier_invalidate_range_start. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Entries of a range are about to change: secondary MMUs drop what they copied.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param start first byte
 * @param end first byte after the range
 * @function
 */
export const mmu_notifier_invalidate_range_start = hook<(cpu: Cpu, mm: Mm, start: Va, end: Va) => Op>({
  hookName: 'mmu_notifier_invalidate_range_start',
  group: 'secondary MMU',
  does: 'Tells whoever has copied translations of a range that entries of it are about to change: they drop their copies, and make none until the end.',
  calledBy: [
    'do_huge_pmd_wp_page',
    'migrate_misplaced_transhuge_page',
    'change_pmd_range',
    'zap_page_range_single',
    'unmap_vmas',
  ],
  locks: {},
  waits: 'for those who are just making a copy',
  sleeps: 'may',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: [
    'Between start and end no copy may be made, which each user of the pages sees to by a sequence count of its own.',
  ],
  source: linux('v6.1', 'include/linux/mmu_notifier.h', 'mmu_notifier_invalidate_range_start'),
});
