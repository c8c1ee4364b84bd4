/** Contract of pmdp_invalidate_ad. */
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
 * The weaker form of pmdp_invalidate for a change that clears neither accessed nor dirty: memory is final, TLBs may
 * be flushed later by the caller.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @returns what the PMD held
 * @function
 */
export const pmdp_invalidate_ad = hook<(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op<Pmd>>({
  hookName: 'pmdp_invalidate_ad',
  group: 'pmd update',
  does: 'Makes a huge PMD invalid to the hardware only; accessed and dirty in memory change no more.',
  calledBy: ['change_huge_pmd'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for the flush where the architecture has no cheaper way; else for nobody',
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
    },
  },
  may: {
    'no TLB holds the huge translation': ({ facts, args: [vma, addr] }) =>
      noStaleTranslation(facts, vma.mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
  },
  doubts: [],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pmdp_invalidate_ad'),
});
