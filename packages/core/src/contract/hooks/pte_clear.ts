/** Contract of pte_clear. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone } from '../../words/entry.ts';
import { tableCells, type Mm, type PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Empties a PTE that no hardware uses.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @function
 */
export const pte_clear = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot) => Op>({
  hookName: 'pte_clear',
  group: 'pte update',
  does: 'Makes a PTE none; flags that hardware sets at the same moment are lost.',
  calledBy: ['ptep_get_and_clear', 'move_ptes', 'change_pte_range', 'pte_clear_not_present_full'],
  locks: { 'the page-table lock': (_mm, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: { 'the PTE is none in memory on return': ({ facts, args: [, , ptep] }) => isNone(facts.entry(ptep)) },
  doubts: ['None need not be zero: s390 stores its invalid flag. The model has one none for all.'],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'pte_clear'),
});
