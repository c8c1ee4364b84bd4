/** Contract of pmdp_collapse_flush. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, isTable, tableOf, type Pmd } from '../../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../words/geometry.ts';
import { mmCells, type PmdSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import {
  hardwareIsOut,
  noRememberedWalk,
  noStaleTranslation,
  othersWereInterrupted,
  reusable,
  walkersAreOut,
} from '../guarantees.ts';
import { hook, rwsem } from '../hook.ts';

/**
 * Takes a page-table PMD out of service so that khugepaged may rebuild the range as one huge page.
 *
 * @param cpu the CPU that runs it
 * @param vma the one area that holds the whole huge range
 * @param address first byte of the range, aligned to the huge page size
 * @param pmdp the PMD; it points to a page table
 * @returns the old PMD; the table it points to is still allocated
 * @function
 */
export const pmdp_collapse_flush = hook<(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot) => Op<Pmd>>({
  hookName: 'pmdp_collapse_flush',
  group: 'pmd update',
  does: 'Clears a PMD that points to a page table, and makes the range unreachable through it for user code.',
  calledBy: ['collapse_huge_page', 'collapse_and_free_pmd'],
  locks: {
    'mmap_lock for writing': (vma) => rwsem(mmCells.mmap_lock(vma.mm.id), 'write'),
  },
  waits:
    'until no CPU can use a translation of the range; for walkers in software only where the architecture happens to',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {
      'the address is aligned to the huge page size': ({ facts, args: [, address] }) =>
        address % HPAGE_PMD_SIZE(facts.geometry) === 0,
      'the PMD points to a table': ({ facts, args: [, , pmdp] }) => isTable(facts.entry(pmdp)),
    },
    post: {
      'the PMD is none': ({ facts, args: [, , pmdp] }) => isNone(facts.entry(pmdp)),
      'no TLB holds the range': ({ facts, args: [vma, address] }) =>
        noStaleTranslation(facts, vma.mm, address, address + HPAGE_PMD_SIZE(facts.geometry)),
      'no CPU remembers the way to the old table': ({ facts, args: [vma, address] }) =>
        noRememberedWalk(facts, vma.mm, address, address + HPAGE_PMD_SIZE(facts.geometry)),
      'no hardware walker is in the old table': ({ facts, result }) => hardwareIsOut(facts, tableOf(result)),
    },
  },
  may: {
    'lockless walkers of the old table have left': ({ facts, result }) => walkersAreOut(facts, tableOf(result)),
    'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu),
    'the old table may be reused': ({ facts, args: [vma, address], result }) =>
      reusable(facts, vma.mm, tableOf(result), address, address + HPAGE_PMD_SIZE(facts.geometry)),
  },
  doubts: [
    'Whether a caller may rely on walkers having left: in 6.1 GUP-fast compares the PMD again, and callers add tlb_remove_table_sync_one.',
    'collapse_huge_page also takes pmd_lock and calls that probably unnecessary; collapse_and_free_pmd does not take it.',
    'Every caller also holds the rmap locks for writing that the area has: that of the file, and that of anonymous memory where there is any.',
    'From 6.6 on a file mapping is collapsed under pmd_lock and the page-table lock, without mmap_lock for writing.',
  ],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pmdp_collapse_flush'),
});
