/** Contract of pmdp_set_access_flags. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { tableCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';
import { isAtLeast } from '../questions.ts';

/**
 * Relaxes a huge PMD: sets accessed, dirty or write, never takes one away.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @param entry the PMD as it shall be
 * @param dirty the fault was a write
 * @returns whether the PMD differed; then the caller calls update_mmu_cache_pmd
 * @function
 */
export const pmdp_set_access_flags = hook<
  (cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean) => Op<boolean>
>({
  hookName: 'pmdp_set_access_flags',
  group: 'pmd update',
  does: 'Makes a huge PMD at least as permissive as asked.',
  calledBy: ['touch_pmd', 'do_huge_pmd_wp_page', 'insert_pfn_pmd'],
  locks: { pmd_lock: (_vma, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, addr] }) =>
        addr % HPAGE_PMD_SIZE(facts.geometry) === 0,
    },
    post: {
      'after a write fault the PMD permits what was asked': ({ facts, args: [, , pmdp, entry, dirty] }) =>
        !dirty || isAtLeast(facts.entry(pmdp), entry),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pmdp_set_access_flags'),
});
