/** A NUMA fault moves a huge page to the node that uses it, as until 5.13: leaf to leaf under pmd_lock. mm/migrate.c. */
import {
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  pmdp_huge_clear_flush,
  set_pmd_at,
  update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pmd_pfn, type Pmd } from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE } from '../words/geometry.ts';
import type { PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import {
  alloc_hugepage,
  copy_user_highpage,
  get_page,
  new_anon_pmd,
  page_add_new_anon_rmap,
  page_count,
  page_remove_rmap,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { pmd_lock, pmd_same, pmd_unlock } from './pgtable.ts';

/** The mapping, and the reference of who moves the page. */
const MAPPED_AND_OURS = 2;

/**
 * Nobody can use the page meanwhile: its entry is inaccessible, and was flushed. Who has it pinned stops the move.
 * Left out: rate limits, and the look at the reference count after the entry was replaced, with its way back.
 * @returns whether the page was moved; the lock is not held, before and after
 */
export const migrate_misplaced_transhuge_page = operation(
  linux('v4.1', 'mm/migrate.c', 'migrate_misplaced_transhuge_page'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, orig: Pmd): Op<boolean> {
    const page = pmd_pfn(orig);
    const locked = yield* trylock_page(cpu, page);
    if (!locked) return false;
    yield* get_page(cpu, page); // numamigrate_isolate_page
    const fresh = yield* alloc_hugepage(cpu);
    for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) yield* copy_user_highpage(cpu, fresh + i, page + i); // migrate_page_copy
    yield* cpu.fence('smp_wmb');
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const count = yield* page_count(cpu, page);
    const moved = pmd_same(cpu, pmd, orig) && count === MAPPED_AND_OURS;
    if (moved) {
      yield* page_add_new_anon_rmap(cpu, fresh, vma, haddr, 'pmd');
      yield* pmdp_huge_clear_flush(cpu, vma, haddr, pmdp);
      yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, new_anon_pmd(fresh, vma));
      yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
      yield* page_remove_rmap(cpu, page, 'pmd');
    }
    yield* pmd_unlock(cpu, pmdp);
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, haddr, haddr + HPAGE_PMD_SIZE(cpu.geometry));
    yield* unlock_page(cpu, page);
    yield* put_page(cpu, page);
    yield* put_page(cpu, moved ? page : fresh);
    return moved;
  },
);
