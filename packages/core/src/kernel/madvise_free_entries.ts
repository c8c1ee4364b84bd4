/** What MADV_FREE does to one huge PMD, or to the PTEs of one table: old and clean from now on, and flushed. */
import {
  arch_enter_lazy_mmu_mode, arch_leave_lazy_mmu_mode, pmdp_huge_get_and_clear_full, pmdp_invalidate, ptep_get_and_clear_full, set_pmd_at, set_pte_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pmd_dirty, pmd_mkclean, pmd_mkold, pmd_pfn, pmd_present, pmd_trans_huge, pmd_young, pte_dirty, pte_mkclean, pte_mkold, pte_none, pte_pfn, pte_present,
  pte_special, pte_young, type Pfn, type Pmd,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { pageCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import { tlb_change_page_size, tlb_remove_pmd_tlb_entry, tlb_remove_tlb_entry } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { PageCompound, total_mapcount, trylock_page, unlock_page } from './page.ts';
import { pmd_lock, pmd_unlock, pte_after, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

// Left out: mark_page_lazyfree. Nothing is reclaimed here.

/** @returns whether that is all there is to do for the PMD */
export const madvise_free_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'madvise_free_huge_pmd'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va, next: Va): Op<boolean> {
    yield* tlb_change_page_size(cpu, tlb, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const orig = yield* cpu.read_entry(pmdp);
    let done = false;
    const zero = yield* is_huge_zero_pmd(cpu, orig);
    if (pmd_trans_huge(orig) && !zero) {
      yield* cpu.bug_on(!pmd_present(orig), 'a huge entry is present: migration entries are not modelled');
      const ours = yield* takeForFreeing(cpu, pmd_pfn(orig), HPAGE_PMD_NR(cpu.geometry));
      if (ours && next - addr !== HPAGE_PMD_SIZE(cpu.geometry)) yield* cpu.give_up('MADV_FREE of a part of a huge page splits the page: not modelled');
      if (ours && (pmd_young(orig) || pmd_dirty(orig))) yield* makeOldAndClean(cpu, tlb, vma, pmdp, addr, orig);
      done = ours;
    }
    yield* pmd_unlock(cpu, pmdp);
    return done;
  },
);

function* makeOldAndClean(cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va, orig: Pmd): Op {
  // Until 4.12 none for a moment: who looks without the lock takes the range for empty.
  if (cpu.has('madv_free_keeps_pmd_huge')) yield* pmdp_invalidate(cpu, vma, addr, pmdp);
  else yield* pmdp_huge_get_and_clear_full(cpu, vma, addr, pmdp, tlb.fullmm);
  // From what was read first: flags that hardware has set since are to go anyway.
  yield* set_pmd_at(cpu, vma.mm, addr, pmdp, pmd_mkclean(pmd_mkold(orig)));
  tlb_remove_pmd_tlb_entry(cpu.geometry, tlb, addr);
}

/** Is it nobody else's? Then the page itself is clean from now on. */
function* takeForFreeing(cpu: Cpu, head: Pfn, frames: number): Op<boolean> {
  const mappings = yield* total_mapcount(cpu, head, frames);
  if (mappings !== 1) return false;
  const locked = yield* trylock_page(cpu, head);
  if (!locked) return false;
  const dirty = yield* cpu.load(pageCells.dirty(head));
  if (dirty) yield* cpu.store(pageCells.dirty(head), 0);
  yield* unlock_page(cpu, head);
  return true;
}

/** The part of madvise_free_pte_range under the page-table lock. */
export function* madvise_free_ptes(cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, start: Va, end: Va): Op {
  yield* tlb_change_page_size(cpu, tlb, PAGE_SIZE(cpu.geometry));
  const first = yield* pte_offset_map_lock(cpu, pmdp, start);
  yield* arch_enter_lazy_mmu_mode(cpu);
  let addr = start;
  for (let i = 0; addr < end; i++) {
    yield* freeOnePte(cpu, tlb, vma, pte_after(first, i), addr);
    addr += PAGE_SIZE(cpu.geometry);
  }
  yield* arch_leave_lazy_mmu_mode(cpu);
  yield* pte_unlock(cpu, first);
}

function* freeOnePte(cpu: Cpu, tlb: MmuGather, vma: Vma, ptep: PteSlot, addr: Va): Op {
  const seen = yield* cpu.read_entry(ptep);
  if (pte_none(seen) || pte_special(seen)) return;
  if (!pte_present(seen)) yield* cpu.give_up('MADV_FREE of a swap entry is not modelled');
  const compound = yield* PageCompound(cpu, pte_pfn(seen));
  if (compound) yield* cpu.give_up('MADV_FREE of a huge page that is mapped by PTEs splits the page: not modelled');
  const dirty = yield* cpu.load(pageCells.dirty(pte_pfn(seen)));
  if (dirty) {
    const ours = yield* takeForFreeing(cpu, pte_pfn(seen), 1);
    if (!ours) return;
  }
  if (!pte_young(seen) && !pte_dirty(seen)) return;
  // Taken out and put back: on some architectures only taking out tells the hardware.
  const old = yield* ptep_get_and_clear_full(cpu, vma.mm, addr, ptep, tlb.fullmm);
  yield* set_pte_at(cpu, vma.mm, addr, ptep, pte_mkclean(pte_mkold(old)));
  tlb_remove_tlb_entry(cpu.geometry, tlb, addr);
}
