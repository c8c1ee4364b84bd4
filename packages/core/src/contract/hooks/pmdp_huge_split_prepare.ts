/** Contract of pmdp_huge_split_prepare. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { pmd_present, pmd_trans_huge } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Opens a split of a huge PMD (4.5 to 4.15): from here on nobody may look into the table that was deposited for it.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @function
 */
export const pmdp_huge_split_prepare = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op>({
  hookName: 'pmdp_huge_split_prepare',
  group: 'pmd update',
  does: 'Makes sure that the deposited table of a huge PMD may be taken while the PMD is still valid.',
  calledBy: ['__split_huge_pmd_locked'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
    },
    post: {
      'software still sees a present huge PMD': ({ facts, args: [, , pmdp] }) =>
        pmd_present(facts.entry(pmdp)) && pmd_trans_huge(facts.entry(pmdp)),
    },
  },
  may: {},
  doubts: ['Gone since c58f0bb77ed8 (4.16): the PMD is invalidated before the table is taken.'],
  source: linux('v4.14', 'include/asm-generic/pgtable.h', 'pmdp_huge_split_prepare'),
});
