/** Contract of switch_mm. */
import { cpuBit } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { mmCells, type Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Makes this CPU run on another address space.
 *
 * @param cpu the CPU that runs it
 * @param prev the address space so far; undefined for a kernel thread
 * @param next the address space to run on; undefined for none
 * @function
 */
export const switch_mm = hook<(cpu: Cpu, prev: Mm | undefined, next: Mm | undefined) => Op>({
  hookName: 'switch_mm',
  group: 'TLB',
  does: 'Loads the root of an address space and its tag, and makes this CPU a target of the flushes of that address space first.',
  calledBy: ['context_switch', 'kthread_use_mm', 'idle_task_exit', 'activate_mm'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {
    'this CPU is in mm_cpumask of the new address space': ({ facts, cpu, args: [, next] }) =>
      next === undefined || (facts.value(mmCells.cpumask(next.id)) & cpuBit(cpu)) !== 0,
  },
  doubts: [
    'Between the bit in mm_cpumask and the first walk through the new root there must be a full barrier; it pairs with the one of the flusher between its change and its look at mm_cpumask.',
    'The name is switch_mm_irqs_off where the scheduler calls it.',
  ],
  source: linux('v6.1', 'arch/x86/mm/tlb.c', 'switch_mm'),
});
