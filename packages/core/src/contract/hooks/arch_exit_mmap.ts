/** Contract of arch_exit_mmap. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Prepares the page tables of a dying address space for being torn down by plain stores.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space; no thread runs user code in it any more
 * @function
 */
export const arch_exit_mmap = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'arch_exit_mmap',
  group: 'table lifetime',
  does: 'Ends what the architecture keeps outside the page tables for an address space that is about to be torn down.',
  calledBy: ['exit_mmap'],
  locks: {},
  waits: 'for CPUs that still have the top table loaded, where the architecture must get them off it first (Xen)',
  sleeps: 'may',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: [
    'exit_mmap holds mmap_lock for reading when it calls it; whether any architecture relies on that is not known.',
  ],
  source: linux('v6.1', 'include/asm-generic/mm_hooks.h', 'arch_exit_mmap'),
});
