/** Contract of ptep_clear_flush. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isNone, type Pte } from '../../words/entry.ts';
import { PAGE_SIZE } from '../../words/geometry.ts';
import { tableCells, type PteSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { noStaleTranslation, othersWereInterrupted } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';

/**
 * Takes a PTE out and waits until nobody can use its translation.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @returns what the PTE held
 * @function
 */
export const ptep_clear_flush = hook<(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot) => Op<Pte>>({
  hookName: 'ptep_clear_flush',
  group: 'pte update',
  does: 'Makes a PTE none, and flushes the page from every CPU if the old PTE could be in a TLB.',
  calledBy: [
    'wp_page_copy',
    'try_to_unmap_one',
    'try_to_migrate_one',
    'page_vma_mkclean_one',
    'write_protect_page',
    'replace_page',
    'migrate_vma_collect_pmd',
  ],
  locks: { 'the page-table lock': (_vma, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'until no CPU can use the translation; for walkers in software only where the flush interrupts them',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: {},
    post: {
      'the PTE is none': ({ facts, args: [, , ptep] }) => isNone(facts.entry(ptep)),
      'no TLB holds the page': ({ facts, args: [vma, addr] }) =>
        noStaleTranslation(facts, vma.mm, addr, addr + PAGE_SIZE(facts.geometry), ['pte']),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: [
    'migrate_vma_collect_pmd calls it in lazy MMU mode, where ppc64 hash only queues the invalidation of its hash table until the mode ends.',
  ],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'ptep_clear_flush'),
});
