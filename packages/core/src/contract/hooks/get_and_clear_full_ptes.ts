/** Contract of get_and_clear_full_ptes. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pte } from '../../words/entry.ts';
import type { Mm, PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Takes out entries of pages that follow each other. Says nothing about TLBs.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the first entry maps
 * @param ptep the first entry; all are in its table
 * @param nr how many
 * @param full the address space is dying
 * @returns the first entry, accessed or dirty when any of them was
 * @function
 */
export const get_and_clear_full_ptes = hook<
  (cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number, full: boolean) => Op<Pte>
>({
  hookName: 'get_and_clear_full_ptes',
  group: 'pte update',
  does: 'Clears PTEs of consecutive frames, and gives back what the first held.',
  calledBy: ['zap_present_folio_ptes'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: { pre: {}, post: {} },
  may: {},
  doubts: ['Linux has it since 6.6 or later; older releases reach it never.'],
  source: linux('v6.12', 'include/linux/pgtable.h', 'get_and_clear_full_ptes'),
});
