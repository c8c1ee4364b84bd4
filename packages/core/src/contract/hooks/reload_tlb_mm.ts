/** Contract of reload_tlb_mm. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Makes every CPU that runs an address space load its root anew, and forget what it remembers of it, the way to page tables included.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space, whose root may be another than before
 * @function
 */
export const reload_tlb_mm = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'reload_tlb_mm',
  group: 'TLB',
  does: 'Brings every CPU that runs an address space to the root that it has now, with nothing remembered of what was before.',
  calledBy: ['migrate_page_tables_mm'],
  locks: {},
  waits: 'until every CPU that runs the address space has done it',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {
      'every CPU that has the address space loaded is on its root': ({ facts, args: [mm] }) =>
        facts.onOldRoot(mm) === 0,
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [
    'Proposed in 2008 for x86, and never merged: what other architectures would do is read off what they do when they switch and flush.',
    'Walks in software are not waited for, where they are no part of the interrupt.',
  ],
  source: linux('v2.6.25', 'arch/x86/kernel/smp_64.c', 'reload_tlb_mm'),
});
