/** Contract of arch_start_context_switch. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * From here until arch_end_context_switch changes of CPU state, the root register among them, may be queued.
 *
 * @param cpu the CPU that runs it
 * @function
 */
export const arch_start_context_switch = hook<(cpu: Cpu) => Op>({
  hookName: 'arch_start_context_switch',
  group: 'TLB',
  does: 'Lets the architecture collect what a context switch does to the CPU instead of doing each at once.',
  calledBy: ['context_switch'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'interrupts are off': ({ facts, cpu }) => facts.interruptsOff(cpu) },
    post: {},
  },
  may: {},
  doubts: ['Only x86 with PARAVIRT_XXL (Xen) has a body: elsewhere nothing is queued.'],
  source: linux('v6.1', 'include/linux/pgtable.h', 'arch_start_context_switch'),
});
