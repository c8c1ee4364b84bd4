/** Contract of ptep_set_wrprotect. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { pte_write } from '../../words/entry.ts';
import { PAGE_SIZE } from '../../words/geometry.ts';
import { tableCells, type Mm, type PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Takes the write permission away in memory. CPUs may write through old translations until the caller flushes.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @function
 */
export const ptep_set_wrprotect = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot) => Op>({
  hookName: 'ptep_set_wrprotect',
  group: 'pte update',
  does: 'Makes a PTE read-only and loses no dirty flag that hardware sets at the same moment.',
  calledBy: ['copy_present_pte'],
  locks: { 'the page-table lock': (_mm, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: { 'the PTE is not writable': ({ facts, args: [, , ptep] }) => !pte_write(facts.entry(ptep)) },
  },
  may: {
    'no TLB holds the page': ({ facts, args: [mm, addr] }) =>
      noStaleTranslation(facts, mm, addr, addr + PAGE_SIZE(facts.geometry), ['pte']),
  },
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_set_wrprotect'),
});
