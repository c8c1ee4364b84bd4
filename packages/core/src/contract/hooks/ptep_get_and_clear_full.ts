/** Contract of ptep_get_and_clear_full. */
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
 * Takes a PTE out during a zap. With `full` the address space is dying, and care about other CPUs may be left out.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @param full the address space is dying and nobody else can touch it
 * @returns what the PTE held
 * @function
 */
export const ptep_get_and_clear_full = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, full: boolean) => Op<Pte>>({
  hookName: 'ptep_get_and_clear_full',
  group: 'pte update',
  does: 'Makes a PTE none and gives back what it held; may be cheaper when nobody else can touch the address space.',
  calledBy: ['zap_pte_range', 'madvise_free_pte_range', 'madvise_cold_or_pageout_pte_range'],
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
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_get_and_clear_full'),
});
