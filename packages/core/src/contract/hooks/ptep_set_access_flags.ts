/** Contract of ptep_set_access_flags. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Pte } from '../../words/entry.ts';
import { tableCells, type PteSlot, type Vma } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { othersWereInterrupted } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';
import { isAtLeast } from '../questions.ts';

/**
 * Relaxes a PTE: sets accessed, dirty or write, never takes one away.
 *
 * @param cpu the CPU that runs it
 * @param vma an area of the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @param entry the PTE as it shall be
 * @param dirty the fault was a write
 * @returns whether the PTE differed; then the caller calls update_mmu_cache
 * @function
 */
export const ptep_set_access_flags = hook<
  (cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, entry: Pte, dirty: boolean) => Op<boolean>
>({
  hookName: 'ptep_set_access_flags',
  group: 'pte update',
  does: 'Makes a PTE at least as permissive as asked, so that the CPU that faulted does not fault for ever.',
  calledBy: ['handle_pte_fault', 'wp_page_reuse', '__wp_page_copy_user', 'insert_pfn'],
  locks: { 'the page-table lock': (_vma, _addr, ptep) => spinlock(tableCells.ptl(ptep.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {
      'after a write fault the PTE permits what was asked': ({ facts, args: [, , ptep, entry, dirty] }) =>
        !dirty || isAtLeast(facts.entry(ptep), entry),
    },
  },
  may: { 'the other CPUs were interrupted': ({ facts, cpu }) => othersWereInterrupted(facts, cpu) },
  doubts: ['Other CPUs may take one more fault on a translation that is stricter than the PTE.'],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'ptep_set_access_flags'),
});
