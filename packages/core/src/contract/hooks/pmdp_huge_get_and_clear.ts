/** Contract of pmdp_huge_get_and_clear. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, type Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import type { Mm, PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation, othersWereInterrupted } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Takes a PMD out, with everything that hardware has noted in it. The caller owes a flush.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @returns what the PMD held
 * @function
 */
export const pmdp_huge_get_and_clear = hook<(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot) => Op<Pmd>>({
  hookName: 'pmdp_huge_get_and_clear',
  group: 'pmd update',
  does: 'Makes a PMD none and gives back what it held, accessed and dirty included.',
  calledBy: ['pmdp_huge_get_and_clear_full', 'pmdp_huge_clear_flush', 'pmdp_collapse_flush', 'move_huge_pmd'],
  locks: {},
  waits: 'for nobody',
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
    'no TLB holds the huge translation': ({ facts, args: [mm, addr] }) =>
      noStaleTranslation(facts, mm, addr, addr + HPAGE_PMD_SIZE(facts.geometry), ['pmd']),
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
  },
  doubts: [
    'Every caller holds pmd_lock except collapse_and_free_pmd, which reaches it through the generic pmdp_collapse_flush.',
    'The generic pmdp_collapse_flush calls it on a PMD that points to a table, against its name.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'pmdp_huge_get_and_clear'),
});
