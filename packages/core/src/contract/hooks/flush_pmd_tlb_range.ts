/** Contract of flush_pmd_tlb_range. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Removes huge translations of a range from every CPU. No page table goes away, so remembered upper levels may stay.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param start first byte
 * @param end first byte after the range
 * @function
 */
export const flush_pmd_tlb_range = hook<(cpu: Cpu, vma: Vma, start: Va, end: Va) => Op>({
  hookName: 'flush_pmd_tlb_range',
  group: 'TLB',
  does: 'Removes the translations that huge PMDs of a range gave to CPUs.',
  calledBy: ['pmdp_huge_clear_flush', 'pmdp_invalidate', 'pmdp_set_access_flags', 'move_huge_pmd'],
  locks: {},
  waits: 'until every CPU that can use the translations has done it',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [
    'A translation that a CPU fills again from a still valid entry right after the flush is not stale; the claim about old translations belongs to the hooks that change the entry first.',
    'Empty on ppc64 hash: the hook that changed the PMD has removed the translation already.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'flush_pmd_tlb_range'),
});
