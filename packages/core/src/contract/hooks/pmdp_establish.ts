/** Contract of pmdp_establish. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';
import { sameMapping } from '../questions.ts';

/**
 * Replaces a present PMD by another value without a moment in between, and loses no flag that hardware sets. The
 * caller owes a flush.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @param pmd the new value
 * @returns what the PMD held
 * @function
 */
export const pmdp_establish = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, pmd: Pmd) => Op<Pmd>>({
  hookName: 'pmdp_establish',
  group: 'pmd update',
  does: 'Exchanges a PMD; what comes back has the final accessed and dirty flags.',
  calledBy: ['pmdp_invalidate'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
    },
    post: { 'the PMD holds the new value': ({ facts, args: [, , pmdp, pmd] }) => sameMapping(facts.entry(pmdp), pmd) },
  },
  may: {},
  doubts: [
    'The kernel has no default: generic_pmdp_establish must be chosen by name, and fits only hardware that sets neither accessed nor dirty.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'generic_pmdp_establish'),
});
