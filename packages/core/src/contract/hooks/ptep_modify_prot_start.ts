/** Contract of ptep_modify_prot_start. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, isValid, type Pte } from '../../words/entry.ts';
import { PAGE_SIZE } from '../../words/geometry.ts';
import { tableCells, type PteSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Opens the change of one PTE: until ptep_modify_prot_commit, hardware must not be able to note something in it that
 * is then lost.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @returns what the PTE held
 * @function
 */
export const ptep_modify_prot_start = hook<(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot) => Op<Pte>>({
  hookName: 'ptep_modify_prot_start',
  group: 'pte update',
  does: 'Gives the PTE to be changed; hardware cannot use it until the commit, or the commit merges what hardware noted.',
  calledBy: ['change_pte_range', 'do_numa_page'],
  locks: { 'the page-table lock': (_vma, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {},
    post: {},
  },
  may: {
    'the PTE reads as none to others': ({ facts, args: [, , ptep] }) => isNone(facts.entry(ptep)),
    'the hardware cannot use the PTE': ({ facts, args: [, , ptep] }) => !isValid(facts.entry(ptep)),
    'no TLB holds the page': ({ facts, args: [vma, addr] }) =>
      noStaleTranslation(facts, vma.mm, addr, addr + PAGE_SIZE(facts.geometry), ['pte']),
  },
  doubts: [
    's390 disables preemption here and enables it in the commit, so both must run on one CPU; nothing in generic code says so.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_modify_prot_start'),
});
