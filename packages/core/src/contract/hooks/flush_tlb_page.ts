/** Contract of flush_tlb_page. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Removes the translation of one base page from every CPU. Remembered upper levels may stay: the table above lives
 * on.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr an address in the page
 * @function
 */
export const flush_tlb_page = hook<(cpu: Cpu, vma: Vma, addr: Va) => Op>({
  hookName: 'flush_tlb_page',
  group: 'TLB',
  does: 'Removes the translation of one base page from every CPU.',
  calledBy: ['ptep_clear_flush', 'ptep_clear_flush_young', 'flush_tlb_fix_spurious_fault', 'do_wp_page'],
  locks: {},
  waits: 'until every CPU that can use the translation has done it',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [
    'A translation that a CPU fills again from a still valid entry right after the flush is not stale; the claim about old translations belongs to the hooks that change the entry first.',
  ],
  source: linux('v6.1', 'arch/x86/include/asm/tlbflush.h', 'flush_tlb_page'),
});
