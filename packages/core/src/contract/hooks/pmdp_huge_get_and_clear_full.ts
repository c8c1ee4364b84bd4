/** Contract of pmdp_huge_get_and_clear_full. */
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
 * Takes a huge PMD out during a zap, whose flush comes later. An architecture that must not hold a huge and a small
 * translation together flushes here.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @param full the address space is dying and nobody else can touch it
 * @returns what the PMD held
 * @function
 */
export const pmdp_huge_get_and_clear_full = hook<
  (cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, full: boolean) => Op<Pmd>
>({
  hookName: 'pmdp_huge_get_and_clear_full',
  group: 'pmd update',
  does: 'Makes a huge PMD none and gives back what it held.',
  calledBy: ['zap_huge_pmd'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for the flush of the huge translation where the architecture does it here; else for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
    },
    post: { 'the PMD is none': ({ facts, args: [, , pmdp] }) => isNone(facts.entry(pmdp)) },
  },
  may: {
    'no TLB holds the huge translation': ({ facts, args: [vma, addr] }) =>
      noStaleTranslation(facts, vma.mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
  },
  doubts: [
    'Between this hook and the flush of the gather another thread may fault a table in. Whether a CPU may then hold a huge and a small translation of one page is the business of the architecture.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'pmdp_huge_get_and_clear_full'),
});
