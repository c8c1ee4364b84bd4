/** Contract of tlb_flush. */
import type { Cpu } from '../../words/cpu.ts';
import type { MmuGather } from '../../words/mmu_gather.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noRememberedWalk, noStaleTranslation, othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';
import { gathered } from '../questions.ts';

/**
 * The flush of a gather: everything that was unmapped since the last one. Pages and tables are freed after it.
 *
 * @param cpu the CPU that runs it
 * @param tlb what the caller has unmapped so far
 * @function
 */
export const tlb_flush = hook<(cpu: Cpu, tlb: MmuGather) => Op>({
  hookName: 'tlb_flush',
  group: 'TLB',
  does: 'Removes the translations of what was unmapped, and the remembered upper levels if tables were unhooked.',
  calledBy: ['tlb_flush_mmu_tlbonly'],
  locks: {},
  waits: 'until every CPU that can use the translations has done it',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: {
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
    'no TLB holds the gathered range': ({ facts, args: [tlb] }) =>
      noStaleTranslation(facts, tlb.mm, ...gathered(facts, tlb)),
    'no CPU remembers the way to a table of the gathered range': ({ facts, args: [tlb] }) =>
      noRememberedWalk(facts, tlb.mm, ...gathered(facts, tlb)),
  },
  doubts: [
    'In a zap under the mmap lock for reading other threads may fault pages in and CPUs fill their TLBs from them; then both claims about the range fail for no fault of the flush.',
    'arm64 does nothing for a dying address space whose tables stay: its tag is not used again before a flush of everything.',
  ],
  source: linux('v6.1', 'include/asm-generic/tlb.h', 'tlb_flush'),
});
