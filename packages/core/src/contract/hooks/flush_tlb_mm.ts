/** Contract of flush_tlb_mm. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Removes every translation of an address space from every CPU.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @function
 */
export const flush_tlb_mm = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'flush_tlb_mm',
  group: 'TLB',
  does: 'Removes the translations of a whole address space from every CPU.',
  calledBy: ['dup_mmap', 'tlb_flush', 'flush_tlb_batched_pending'],
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
  ],
  source: linux('v6.1', 'arch/x86/include/asm/tlbflush.h', 'flush_tlb_mm'),
});
