/** Contract of ptep_modify_prot_commit. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pte } from '../../words/entry.ts';
import { tableCells, type PteSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';
import { sameMapping } from '../questions.ts';

/**
 * Closes the change that ptep_modify_prot_start opened. The caller owes a flush.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @param old what ptep_modify_prot_start gave
 * @param pte the new value
 * @function
 */
export const ptep_modify_prot_commit = hook<(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, old: Pte, pte: Pte) => Op>({
  hookName: 'ptep_modify_prot_commit',
  group: 'pte update',
  does: 'Writes the changed PTE.',
  calledBy: ['change_pte_range', 'do_numa_page'],
  locks: { 'the page-table lock': (_vma, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {},
  },
  may: {
    'the new PTE is in memory on return': ({ facts, args: [, , ptep, , pte] }) => sameMapping(facts.entry(ptep), pte),
  },
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_modify_prot_commit'),
});
