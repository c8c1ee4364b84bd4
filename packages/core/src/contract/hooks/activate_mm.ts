/** Contract of activate_mm. */
import { cpuBit } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { mmCells, type Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Switches to a fresh address space after exec.
 *
 * @param cpu the CPU that runs it
 * @param prev the address space so far
 * @param next the fresh address space
 * @function
 */
export const activate_mm = hook<(cpu: Cpu, prev: Mm | undefined, next: Mm) => Op>({
  hookName: 'activate_mm',
  group: 'TLB',
  does: 'Makes this CPU run on an address space that was never run on.',
  calledBy: ['exec_mmap'],
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
      (facts.value(mmCells.cpumask(next.id)) & cpuBit(cpu)) !== 0,
  },
  doubts: [],
  source: linux('v6.1', 'include/asm-generic/mmu_context.h', 'activate_mm'),
});
