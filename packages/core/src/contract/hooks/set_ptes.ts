/** Contract of set_ptes. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pte } from '../../words/entry.ts';
import type { Mm, PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Writes the entries of pages that follow each other.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the first entry maps
 * @param ptep the first entry; all are in its table
 * @param pte the new value of the first; the others map the frames behind it
 * @param nr how many
 * @function
 */
export const set_ptes = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte, nr: number) => Op>({
  hookName: 'set_ptes',
  group: 'pte update',
  does: 'Stores the PTEs of consecutive frames, where none were.',
  calledBy: ['__split_huge_pmd_locked', 'copy_present_ptes'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: ['Linux has it since 6.6 or later; older releases reach it never.'],
  source: linux('v6.12', 'include/linux/pgtable.h', 'set_ptes'),
});
