/** Huge entries of anonymous memory: faulting one in, using it, splitting it into a table. mm/huge_memory.c. */
import {
  pgtable_trans_huge_deposit, pgtable_trans_huge_withdraw, pmd_populate, pmdp_invalidate, pmdp_set_access_flags, pte_alloc_one, pte_free,
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
import { operation } from './operation.ts';
import { alloc_hugepage, maybe_mkwrite, mk_pte, new_anon_pmd, page_add_new_anon_rmap, put_page } from './page.ts';
import { mm_inc_nr_ptes } from './pgalloc.ts';
import { pmd_lock, pmd_unlock, pte_after, pte_offset } from './pgtable.ts';
import { transhuge_vma_suitable } from './vma.ts';

// Notifier calls are left out: there are no secondary MMUs.

/** Maps a huge page where a fault found the PMD none. @returns `fallback` when the area is too small for one */
export const do_huge_pmd_anonymous_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<'done' | 'fallback'> {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (!transhuge_vma_suitable(cpu.geometry, vma, haddr)) return 'fallback';
    // Left out: the huge zero page for read faults.
    const head = yield* alloc_hugepage(cpu);
    yield* __do_huge_pmd_anonymous_page(cpu, vma, haddr, pmdp, head);
    return 'done';
  },
);

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

/** A write found a write-protected huge entry. Simplified: there is no fork, so the page is ours alone and is used again. */
export const do_huge_pmd_wp_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_wp_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd === orig) yield* relax_pmd(cpu, vma, address, pmdp, pmd_mkwrite(pmd_mkdirty(pmd_mkyoung(pmd))), true);
    yield* pmd_unlock(cpu, pmdp);
  },
);

function* relax_pmd(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean): Op {
  const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
  const changed = yield* pmdp_set_access_flags(cpu, vma, haddr, pmdp, entry, dirty);
  if (changed) yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
}

/** Replaces a huge entry by a table that maps the same frames; the page stays whole. Nothing when the entry is not huge (any more). */
export const __split_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, address: Va): Op {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_trans_huge(pmd)) yield* __split_huge_pmd_locked(cpu, vma, pmdp, roundDown(address, HPAGE_PMD_SIZE(cpu.geometry)));
    yield* pmd_unlock(cpu, pmdp);
  },
);

/** Left out: files, the huge zero page, migration entries, `freeze`. */
export const __split_huge_pmd_locked = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_pmd_locked'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va): Op {
    const g = cpu.geometry;
    // From here the hardware cannot use the entry, and no CPU has it cached, so its accessed and dirty are final. To software
    // it is still a present huge entry: whoever walks under mmap_lock for reading must not find none here.
    const old = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    const head = pmd_pfn(old);
    if (pmd_dirty(old)) yield* cpu.store(pageCells.dirty(head), 1);
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
