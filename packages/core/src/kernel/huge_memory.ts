/** Huge entries of anonymous memory: faulting one in, using it, splitting it into a table. mm/huge_memory.c. */
import {
  pgtable_trans_huge_deposit, pgtable_trans_huge_withdraw, pmd_populate, pmdp_huge_clear_flush, pmdp_invalidate, pmdp_set_access_flags, pte_alloc_one, pte_free,
  set_pmd_at, set_pte_at, update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F, mkTable, pmd_dirty, pmd_mkdirty, pmd_mkwrite, pmd_mkyoung, pmd_none, pmd_pfn, pmd_trans_huge, pmd_write, pmd_young, pte_none, pte_wrprotect,
  withoutFlags, type Pmd, type Pte,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import { pageCells, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '../words/step.ts';
import { is_huge_zero_pmd, mm_get_huge_zero_page, unuse_huge_zero_page } from './huge_zero_page.ts';
import { operation } from './operation.ts';
import {
  alloc_hugepage, get_page, lock_page, maybe_mkwrite, mk_huge_pmd, mk_pte, new_anon_pmd, page_add_new_anon_rmap, page_count, PageAnonExclusive,
  put_page, SetPageAnonExclusive, trylock_page, unlock_page, zero_pte,
} from './page.ts';
import { mm_inc_nr_ptes } from './pgalloc.ts';
import { pmd_lock, pmd_unlock, pte_after, pte_offset } from './pgtable.ts';
import { transhuge_vma_suitable } from './vma.ts';

// Notifier calls are left out: there are no secondary MMUs.

/** Maps a huge page where a fault found the PMD none; a read gets the huge zero page. @returns `fallback` when the area is too small */
export const do_huge_pmd_anonymous_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, kind: Access['kind']): Op<'done' | 'fallback'> {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (!transhuge_vma_suitable(cpu.geometry, vma, haddr)) return 'fallback';
    if (kind === 'read') {
      yield* map_huge_zero_page(cpu, vma, haddr, pmdp);
      return 'done';
    }
    const head = yield* alloc_hugepage(cpu);
    yield* __do_huge_pmd_anonymous_page(cpu, vma, haddr, pmdp, head);
    return 'done';
  },
);

/** The part of do_huge_pmd_anonymous_page for reads. */
function* map_huge_zero_page(cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot): Op {
  const pgtable = yield* pte_alloc_one(cpu, vma.mm);
  const zero = yield* mm_get_huge_zero_page(cpu, vma.mm);
  yield* pmd_lock(cpu, pmdp);
  const pmd = yield* cpu.read_entry(pmdp);
  if (pmd_none(pmd)) {
    yield* pgtable_trans_huge_deposit(cpu, vma.mm, pmdp, pgtable); // set_huge_zero_page
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, mk_huge_pmd(zero));
    yield* mm_inc_nr_ptes(cpu, vma.mm);
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    yield* pmd_unlock(cpu, pmdp);
    return;
  }
  yield* pmd_unlock(cpu, pmdp);
  yield* pte_free(cpu, vma.mm, pgtable);
  yield* unuse_huge_zero_page(cpu);
}

export const __do_huge_pmd_anonymous_page = operation(
  linux('v6.1', 'mm/huge_memory.c', '__do_huge_pmd_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, head: number): Op {
    // The table that a later split will need: it must not fail then.
    const pgtable = yield* pte_alloc_one(cpu, vma.mm);
    yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the zeroes before the entry
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (!pmd_none(pmd)) {
      yield* pmd_unlock(cpu, pmdp);
      yield* pte_free(cpu, vma.mm, pgtable);
      yield* put_page(cpu, head);
      return;
    }
    yield* page_add_new_anon_rmap(cpu, head);
    // Deposit before the entry is visible: a hash fault looks into the deposited table.
    yield* pgtable_trans_huge_deposit(cpu, vma.mm, pmdp, pgtable);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, new_anon_pmd(head, vma));
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    yield* mm_inc_nr_ptes(cpu, vma.mm);
    yield* pmd_unlock(cpu, pmdp);
  },
);

/** A fault found a huge entry that allows the access: sets accessed, and dirty on a write. */
export const huge_pmd_set_accessed = operation(
  linux('v6.1', 'mm/huge_memory.c', 'huge_pmd_set_accessed'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd, kind: Access['kind']): Op {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd === orig) {
      const young = pmd_mkyoung(pmd);
      yield* relax_pmd(cpu, vma, address, pmdp, kind === 'write' ? pmd_mkdirty(young) : young, kind === 'write');
    }
    yield* pmd_unlock(cpu, pmdp);
  },
);

/** A write found a write-protected huge entry. @returns `fallback` when it was split: the fault goes on with base pages */
export const do_huge_pmd_wp_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_wp_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op<'done' | 'fallback'> {
    const zero = yield* is_huge_zero_pmd(cpu, orig);
    if (!zero) {
      yield* pmd_lock(cpu, pmdp);
      const ours = yield* may_reuse_huge(cpu, pmdp, orig);
      if (ours === 'yes') yield* relax_pmd(cpu, vma, address, pmdp, maybe_mkwrite(pmd_mkdirty(pmd_mkyoung(orig)), vma), true);
      yield* pmd_unlock(cpu, pmdp);
      if (ours !== 'no') return 'done';
    }
    yield* __split_huge_pmd(cpu, vma, pmdp, address);
    return 'fallback';
  },
);

/** Does nobody else use the huge page? Holds pmd_lock, which it may drop to wait for the page lock. */
function* may_reuse_huge(cpu: Cpu, pmdp: PmdSlot, orig: Pmd): Op<'yes' | 'no' | 'changed'> {
  const head = pmd_pfn(orig);
  const pmd = yield* cpu.read_entry(pmdp);
  if (pmd !== orig) return 'changed';
  const early = yield* PageAnonExclusive(cpu, head);
  if (early) return 'yes';
  const locked = yield* trylock_page(cpu, head);
  if (!locked) {
    yield* get_page(cpu, head);
    yield* pmd_unlock(cpu, pmdp);
    yield* lock_page(cpu, head);
    yield* pmd_lock(cpu, pmdp);
    const now = yield* cpu.read_entry(pmdp);
    if (now !== orig) yield* unlock_page(cpu, head);
    yield* put_page(cpu, head); // Linux drops pmd_lock first when the entry changed
    if (now !== orig) return 'changed';
  }
  let ours = yield* PageAnonExclusive(cpu, head);
  if (!ours) {
    const count = yield* page_count(cpu, head);
    ours = count === 1;
    if (ours) yield* SetPageAnonExclusive(cpu, head); // page_move_anon_rmap
  }
  yield* unlock_page(cpu, head);
  return ours ? 'yes' : 'no';
}

function* relax_pmd(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean): Op {
  const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
  const changed = yield* pmdp_set_access_flags(cpu, vma, haddr, pmdp, entry, dirty);
  if (changed) yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
}

/** Replaces a huge entry by a table that maps the same frames; the page stays whole. Nothing when the entry is not huge (any more). */
export const __split_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, address: Va): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_trans_huge(pmd)) {
      const zero = yield* is_huge_zero_pmd(cpu, pmd);
      if (zero) yield* __split_huge_zero_page_pmd(cpu, vma, pmdp, haddr);
      else yield* __split_huge_pmd_locked(cpu, vma, pmdp, haddr);
    }
    yield* pmd_unlock(cpu, pmdp);
  },
);

/**
 * The huge zero page becomes base zero pages. None in between: a fault that sees it waits for pmd_lock, and a zap that skips it
 * skips nothing that had contents.
 */
export const __split_huge_zero_page_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_zero_page_pmd'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va): Op {
    const g = cpu.geometry;
    yield* pmdp_huge_clear_flush(cpu, vma, haddr, pmdp);
    const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
    const first = pte_offset(g, mkTable(pgtable), haddr);
    for (let i = 0; i < HPAGE_PMD_NR(g); i++) yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(g), pte_after(first, i), zero_pte());
    yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
    yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
    yield* unuse_huge_zero_page(cpu);
  },
);

/** Left out: files, migration entries, `freeze`. */
export const __split_huge_pmd_locked = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd_locked'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va): Op {
    const g = cpu.geometry;
    // From here the hardware cannot use the entry, and no CPU has it cached, so its accessed and dirty are final. To software
    // it is still a present huge entry: whoever walks under mmap_lock for reading must not find none here.
    const old = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    const head = pmd_pfn(old);
    if (pmd_dirty(old)) yield* cpu.store(pageCells.dirty(head), 1);
    const exclusive = yield* PageAnonExclusive(cpu, head);
    // One reference for each entry of the table, in place of the one of the huge entry.
    yield* cpu.add(pageCells.refcount(head), HPAGE_PMD_NR(g) - 1);
    // Only now: a hash fault uses the deposited table as long as the entry is valid.
    const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
    const first = pte_offset(g, mkTable(pgtable), haddr);
    for (let i = 0; i < HPAGE_PMD_NR(g); i++) {
      const ptep = pte_after(first, i);
      const before = yield* cpu.read_entry(ptep);
      yield* cpu.bug_on(!pte_none(before), 'a deposited table reads as none everywhere');
      // Not under the table's own lock: nobody can find the table yet.
      yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(g), ptep, smallEntry(old, head + i, vma));
      if (exclusive && i > 0) yield* SetPageAnonExclusive(cpu, head + i);
      yield* cpu.add(pageCells.mapcount(head + i), 1);
    }
    yield* cpu.add(pageCells.mapcount(head), -1); // the mapping by the huge entry
    yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
    // Invalid to table: needs no flush, as no CPU caches an invalid entry.
    yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
  },
);

/** The entry of one frame. Dirty stays with the page: PG_dirty was set. */
function smallEntry(old: Pmd, pfn: number, vma: Vma): Pte {
  const writable = maybe_mkwrite(mk_pte(pfn), vma);
  const allowed = pmd_write(old) ? writable : pte_wrprotect(writable);
  return pmd_young(old) ? allowed : withoutFlags(allowed, F.ACCESSED);
}
