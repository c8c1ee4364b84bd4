/** Contract of tlb_needs_table_invalidate. */
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Must CPUs be flushed before a batch of page tables is freed?
 *
 * @param cpu the CPU that runs it
 * @returns false where the hardware never walks the Linux tables
 * @function
 */
export const tlb_needs_table_invalidate = hook<(cpu: Cpu) => Op<boolean>>({
  hookName: 'tlb_needs_table_invalidate',
  group: 'TLB',
  does: 'Says whether hardware walks the Linux page tables and may remember a table that was unhooked.',
  calledBy: ['tlb_table_invalidate'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'include/asm-generic/tlb.h', 'tlb_needs_table_invalidate'),
});
