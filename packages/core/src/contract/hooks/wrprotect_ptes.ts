/** Contract of wrprotect_ptes. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Mm, PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Takes the permission to write from entries of pages that follow each other. Says nothing about TLBs.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the first entry maps
 * @param ptep the first entry; all are in its table
 * @param nr how many
 * @function
 */
export const wrprotect_ptes = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number) => Op>({
  hookName: 'wrprotect_ptes',
  group: 'pte update',
  does: 'Takes the permission to write from PTEs of consecutive frames.',
  calledBy: ['__copy_present_ptes'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: ['Linux has it since 6.6 or later; older releases reach it never.'],
  source: linux('v6.12', 'include/linux/pgtable.h', 'wrprotect_ptes'),
});
