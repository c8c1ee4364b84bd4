/** Contract of update_mmu_cache_pmd. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Tells the architecture that a huge PMD was just made present or more permissive on behalf of this CPU.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param pmdp the entry
 * @function
 */
export const update_mmu_cache_pmd = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op>({
  hookName: 'update_mmu_cache_pmd',
  group: 'pmd update',
  does: 'May load the huge translation ahead, or forget what this CPU remembers of an absent one.',
  calledBy: [
    '__do_huge_pmd_anonymous_page',
    'collapse_huge_page',
    'touch_pmd',
    'do_huge_pmd_wp_page',
    'do_huge_pmd_numa_page',
    'do_set_pmd',
    'remove_migration_pmd',
  ],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'update_mmu_cache_pmd'),
});
