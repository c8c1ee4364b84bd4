/**
 * Copy on write of a whole huge page, as it was until 5.7: a new huge page takes the place of the old one under one lock; where
 * none is free, base pages and a table do (the fallback, a split that splits no page). mm/huge_memory.c.
 */
import {
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  pgtable_trans_huge_withdraw,
  pmd_populate,
  pmdp_huge_clear_flush,
  pmdp_set_access_flags,
  set_pmd_at,
  set_pte_at,
  update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import { cpuBit, type Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { mkTable, pmd_mkdirty, pmd_mkyoung, pmd_pfn, type Pfn, type Pmd } from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import type { PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_prepare } from './anon_vma.ts';
import { lock_page_under_pmd } from './lock_page_under_pmd.ts';
import { operation } from './operation.ts';
import {
  alloc_hugepage,
  alloc_page,
  copy_user_highpage,
  get_page,
  maybe_mkwrite,
  new_anon_pmd,
  new_anon_pte,
  page_add_new_anon_rmap,
  page_remove_rmap,
  page_trans_huge_mapcount,
  put_page,
  unlock_page,
} from './page.ts';
import { pmd_lock, pmd_same, pmd_unlock, pte_after, pte_offset } from './pgtable.ts';

/** The page is not the huge zero page. What was wanted is done, whatever the outcome: the access is tried again. */
export const wp_copy_huge_page = operation(
  linux('v4.1', 'mm/huge_memory.c', 'do_huge_pmd_wp_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    const page = pmd_pfn(orig);
    yield* anon_vma_prepare(cpu, vma);
    yield* pmd_lock(cpu, pmdp);
    const shared = yield* isShared(cpu, vma, haddr, pmdp, orig);
    if (shared) yield* get_page(cpu, page); // it must not go while we copy without the lock
    yield* pmd_unlock(cpu, pmdp);
    if (!shared) return;
    if ((cpu.number('CPUS_WITHOUT_HUGE_PAGES') & cpuBit(cpu.id)) !== 0) {
      yield* do_huge_pmd_wp_page_fallback(cpu, vma, haddr, pmdp, orig);
      yield* put_page(cpu, page);
      return;
    }
    const fresh = yield* alloc_hugepage(cpu);
    for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) yield* copy_user_highpage(cpu, fresh + i, page + i);
    yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the copy before the entry
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    yield* put_page(cpu, page);
    const pmd = yield* cpu.read_entry(pmdp);
    const same = pmd_same(cpu, pmd, orig);
    if (same) {
      // None in between, under the lock; then a leaf again.
      yield* pmdp_huge_clear_flush(cpu, vma, haddr, pmdp);
      yield* page_add_new_anon_rmap(cpu, fresh, vma, haddr, 'pmd');
      yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, new_anon_pmd(fresh, vma));
      yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
      yield* page_remove_rmap(cpu, page, 'pmd');
    }
    yield* put_page(cpu, same ? page : fresh);
    yield* pmd_unlock(cpu, pmdp);
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(cpu.geometry));
  },
);

/** Holds pmd_lock. A page that one entry alone maps is used again. @returns true when a copy is needed */
function* isShared(cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, orig: Pmd): Op<boolean> {
  const pmd = yield* cpu.read_entry(pmdp);
  if (!pmd_same(cpu, pmd, orig)) return false;
  const locks = cpu.has('huge_wp_fault_locks_page');
  const still = !locks || (yield* lock_page_under_pmd(cpu, pmdp, orig));
  if (!still) return false;
  const mapcount = yield* page_trans_huge_mapcount(cpu, pmd_pfn(orig)); // reuse_swap_page
  if (locks) yield* unlock_page(cpu, pmd_pfn(orig)); // Linux keeps it while it changes the entry, which nobody minds
  if (mapcount !== 1) return true;
  const entry = maybe_mkwrite(pmd_mkdirty(pmd_mkyoung(orig)), vma);
  const changed = yield* pmdp_set_access_flags(cpu, vma, haddr, pmdp, entry, true);
  if (changed) yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
  return false;
}

/** The caller holds a reference to the page, and keeps it. */
export const do_huge_pmd_wp_page_fallback = operation(
  linux('v4.1', 'mm/huge_memory.c', 'do_huge_pmd_wp_page_fallback'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, orig: Pmd): Op {
    const g = cpu.geometry;
    const pages: Pfn[] = [];
    for (let i = 0; i < HPAGE_PMD_NR(g); i++) {
      const fresh = yield* alloc_page(cpu);
      yield* copy_user_highpage(cpu, fresh, pmd_pfn(orig) + i);
      pages.push(fresh);
    }
    yield* cpu.fence('smp_wmb');
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(g));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const same = pmd_same(cpu, pmd, orig);
    if (same) {
      // Not marked as being split, as other splits were then: it is none until the table is filled.
      yield* pmdp_huge_clear_flush(cpu, vma, haddr, pmdp);
      const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
      const first = pte_offset(g, mkTable(pgtable), haddr);
      for (let i = 0; i < pages.length; i++) {
        yield* page_add_new_anon_rmap(cpu, pages[i]!, vma, haddr + i * PAGE_SIZE(g));
        yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(g), pte_after(first, i), new_anon_pte(pages[i]!, vma));
      }
      yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
      yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
      yield* page_remove_rmap(cpu, pmd_pfn(orig), 'pmd');
    }
    yield* pmd_unlock(cpu, pmdp);
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(g));
    if (same) yield* put_page(cpu, pmd_pfn(orig));
    for (let i = 0; !same && i < pages.length; i++) yield* put_page(cpu, pages[i]!);
  },
);
