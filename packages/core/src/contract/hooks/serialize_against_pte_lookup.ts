/** Contract of serialize_against_pte_lookup. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Waits until every walk with interrupts off on a CPU of this address space has ended (ppc64).
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @function
 */
export const serialize_against_pte_lookup = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'serialize_against_pte_lookup',
  group: 'lockless walk',
  does: 'Waits for lockless walkers on the CPUs in mm_cpumask; nothing where the architecture has no such walkers of its own.',
  calledBy: ['pmdp_collapse_flush', 'pmdp_huge_get_and_clear'],
  locks: {},
  waits: 'on ppc64 until every CPU in mm_cpumask has taken the interrupt; else for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are on': ({ facts, cpu }) => !facts.interruptsOff(cpu) },
    post: {},
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: ['Generic code never calls it. It is a hook here so that layers and measurements can name it.'],
  source: linux('v6.1', 'arch/powerpc/mm/book3s64/pgtable.c', 'serialize_against_pte_lookup'),
});
