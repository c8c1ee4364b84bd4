/** The PMD of a huge page becomes a table; the page stays whole. mm/huge_memory.c. */
import {
  pgtable_trans_huge_withdraw,
  pmd_populate,
  pmdp_huge_clear_flush,
  pmdp_huge_split_prepare,
  pmdp_invalidate,
  set_pte_at,
  set_ptes,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F,
  is_swap_pmd,
  mkTable,
  pmd_dirty,
  pmd_pfn,
  pmd_trans_huge,
  pmd_write,
  pmd_young,
  pte_advance_pfn,
  pte_modify,
  pte_none,
  pte_wrprotect,
  withoutFlags,
  type Pfn,
  type Pmd,
  type Pte,
  type Table,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import { pageCells, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_pmd, unuse_huge_zero_page } from './huge_zero_page.ts';
import { make_migration_entry, page_try_share_anon_rmap } from './migration_entry.ts';
import { lock_page_under_pmd } from './lock_page_under_pmd.ts';
import { operation } from './operation.ts';
import {
  maybe_mkwrite,
  mk_pte,
  page_remove_rmap,
  PageAnonExclusive,
  put_page,
  SetPageAnonExclusive,
  unlock_page,
  vm_page_prot,
  zero_pte,
} from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock, pte_after, pte_offset } from './pgtable.ts';

/**
 * Splits at an address where an area is to be cut, or where single pages are wanted.
 * @param freeze the table gets migration entries, if the huge entry maps this folio: it is to be split itself
 */
export const split_huge_pmd_address = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_pmd_address'),
  function* (cpu: Cpu, vma: Vma, address: Va, freeze?: Pfn): Op {
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, address);
    if (pmdp) yield* __split_huge_pmd(cpu, vma, pmdp, address, freeze);
  },
);

/** Replaces a huge entry by a table that maps the same frames; the page stays whole. Nothing when the entry is not huge (any more). */
export const __split_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, address: Va, freeze?: Pfn): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const locked = freeze === undefined && (yield* lock_page_of(cpu, pmdp));
    const pmd = yield* cpu.read_entry(pmdp);
    const wanted = freeze === undefined || pmd_pfn(pmd) === freeze;
    if (pmd_trans_huge(pmd) && wanted) {
      const zero = yield* is_huge_zero_pmd(cpu, pmd);
      if (zero) yield* __split_huge_zero_page_pmd(cpu, vma, pmdp, haddr);
      else yield* __split_huge_pmd_locked(cpu, vma, pmdp, haddr, freeze !== undefined);
    } else if (is_swap_pmd(pmd) && wanted) {
      yield* splitMigrationEntry(cpu, vma, pmdp, haddr, pmd);
    }
    yield* pmd_unlock(cpu, pmdp);
    if (locked) yield* unlock_page(cpu, pmd_pfn(pmd));
  },
);

/**
 * In 5.8 to 5.18, for who splits on nobody's behalf: the page lock, under which write faults added up mapcounts. Entered and left with the
 * entry locked, which is dropped where the page lock has to be waited for.
 * @returns whether the page is locked now
 */
function* lock_page_of(cpu: Cpu, pmdp: PmdSlot): Op<boolean> {
  if (!cpu.has('split_takes_page_lock') || cpu.has('anon_exclusive')) return false;
  for (;;) {
    const pmd = yield* cpu.read_entry(pmdp);
    const zero = yield* is_huge_zero_pmd(cpu, pmd);
    if (!pmd_trans_huge(pmd) || zero) return false;
    const locked = yield* lock_page_under_pmd(cpu, pmdp, pmd);
    if (locked) return true;
  }
}

/** A huge page that is on its way will arrive as the pages of a table. No flush: nothing was mapped. */
function* splitMigrationEntry(cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va, pmd: Pmd): Op {
  const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
  const first = pte_offset(cpu.geometry, mkTable(pgtable), haddr);
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++)
    yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(cpu.geometry), pte_after(first, i), pte_advance_pfn(pmd, i));
  yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
  yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
}

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
    for (let i = 0; i < HPAGE_PMD_NR(g); i++)
      yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(g), pte_after(first, i), zero_pte());
    yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
    yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
    yield* unuse_huge_zero_page(cpu);
  },
);

/**
 * Left out: files.
 * @param freeze the table gets migration entries, and the page loses its mapping: it is to be split itself
 */
export const __split_huge_pmd_locked = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd_locked'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va, freeze: boolean): Op {
    if (!cpu.has('pmdp_invalidate_exchanges')) {
      yield* splitReadingFirst(cpu, vma, pmdp, haddr, freeze);
      return;
    }
    // From here the hardware cannot use the entry, and no CPU has it cached, so its accessed and dirty are final. To software
    // it is still a present huge entry: whoever walks under mmap_lock for reading must not find none here.
    const old = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    yield* pageOfTable(cpu, old);
    // Only now: a hash fault uses the deposited table as long as the entry is valid.
    const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
    yield* fillTable(cpu, vma, haddr, old, pgtable, freeze);
    yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
    // Invalid to table: needs no flush, as no CPU caches an invalid entry.
    yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
    if (freeze) yield* unmapFrozen(cpu, old);
  },
);

/**
 * The order of 4.5 to 4.15: the flags are read first, the hardware is stopped last. What it sets in between is lost.
 * Simplified: releases before 4.5 split the page together with its PMD; they are given this form.
 */
function* splitReadingFirst(cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va, freeze: boolean): Op {
  const old = yield* cpu.read_entry(pmdp);
  yield* pageOfTable(cpu, old);
  // A hash fault looks into the deposited table: from here on none may.
  yield* pmdp_huge_split_prepare(cpu, vma, haddr, pmdp);
  const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, pmdp);
  yield* fillTable(cpu, vma, haddr, old, pgtable, freeze);
  yield* cpu.fence('smp_wmb');
  yield* pmdp_invalidate(cpu, vma, haddr, pmdp); // no CPU has the huge translation beside a small one
  yield* pmd_populate(cpu, vma.mm, pmdp, pgtable);
  if (freeze) yield* unmapFrozen(cpu, old);
}

/** The migration entries need neither mapping nor reference: who splits the page wants to be the only one that has it. */
function* unmapFrozen(cpu: Cpu, old: Pmd): Op {
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    yield* page_remove_rmap(cpu, pmd_pfn(old) + i);
    yield* put_page(cpu, pmd_pfn(old) + i); // never the last: who splits the page has one
  }
}

/** What the huge entry knew of its page, the page has to know from now on. */
function* pageOfTable(cpu: Cpu, old: Pmd): Op {
  const head = pmd_pfn(old);
  if (pmd_dirty(old)) yield* cpu.store(pageCells.dirty(head), 1);
  // One reference for each entry of the table, in place of the one of the huge entry.
  yield* cpu.add(pageCells.refcount(head), HPAGE_PMD_NR(cpu.geometry) - 1);
}

/** The entries of the table that replaces a huge PMD. Not under the table's own lock: nobody can find the table yet. */
function* fillTable(cpu: Cpu, vma: Vma, haddr: Va, old: Pmd, pgtable: Table, freeze: boolean): Op {
  const head = pmd_pfn(old);
  const exclusive = yield* freeze ? page_try_share_anon_rmap(cpu, head) : PageAnonExclusive(cpu, head);
  const first = pte_offset(cpu.geometry, mkTable(pgtable), haddr);
  const atOnce = cpu.has('split_sets_ptes_at_once') && !freeze;
  const entryOf = (i: number): Pte =>
    freeze ? make_migration_entry(head + i, old, exclusive) : smallEntry(old, head + i, vma);
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const ptep = pte_after(first, i);
    const before = yield* cpu.read_entry(ptep);
    yield* cpu.bug_on(!pte_none(before), 'a deposited table reads as none everywhere');
    if (!atOnce) yield* set_pte_at(cpu, vma.mm, haddr + i * PAGE_SIZE(cpu.geometry), ptep, entryOf(i));
    if (exclusive && !freeze && i > 0) yield* SetPageAnonExclusive(cpu, head + i);
    yield* cpu.add(pageCells.mapcount(head + i), 1);
  }
  if (atOnce) yield* set_ptes(cpu, vma.mm, haddr, first, smallEntry(old, head, vma), HPAGE_PMD_NR(cpu.geometry));
  yield* cpu.add(pageCells.entire_mapcount(head), -1); // the mapping by the huge entry
}

/** The entry of one frame. Dirty stays with the page: PG_dirty was set. */
function smallEntry(old: Pmd, pfn: number, vma: Vma): Pte {
  const writable = maybe_mkwrite(pte_modify(mk_pte(pfn), vm_page_prot(vma)), vma);
  const allowed = pmd_write(old) ? writable : pte_wrprotect(writable);
  return pmd_young(old) ? allowed : withoutFlags(allowed, F.ACCESSED);
}
