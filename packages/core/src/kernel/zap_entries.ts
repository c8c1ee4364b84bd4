/** Removing what one PMD or the PTEs of one table map. mm/huge_memory.c, mm/memory.c. */
import { tlb_flush_mmu_tlbonly } from '../contract/gather.ts';
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  get_and_clear_full_ptes,
  pgtable_trans_huge_withdraw,
  pmdp_huge_get_and_clear_full,
  pte_clear,
  pte_free,
  ptep_get_and_clear_full,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  is_swap_pmd,
  pmd_pfn,
  pmd_present,
  pmd_trans_huge,
  pte_none,
  pte_pfn,
  pte_present,
  pte_special,
} from '../words/entry.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import type { Mm, PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import {
  __tlb_remove_page,
  tlb_change_page_size,
  tlb_flush_mmu,
  tlb_remove_pmd_tlb_entry,
  tlb_remove_page_size,
  tlb_remove_tlb_entry,
} from './mmu_gather.ts';
import { folio_pte_batch } from './folio_pte_batch.ts';
import { is_huge_zero_pmd, put_huge_zero_page } from './huge_zero_page.ts';
import { operation } from './operation.ts';
import { page_remove_rmap } from './page.ts';
import { mm_dec_nr_ptes } from './pgalloc.ts';
import { pmd_lock, pmd_unlock, pte_after, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

/** Removes a whole huge page. @returns false when the entry is not huge any more */
export const zap_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'zap_huge_pmd'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va): Op<boolean> {
    yield* tlb_change_page_size(cpu, tlb, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (!pmd_trans_huge(pmd) && !is_swap_pmd(pmd)) {
      yield* pmd_unlock(cpu, pmdp);
      return false;
    }
    const orig = yield* pmdp_huge_get_and_clear_full(cpu, vma, addr, pmdp, tlb.fullmm);
    tlb_remove_pmd_tlb_entry(cpu.geometry, tlb, addr);
    if (!pmd_present(orig)) {
      // The page is on its way, and finds nobody when it arrives. It had no mapping any more, and no reference of this entry.
      yield* zap_deposited_table(cpu, tlb.mm, pmdp);
      yield* pmd_unlock(cpu, pmdp);
      return true;
    }
    const head = pmd_pfn(orig);
    const zero = yield* is_huge_zero_pmd(cpu, orig);
    if (zero) {
      yield* zap_deposited_table(cpu, tlb.mm, pmdp);
      yield* pmd_unlock(cpu, pmdp);
      // Where the page is the address space's for life there is nothing to give back. Before, the reference went with the gather,
      // and before that at once, while CPUs could still read the page.
      if (!cpu.has('huge_zero_page_in_gather')) yield* put_huge_zero_page(cpu);
      else if (!cpu.has('huge_zero_page_per_mm')) yield* tlb_remove_page_size(cpu, tlb, head);
      return true;
    }
    yield* page_remove_rmap(cpu, head, 'pmd');
    // After the entry was cleared: a hash MMU looks at the deposited table while it clears.
    yield* zap_deposited_table(cpu, tlb.mm, pmdp);
    yield* pmd_unlock(cpu, pmdp);
    // From here a fault may put a table into the slot, while other CPUs still have the huge translation.
    yield* tlb_remove_page_size(cpu, tlb, head);
    return true;
  },
);

/** Frees the table that was kept for a split, at once: it was in no tree, so no walker can be in it. */
export const zap_deposited_table = operation(
  linux('v6.1', 'mm/huge_memory.c', 'zap_deposited_table'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op {
    const pgtable = yield* pgtable_trans_huge_withdraw(cpu, mm, pmdp);
    yield* pte_free(cpu, mm, pgtable);
    yield* mm_dec_nr_ptes(cpu, mm);
  },
);

export const zap_pte_range = operation(
  linux('v6.1', 'mm/memory.c', 'zap_pte_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, start: Va, end: Va): Op {
    yield* tlb_change_page_size(cpu, tlb, PAGE_SIZE(cpu.geometry));
    let addr = start;
    while (addr < end) {
      let force_flush = false;
      const first = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, addr);
      yield* arch_enter_lazy_mmu_mode(cpu);
      for (let i = 0; addr < end && !force_flush;) {
        // Left out: dirty pages of files, which force a flush too.
        const zapped = yield* zap_present_ptes(cpu, tlb, vma, pte_after(first, i), addr, end);
        force_flush = zapped.full;
        i += zapped.nr;
        addr += zapped.nr * PAGE_SIZE(cpu.geometry);
      }
      yield* arch_leave_lazy_mmu_mode(cpu);
      // Before the lock is dropped: until then nobody can take the entries for gone while they are cached.
      if (force_flush) yield* tlb_flush_mmu_tlbonly(cpu, tlb);
      yield* pte_unlock(cpu, first);
      if (force_flush) yield* tlb_flush_mmu(cpu, tlb);
    }
  },
);

/** One entry, or those that follow it and map the same huge page. @returns how many, and whether the gather is full */
function* zap_present_ptes(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  ptep: PteSlot,
  addr: Va,
  end: Va,
): Op<{ readonly nr: number; readonly full: boolean }> {
  const seen = yield* cpu.read_entry(ptep);
  if (pte_none(seen)) return { nr: 1, full: false };
  if (!pte_present(seen)) {
    yield* pte_clear(cpu, vma.mm, addr, ptep); // pte_clear_not_present_full: a migration entry, of which nothing is cached or counted
    return { nr: 1, full: false };
  }
  const nr = yield* folio_pte_batch(cpu, ptep, seen, (end - addr) / PAGE_SIZE(cpu.geometry));
  const pte =
    nr === 1
      ? yield* ptep_get_and_clear_full(cpu, vma.mm, addr, ptep, tlb.fullmm)
      : yield* get_and_clear_full_ptes(cpu, vma.mm, addr, ptep, nr, tlb.fullmm);
  let full = false;
  for (let i = 0; i < nr; i++) {
    tlb_remove_tlb_entry(cpu.geometry, tlb, addr + i * PAGE_SIZE(cpu.geometry));
    if (pte_special(pte)) continue;
    yield* page_remove_rmap(cpu, pte_pfn(pte) + i);
    full = __tlb_remove_page(cpu, tlb, pte_pfn(pte) + i);
  }
  return { nr, full };
}
