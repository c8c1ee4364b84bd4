/** Contract of update_mmu_cache. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { tableCells, type PteSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Tells the architecture that a PTE was just made present or more permissive on behalf of this CPU.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @function
 */
export const update_mmu_cache = hook<(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot) => Op>({
  hookName: 'update_mmu_cache',
  group: 'pte update',
  does: 'May load the translation ahead, or forget what this CPU remembers of an absent one.',
  calledBy: [
    'do_anonymous_page',
    'finish_fault',
    'do_swap_page',
    'wp_page_reuse',
    'wp_page_copy',
    'do_numa_page',
    'handle_pte_fault',
    'remove_migration_pte',
  ],
  locks: { 'the page-table lock': (_vma, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'update_mmu_cache'),
});
