/** Contract of pmdp_huge_clear_flush. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, type Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation, othersWereInterrupted } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Takes a huge PMD out and waits until nobody can use its translation.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @returns what the PMD held
 * @function
 */
export const pmdp_huge_clear_flush = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op<Pmd>>({
  hookName: 'pmdp_huge_clear_flush',
  group: 'pmd update',
  does: 'Makes a huge PMD none and removes its translation from every CPU.',
  calledBy: ['__split_huge_pmd_locked', '__split_huge_zero_page_pmd'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'until no CPU can use the huge translation; for walkers in software only where the flush interrupts them',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
    },
    post: {
      'the PMD is none': ({ facts, args: [, , pmdp] }) => isNone(facts.entry(pmdp)),
      'no TLB holds the huge translation': ({ facts, args: [vma, addr] }) =>
        noStaleTranslation(facts, vma.mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pmdp_huge_clear_flush'),
});
