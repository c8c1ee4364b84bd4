/** Contract of arch_needs_pgtable_deposit. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Does a huge page of a file need a deposited table too?
 *
 * @param cpu the CPU that runs it
 * @returns true on ppc64 hash only
 * @function
 */
export const arch_needs_pgtable_deposit = hook<(cpu: Cpu) => Op<boolean>>({
  hookName: 'arch_needs_pgtable_deposit',
  group: 'pmd update',
  does: 'Says whether every huge PMD must have a deposited table, not only those of anonymous memory.',
  calledBy: ['do_set_pmd', 'zap_huge_pmd', '__split_huge_pmd_locked', 'vmf_insert_pfn_pmd_prot'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'arch_needs_pgtable_deposit'),
});
