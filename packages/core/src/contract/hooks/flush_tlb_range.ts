/** Contract of flush_tlb_range. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Removes every translation of a range from every CPU, together with what walkers remember of the tables above it.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param start first byte
 * @param end first byte after the range
 * @function
 */
export const flush_tlb_range = hook<(cpu: Cpu, vma: Vma, start: Va, end: Va) => Op>({
  hookName: 'flush_tlb_range',
  group: 'TLB',
  does: 'Removes the translations of a range, of any size, and the remembered upper levels that lead to it, from every CPU.',
  calledBy: [
    'pmdp_collapse_flush',
    'move_ptes',
    'move_normal_pmd',
    'move_normal_pud',
    'flush_pmd_tlb_range',
    'tlb_flush',
  ],
  locks: {},
  waits: 'until every CPU has done it',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: {
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
  },
  doubts: [
    'A translation that a CPU fills again from a still valid entry right after the flush is not stale; the claim about old translations belongs to the hooks that change the entry first.',
  ],
  source: linux('v6.1', 'arch/x86/include/asm/tlbflush.h', 'flush_tlb_range'),
});
