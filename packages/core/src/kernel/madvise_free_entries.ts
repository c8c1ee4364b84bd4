/** What MADV_FREE does to one huge PMD, or to the PTEs of one table: old and clean from now on, and flushed. */
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  pmdp_huge_get_and_clear_full,
  pmdp_invalidate,
  ptep_get_and_clear_full,
  set_pmd_at,
  set_pte_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pmd_dirty,
  pmd_mkclean,
  pmd_mkold,
  pmd_pfn,
  pmd_trans_huge,
  pmd_young,
  pte_dirty,
  pte_mkclean,
  pte_mkold,
  pte_pfn,
  pte_present,
  pte_special,
  pte_young,
  type Pmd,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { pageCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { folio_pte_batch } from './folio_pte_batch.ts';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import {
  cleanAndUnlock,
  lockAlone,
  splitAndRelease,
  splitForFreeing,
  STOP,
  takeForFreeing,
} from './madvise_free_split.ts';
import { tlb_change_page_size, tlb_remove_pmd_tlb_entry, tlb_remove_tlb_entry } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { get_page, PageCompound } from './page.ts';
import { pmd_lock, pmd_unlock, pte_after, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

// Left out: mark_page_lazyfree. Nothing is reclaimed here.

/** @returns whether that is all there is to do for the PMD */
export const madvise_free_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'madvise_free_huge_pmd'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va, next: Va): Op<boolean> {
    const part = next - addr !== HPAGE_PMD_SIZE(cpu.geometry);
    yield* tlb_change_page_size(cpu, tlb, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const orig = yield* cpu.read_entry(pmdp);
    const zero = yield* is_huge_zero_pmd(cpu, orig);
    const ours = pmd_trans_huge(orig) && !zero && (yield* lockAlone(cpu, pmd_pfn(orig), 1));
    if (ours && part) {
      // Only the part is to be dropped: the page is split, and the base pages of the part are looked at one by one.
      yield* get_page(cpu, pmd_pfn(orig));
      yield* pmd_unlock(cpu, pmdp);
      yield* splitAndRelease(cpu, pmd_pfn(orig));
      return false;
    }
    if (ours) {
      yield* cleanAndUnlock(cpu, pmd_pfn(orig));
      if (pmd_young(orig) || pmd_dirty(orig)) yield* makeOldAndClean(cpu, tlb, vma, pmdp, addr, orig);
    }
    yield* pmd_unlock(cpu, pmdp);
    return ours;
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

/** The part of madvise_free_pte_range under the page-table lock, which it drops for as long as it splits a huge page. */
export function* madvise_free_ptes(cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, start: Va, end: Va): Op {
  yield* tlb_change_page_size(cpu, tlb, PAGE_SIZE(cpu.geometry));
  const first = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, start);
  yield* arch_enter_lazy_mmu_mode(cpu);
  for (let addr = start, i = 0; addr < end;) {
    const nr = yield* freeOnePte(cpu, tlb, vma, pte_after(first, i), addr, end);
    if (nr === STOP) break;
    i += nr;
    addr += nr * PAGE_SIZE(cpu.geometry);
  }
  yield* arch_leave_lazy_mmu_mode(cpu);
  yield* pte_unlock(cpu, first);
}

/** @returns how many entries are done: none when the entry is to be looked at again; STOP when none of what follows is looked at */
function* freeOnePte(cpu: Cpu, tlb: MmuGather, vma: Vma, ptep: PteSlot, addr: Va, end: Va): Op<number> {
  const seen = yield* cpu.read_entry(ptep);
  if (!pte_present(seen) || pte_special(seen)) return 1; // none, or a migration entry: the page is on its way
  const large = yield* PageCompound(cpu, pte_pfn(seen));
  if (large) {
    const nr = yield* folio_pte_batch(cpu, ptep, seen, (end - addr) / PAGE_SIZE(cpu.geometry));
    if (nr < HPAGE_PMD_NR(cpu.geometry)) return yield* splitForFreeing(cpu, ptep, pte_pfn(seen), nr);
    const known = yield* cpu.load(pageCells.dirty(pte_pfn(seen)));
    const ours = !known || (yield* takeForFreeing(cpu, pte_pfn(seen), nr));
    for (let i = 0; ours && i < nr; i++)
      yield* ptesOldAndClean(cpu, tlb, vma, pte_after(ptep, i), addr + i * PAGE_SIZE(cpu.geometry));
    return nr;
  }
  const dirty = yield* cpu.load(pageCells.dirty(pte_pfn(seen)));
  if (dirty) {
    const ours = yield* takeForFreeing(cpu, pte_pfn(seen), 1);
    if (!ours) return 1;
  }
  if (pte_young(seen) || pte_dirty(seen)) yield* ptesOldAndClean(cpu, tlb, vma, ptep, addr);
  return 1;
}

/** Taken out and put back: on some architectures only taking out tells the hardware. */
function* ptesOldAndClean(cpu: Cpu, tlb: MmuGather, vma: Vma, ptep: PteSlot, addr: Va): Op {
  const old = yield* ptep_get_and_clear_full(cpu, vma.mm, addr, ptep, tlb.fullmm);
  yield* set_pte_at(cpu, vma.mm, addr, ptep, pte_mkclean(pte_mkold(old)));
  tlb_remove_tlb_entry(cpu.geometry, tlb, addr);
}
