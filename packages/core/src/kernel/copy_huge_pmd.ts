/** fork copies a huge entry. mm/huge_memory.c. */
import {
  pgtable_trans_huge_deposit,
  pmdp_set_wrprotect,
  pte_alloc_one,
  pte_free,
  set_pmd_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { is_swap_pmd, pmd_mkold, pmd_pfn, pmd_trans_huge, pmd_wrprotect } from '../words/entry.ts';
import type { PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_pmd, mm_get_huge_zero_page } from './huge_zero_page.ts';
import { is_readable_migration_entry, make_readable_migration_entry } from './migration_entry.ts';
import { operation } from './operation.ts';
import { get_page, page_try_dup_anon_rmap } from './page.ts';
import { mm_inc_nr_ptes } from './pgalloc.ts';
import { pmd_lock, pmd_unlock } from './pgtable.ts';

/** Left out: pages that may be pinned for DMA, which are split. @returns false when the entry is not huge any more */
export const copy_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'copy_huge_pmd'),
  function* (cpu: Cpu, dst_vma: Vma, src_vma: Vma, dst_pmd: PmdSlot, src_pmd: PmdSlot, addr: Va): Op<boolean> {
    // The table that a later split in the copy will need.
    const pgtable = yield* pte_alloc_one(cpu, dst_vma.mm);
    yield* pmd_lock(cpu, dst_pmd);
    yield* pmd_lock(cpu, src_pmd);
    const pmd = yield* cpu.read_entry(src_pmd);
    const huge = pmd_trans_huge(pmd);
    if (huge) {
      const zero = yield* is_huge_zero_pmd(cpu, pmd);
      if (zero) {
        yield* mm_get_huge_zero_page(cpu, dst_vma.mm);
      } else {
        yield* get_page(cpu, pmd_pfn(pmd));
        yield* page_try_dup_anon_rmap(cpu, pmd_pfn(pmd), 'pmd');
      }
      yield* mm_inc_nr_ptes(cpu, dst_vma.mm);
      yield* pgtable_trans_huge_deposit(cpu, dst_vma.mm, dst_pmd, pgtable);
      yield* pmdp_set_wrprotect(cpu, src_vma.mm, addr, src_pmd);
      yield* set_pmd_at(cpu, dst_vma.mm, addr, dst_pmd, pmd_mkold(pmd_wrprotect(pmd)));
    } else if (is_swap_pmd(pmd)) {
      // As copy_nonpresent_pte.
      if (!is_readable_migration_entry(pmd))
        yield* set_pmd_at(cpu, src_vma.mm, addr, src_pmd, make_readable_migration_entry(pmd));
      yield* mm_inc_nr_ptes(cpu, dst_vma.mm);
      yield* pgtable_trans_huge_deposit(cpu, dst_vma.mm, dst_pmd, pgtable);
      yield* set_pmd_at(cpu, dst_vma.mm, addr, dst_pmd, make_readable_migration_entry(pmd));
    } else {
      yield* pte_free(cpu, dst_vma.mm, pgtable);
    }
    yield* pmd_unlock(cpu, src_pmd);
    yield* pmd_unlock(cpu, dst_pmd);
    return huge || is_swap_pmd(pmd);
  },
);
