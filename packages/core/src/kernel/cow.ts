/** Copy on write: a write fault on a base page that the entry does not let write. mm/memory.c. */
import {
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  ptep_clear_flush,
  ptep_set_access_flags,
  set_pte_at,
  update_mmu_cache,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pte_mkdirty, pte_mkyoung, pte_pfn, pte_special, type Pfn, type Pte } from '../words/entry.ts';
import { PAGE_SIZE, roundDown } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_prepare } from './anon_vma.ts';
import { operation } from './operation.ts';
import {
  alloc_page,
  compound_head,
  copy_user_highpage,
  get_page,
  lock_page,
  maybe_mkwrite,
  new_anon_pte,
  page_add_new_anon_rmap,
  page_count,
  page_move_anon_rmap,
  page_remove_rmap,
  page_trans_huge_mapcount,
  PageAnonExclusive,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { pte_offset_map_lock, pte_same, pte_unlock } from './pgtable.ts';

// Left out: files, shared mappings, swap, KSM, unsharing for GUP.

/** Entered with the table locked, and the entry read under its lock; left with it unlocked. */
export const do_wp_page = operation(
  linux('v6.1', 'mm/memory.c', 'do_wp_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, ptep: PteSlot, pte: Pte): Op {
    if (!pte_special(pte)) {
      const ours = yield* cpu.has('cow_asks_reference_count')
        ? may_reuse(cpu, vma, pte_pfn(pte))
        : may_reuse_mapped_once(cpu, vma, address, pmdp, ptep, pte);
      if (ours === 'changed') return;
      if (ours === 'yes') {
        yield* wp_page_reuse(cpu, vma, address, ptep, pte);
        yield* pte_unlock(cpu, ptep);
        return;
      }
      yield* get_page(cpu, pte_pfn(pte)); // it must not go while we copy without the lock
    }
    yield* pte_unlock(cpu, ptep);
    yield* wp_page_copy(cpu, vma, address, pmdp, pte);
  },
);

/** Does nobody else use the page? */
function* may_reuse(cpu: Cpu, vma: Vma, pfn: Pfn): Op<'yes' | 'no'> {
  const exclusive = yield* PageAnonExclusive(cpu, pfn);
  if (exclusive) return 'yes';
  const head = yield* compound_head(cpu, pfn);
  const before = yield* page_count(cpu, head);
  if (before > 1) return 'no';
  const locked = yield* trylock_page(cpu, head);
  if (!locked) return 'no';
  // Under the lock, and with our mapping as the only reference, nobody can come to share it.
  const count = yield* page_count(cpu, head);
  if (count === 1) yield* page_move_anon_rmap(cpu, pfn, vma);
  yield* unlock_page(cpu, head);
  return count === 1 ? 'yes' : 'no';
}

/**
 * reuse_swap_page: does nothing else map the page? Who has it pinned does not count, and goes on reading what is written from now on.
 * Waits for the page lock without the lock of the table where it has to. `changed`: the entry is another meanwhile, and the table unlocked.
 */
function* may_reuse_mapped_once(
  cpu: Cpu,
  vma: Vma,
  address: Va,
  pmdp: PmdSlot,
  ptep: PteSlot,
  pte: Pte,
): Op<'yes' | 'no' | 'changed'> {
  const head = yield* compound_head(cpu, pte_pfn(pte));
  const locked = yield* trylock_page(cpu, head);
  if (!locked) {
    yield* get_page(cpu, head);
    yield* pte_unlock(cpu, ptep);
    yield* lock_page(cpu, head);
    const again = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, address);
    const now = yield* cpu.read_entry(again);
    if (!pte_same(cpu, now, pte)) {
      yield* unlock_page(cpu, head);
      yield* pte_unlock(cpu, again);
      yield* put_page(cpu, head);
      return 'changed';
    }
    yield* put_page(cpu, head);
  }
  const mapcount = yield* page_trans_huge_mapcount(cpu, head);
  if (mapcount === 1) yield* page_move_anon_rmap(cpu, pte_pfn(pte), vma);
  yield* unlock_page(cpu, head);
  return mapcount <= 1 ? 'yes' : 'no';
}

export const wp_page_reuse = operation(
  linux('v6.1', 'mm/memory.c', 'wp_page_reuse'),
  function* (cpu: Cpu, vma: Vma, address: Va, ptep: PteSlot, pte: Pte): Op {
    const entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(pte)), vma);
    const changed = yield* ptep_set_access_flags(cpu, vma, address, ptep, entry, true);
    if (changed) yield* update_mmu_cache(cpu, vma, address, ptep);
  },
);

/** Puts a copy in place of the page. The caller holds a reference to the old page, which goes; the zero page has none. */
export const wp_page_copy = operation(
  linux('v6.1', 'mm/memory.c', 'wp_page_copy'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pte): Op {
    const old = pte_special(orig) ? undefined : pte_pfn(orig);
    yield* anon_vma_prepare(cpu, vma);
    const fresh = yield* alloc_page(cpu);
    if (old !== undefined) yield* copy_user_highpage(cpu, fresh, old);
    yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the copy before the entry
    const page = roundDown(address, PAGE_SIZE(cpu.geometry));
    const next = page + PAGE_SIZE(cpu.geometry);
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, page, next); // a guest lets go of the old page too
    const ptep = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, address);
    const pte = yield* cpu.read_entry(ptep);
    let unused: Pfn | undefined = fresh;
    if (pte_same(cpu, pte, orig)) {
      // None in between, and flushed: no CPU may still read the old page when another already writes to the new one.
      yield* ptep_clear_flush(cpu, vma, address, ptep);
      yield* page_add_new_anon_rmap(cpu, fresh, vma, address);
      yield* set_pte_at(cpu, vma.mm, address, ptep, new_anon_pte(fresh, vma));
      yield* update_mmu_cache(cpu, vma, address, ptep);
      // Only after the flush: who sees the page unmapped may take it for his own and write to it.
      if (old !== undefined) yield* page_remove_rmap(cpu, old);
      unused = old;
    }
    if (unused !== undefined) yield* put_page(cpu, unused);
    yield* pte_unlock(cpu, ptep);
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, page, next);
    if (old !== undefined) yield* put_page(cpu, old);
  },
);
