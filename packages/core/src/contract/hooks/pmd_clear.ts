/** Contract of pmd_clear. */
import type { Cpu } from '../../words/cpu.ts';
import { isNone } from '../../words/entry.ts';
import type { PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Empties a PMD. Says nothing about TLBs: callers flush.
 *
 * @param cpu the CPU that runs it
 * @param pmdp the entry
 * @function
 */
export const pmd_clear = hook<(cpu: Cpu, pmdp: PmdSlot) => Op>({
  hookName: 'pmd_clear',
  group: 'pmd update',
  does: 'Makes a PMD none.',
  calledBy: ['free_pte_range', 'move_normal_pmd', 'pmdp_huge_get_and_clear', 'pmd_clear_bad'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: { 'the PMD is none': ({ facts, args: [pmdp] }) => isNone(facts.entry(pmdp)) },
  },
  may: {},
  doubts: [
    'free_pte_range holds no pmd_lock: nobody can reach the range any more by an area, and only lockless walkers and hardware are left.',
  ],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'pmd_clear'),
});
