/** Contract of flush_tlb_fix_spurious_fault. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * After a fault that found nothing to do: makes sure that this CPU does not fault on a remembered stricter
 * translation again. Where hardware walks again before it faults (POWER), where a fault makes it forget (x86), or where
 * whoever relaxed the entry has flushed it everywhere (arm64), there is nothing to do.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that faulted
 * @function
 */
export const flush_tlb_fix_spurious_fault = hook<(cpu: Cpu, vma: Vma, addr: Va) => Op>({
  hookName: 'flush_tlb_fix_spurious_fault',
  group: 'pte update',
  does: 'Removes from this CPU a translation that is stricter than the PTE.',
  calledBy: ['handle_pte_fault', 'ptep_set_access_flags'],
  locks: {},
  waits: 'for other CPUs only where it is a flush of the page on all of them',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {
      'this CPU does not go on faulting from a translation that is stricter than the PTE': ({
        facts,
        cpu,
        args: [vma, addr],
      }) => !facts.keepsFaulting(cpu, vma.mm, addr),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'flush_tlb_fix_spurious_fault'),
});
