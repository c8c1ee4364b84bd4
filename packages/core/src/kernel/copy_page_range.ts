/** fork copies the page tables of an area: both sides lose the permission to write. mm/memory.c. */
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  ptep_set_wrprotect,
  set_pte_at,
  set_ptes,
  wrprotect_ptes,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  is_swap_pmd,
  isNone,
  none,
  pmd_trans_huge,
  pte_mkold,
  pte_none,
  pte_pfn,
  pte_present,
  pte_special,
  pte_write,
  pte_wrprotect,
  type Entry,
  type Pte,
} from '../words/entry.ts';
import { addrEnd, PAGE_SIZE } from '../words/geometry.ts';
import { mmCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { copy_huge_pmd } from './copy_huge_pmd.ts';
import { folio_pte_batch } from './folio_pte_batch.ts';
import { is_readable_migration_entry, make_readable_migration_entry } from './migration_entry.ts';
import { operation } from './operation.ts';
import { get_page, page_try_dup_anon_rmap } from './page.ts';
import { p4d_alloc, pmd_alloc, pte_alloc, pud_alloc } from './pgalloc.ts';
import {
  none_or_clear_bad,
  p4d_offset,
  pgd_offset,
  pgd_offset_pgd,
  pmd_offset,
  pte_after,
  pte_lock,
  pte_offset_map,
  pte_offset_map_lock,
  pte_unlock,
  pud_offset,
  type P4dSlot,
  type PgdSlot,
  type PudSlot,
} from './pgtable.ts';

// Both mmap_locks are held for writing. Left out: files (their faults refill), hugetlbfs, notifier calls, copying of
// pages that may be pinned for DMA. Every area here is private anonymous memory: all of it is copied on write.

export const copy_page_range = operation(
  linux('v6.1', 'mm/memory.c', 'copy_page_range'),
  function* (cpu: Cpu, dst_vma: Vma, src_vma: Vma): Op {
    const g = cpu.geometry;
    const write_protect_seq = mmCells.write_protect_seq(src_vma.mm.id);
    // Odd: GUP-fast that pins gives up. A flush would not keep it out where flushes are no interrupts.
    yield* cpu.add(write_protect_seq, 1);
    const dst = yield* pgd_offset(cpu, dst_vma.mm, src_vma.start);
    const src = yield* pgd_offset(cpu, src_vma.mm, src_vma.start);
    let addr = src_vma.start;
    while (addr < src_vma.end) {
      const next = addrEnd(g, 'pgd', addr, src_vma.end);
      const src_pgd = pgd_offset_pgd(g, src.table, addr);
      const pgd = yield* none_or_clear_bad(cpu, src_pgd, none);
      if (!isNone(pgd))
        yield* copy_pud_range(
          cpu,
          dst_vma,
          src_vma,
          pgd_offset_pgd(g, dst.table, addr),
          p4d_offset(g, src_pgd, pgd, addr),
          pgd,
          addr,
          next,
        );
      addr = next;
    }
    yield* cpu.add(write_protect_seq, 1);
  },
);

/** copy_p4d_range has no loop of its own: P4D is folded. */
export const copy_pud_range = operation(
  linux('v6.1', 'mm/memory.c', 'copy_pud_range'),
  function* (
    cpu: Cpu,
    dst_vma: Vma,
    src_vma: Vma,
    dst_pgd: PgdSlot,
    src_p4d: P4dSlot,
    p4d: Entry,
    start: Va,
    end: Va,
  ): Op {
    const g = cpu.geometry;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pud', addr, end);
      const dst_p4d = yield* p4d_alloc(cpu, dst_pgd, addr);
      const dst_pud = yield* pud_alloc(cpu, dst_vma.mm, dst_p4d, addr);
      const src_pud = pud_offset(g, src_p4d, p4d, addr);
      const pud = yield* none_or_clear_bad(cpu, src_pud, p4d);
      if (!isNone(pud)) yield* copy_pmd_range(cpu, dst_vma, src_vma, dst_pud, src_pud, pud, addr, next);
      addr = next;
    }
  },
);

export const copy_pmd_range = operation(
  linux('v6.1', 'mm/memory.c', 'copy_pmd_range'),
  function* (
    cpu: Cpu,
    dst_vma: Vma,
    src_vma: Vma,
    dst_pud: PudSlot,
    src_pud: PudSlot,
    pud: Entry,
    start: Va,
    end: Va,
  ): Op {
    const g = cpu.geometry;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pmd', addr, end);
      const dst_pmd = yield* pmd_alloc(cpu, dst_vma.mm, dst_pud, addr);
      yield* copy_one_pmd(cpu, dst_vma, src_vma, dst_pmd, pmd_offset(g, src_pud, pud, addr), addr, next);
      addr = next;
    }
  },
);

function* copy_one_pmd(
  cpu: Cpu,
  dst_vma: Vma,
  src_vma: Vma,
  dst_pmd: PmdSlot,
  src_pmd: PmdSlot,
  addr: Va,
  next: Va,
): Op {
  const pmd = yield* cpu.read_entry(src_pmd);
  if (pmd_trans_huge(pmd) || is_swap_pmd(pmd)) {
    const copied = yield* copy_huge_pmd(cpu, dst_vma, src_vma, dst_pmd, src_pmd, addr);
    if (copied) return;
  }
  const now = yield* none_or_clear_bad(cpu, src_pmd, none);
  if (!isNone(now)) yield* copy_pte_range(cpu, dst_vma, src_vma, dst_pmd, src_pmd, addr, next);
}

export const copy_pte_range = operation(
  linux('v6.1', 'mm/memory.c', 'copy_pte_range'),
  function* (cpu: Cpu, dst_vma: Vma, src_vma: Vma, dst_pmd: PmdSlot, src_pmd: PmdSlot, start: Va, end: Va): Op {
    yield* pte_alloc(cpu, dst_vma.mm, dst_pmd);
    const dst_first = yield* pte_offset_map_lock(cpu, dst_vma.mm, dst_pmd, start);
    const src_first = yield* pte_offset_map(cpu, src_pmd, start);
    yield* pte_lock(cpu, src_first);
    yield* arch_enter_lazy_mmu_mode(cpu);
    let nr = 1;
    for (let addr = start, i = 0; addr < end; addr += nr * PAGE_SIZE(cpu.geometry), i += nr) {
      nr = yield* copy_present_ptes(cpu, dst_vma, src_vma, pte_after(dst_first, i), pte_after(src_first, i), addr, end);
    }
    yield* arch_leave_lazy_mmu_mode(cpu);
    yield* pte_unlock(cpu, src_first);
    yield* pte_unlock(cpu, dst_first);
  },
);

/** The page is on its way to both now: neither may write to it when it has arrived. Whoever moves it finds the copy of the entry. */
export const copy_nonpresent_pte = operation(
  linux('v6.1', 'mm/memory.c', 'copy_nonpresent_pte'),
  function* (cpu: Cpu, dst_vma: Vma, src_vma: Vma, dst_pte: PteSlot, src_pte: PteSlot, addr: Va, entry: Pte): Op {
    const shared = make_readable_migration_entry(entry);
    if (!is_readable_migration_entry(entry)) yield* set_pte_at(cpu, src_vma.mm, addr, src_pte, shared);
    yield* set_pte_at(cpu, dst_vma.mm, addr, dst_pte, shared);
  },
);

/** One entry, or those that follow it and map the same huge page. @returns how many */
export const copy_present_ptes = operation(
  linux('v6.12', 'mm/memory.c', 'copy_present_ptes'),
  function* (cpu: Cpu, dst_vma: Vma, src_vma: Vma, dst_pte: PteSlot, src_pte: PteSlot, addr: Va, end: Va): Op<number> {
    const pte = yield* cpu.read_entry(src_pte);
    if (pte_none(pte)) return 1;
    if (!pte_present(pte)) {
      yield* copy_nonpresent_pte(cpu, dst_vma, src_vma, dst_pte, src_pte, addr, pte);
      return 1;
    }
    const nr = yield* folio_pte_batch(cpu, src_pte, pte, (end - addr) / PAGE_SIZE(cpu.geometry));
    for (let i = 0; i < nr && !pte_special(pte); i++) {
      yield* get_page(cpu, pte_pfn(pte) + i);
      yield* page_try_dup_anon_rmap(cpu, pte_pfn(pte) + i);
    }
    // No flush: dup_mmap flushes once, when all is copied and before the copy can run.
    const copy = pte_mkold(pte_wrprotect(pte));
    if (nr === 1) {
      if (pte_write(pte)) yield* ptep_set_wrprotect(cpu, src_vma.mm, addr, src_pte);
      yield* set_pte_at(cpu, dst_vma.mm, addr, dst_pte, copy);
    } else {
      yield* wrprotect_ptes(cpu, src_vma.mm, addr, src_pte, nr); // any of them may be writable
      yield* set_ptes(cpu, dst_vma.mm, addr, dst_pte, copy, nr);
    }
    return nr;
  },
);
