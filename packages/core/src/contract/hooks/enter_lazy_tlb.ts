/** Contract of enter_lazy_tlb. */
import { cpuBit } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { mmCells, type Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * This CPU will run a kernel thread and keeps the address space loaded without using it.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space that stays loaded
 * @function
 */
export const enter_lazy_tlb = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'enter_lazy_tlb',
  group: 'TLB',
  does: 'Lets the architecture leave this CPU out of flushes until it returns to user code.',
  calledBy: ['context_switch', 'exit_mm'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {
    'this CPU is in mm_cpumask still': ({ facts, cpu, args: [mm] }) =>
      (facts.value(mmCells.cpumask(mm.id)) & cpuBit(cpu)) !== 0,
  },
  doubts: [],
  source: linux('v6.1', 'include/asm-generic/mmu_context.h', 'enter_lazy_tlb'),
});
