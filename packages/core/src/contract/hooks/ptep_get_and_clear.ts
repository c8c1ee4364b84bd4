/** Contract of ptep_get_and_clear. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, type Pte } from '../../words/entry.ts';
import { PAGE_SIZE } from '../../words/geometry.ts';
import { tableCells, type Mm, type PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Takes a PTE out, with everything that hardware has noted in it. The caller owes a flush.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @returns what the PTE held
 * @function
 */
export const ptep_get_and_clear = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot) => Op<Pte>>({
  hookName: 'ptep_get_and_clear',
  group: 'pte update',
  does: 'Makes a PTE none and gives back what it held, accessed and dirty included.',
  calledBy: [
    'ptep_clear',
    'ptep_clear_flush',
    'ptep_get_and_clear_full',
    'move_ptes',
    'try_to_unmap_one',
    'migrate_vma_collect_pmd',
  ],
  locks: { 'the page-table lock': (_mm, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {},
    post: { 'the PTE is none': ({ facts, args: [, , ptep] }) => isNone(facts.entry(ptep)) },
  },
  may: {
    'no TLB holds the page': ({ facts, args: [mm, addr] }) =>
      noStaleTranslation(facts, mm, addr, addr + PAGE_SIZE(facts.geometry), ['pte']),
  },
  doubts: [
    'try_to_unmap_one puts off the flush of a clean page. This is right only where a CPU reads the PTE again before it writes through a clean translation.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_get_and_clear'),
});
