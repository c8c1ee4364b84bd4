/** Contract of arch_end_context_switch. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Does everything that was queued since arch_start_context_switch.
 *
 * @param cpu the CPU that runs it
 * @function
 */
export const arch_end_context_switch = hook<(cpu: Cpu) => Op>({
  hookName: 'arch_end_context_switch',
  group: 'TLB',
  does: 'Makes the CPU what the code of this context switch asked for.',
  calledBy: ['__switch_to'],
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
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'arch_end_context_switch'),
});
