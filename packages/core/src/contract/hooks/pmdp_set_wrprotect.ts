/** Contract of pmdp_set_wrprotect. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { pmd_write } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type Mm, type PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Takes the write permission of a huge PMD away in memory. CPUs may write through old translations until the caller
 * flushes.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @function
 */
export const pmdp_set_wrprotect = hook<(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot) => Op>({
  hookName: 'pmdp_set_wrprotect',
  group: 'pmd update',
  does: 'Makes a huge PMD read-only and loses no dirty flag that hardware sets at the same moment.',
  calledBy: ['copy_huge_pmd'],
  locks: { pmd_lock: (_mm, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: { 'the PMD is not writable': ({ facts, args: [, , pmdp] }) => !pmd_write(facts.entry(pmdp)) },
  },
  may: {
    'no TLB holds the huge translation': ({ facts, args: [mm, addr] }) =>
      noStaleTranslation(facts, mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
  },
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'pmdp_set_wrprotect'),
});
