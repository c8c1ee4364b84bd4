/** Contract of pmdp_invalidate. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isValid, pmd_present, pmd_trans_huge, type Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation, othersWereInterrupted } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Stops the hardware from using a huge PMD while software still sees a present huge page, and never none: a zap under
 * the mmap lock for reading would skip the range.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @returns what the PMD held, with the final accessed and dirty flags
 * @function
 */
export const pmdp_invalidate = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op<Pmd>>({
  hookName: 'pmdp_invalidate',
  group: 'pmd update',
  does: 'Makes a huge PMD invalid to the hardware only, and removes its translation from every CPU.',
  calledBy: [
    '__split_huge_pmd_locked',
    'set_pmd_migration_entry',
    'madvise_free_huge_pmd',
    'madvise_cold_or_pageout_pte_range',
    'page_vma_mkclean_one',
    'pmdp_invalidate_ad',
  ],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'until no CPU can use the huge translation; for walkers in software only where the flush interrupts them',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
      'the PMD is present': ({ facts, args: [, , pmdp] }) => pmd_present(facts.entry(pmdp)),
    },
    post: {
      'the hardware cannot use the PMD': ({ facts, args: [, , pmdp] }) => !isValid(facts.entry(pmdp)),
      'software still sees a present huge PMD': ({ facts, args: [, , pmdp] }) =>
        pmd_present(facts.entry(pmdp)) && pmd_trans_huge(facts.entry(pmdp)),
      'no TLB holds the huge translation': ({ facts, args: [vma, addr] }) =>
        noStaleTranslation(facts, vma.mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pmdp_invalidate'),
});
