/** Contract of arch_dup_mmap. */
import type { Cpu } from '../../words/cpu.ts';
import { mmCells, type Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, rwsem } from '../hook.ts';

/**
 * Makes the copied address space of a fork ready for being run.
 *
 * @param cpu the CPU that runs it
 * @param oldmm the address space of the parent
 * @param mm the copy; no CPU has it loaded yet
 * @function
 */
export const arch_dup_mmap = hook<(cpu: Cpu, oldmm: Mm, mm: Mm) => Op>({
  hookName: 'arch_dup_mmap',
  group: 'table lifetime',
  does: 'Sets up what the architecture keeps outside the page tables for the copy that fork has made.',
  calledBy: ['dup_mmap'],
  locks: {
    'mmap_lock of the parent for writing': (oldmm) => rwsem(mmCells.mmap_lock(oldmm.id), 'write'),
    'mmap_lock of the copy for writing': (_oldmm, mm) => rwsem(mmCells.mmap_lock(mm.id), 'write'),
  },
  waits: 'for nobody',
  sleeps: 'may',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: ['It may fail in Linux (pinning needs memory); failures of it are not modelled.'],
  source: linux('v6.1', 'include/asm-generic/mm_hooks.h', 'arch_dup_mmap'),
});
