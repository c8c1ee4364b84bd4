/** Migration of pages that PTEs map: base pages, and huge pages whose PMD was split. mm/rmap.c, mm/migrate.c. */
import { ptep_clear_flush, set_pte_at, update_mmu_cache } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { F, frameOf, hasAny, mkLeaf, pte_dirty, pte_mkdirty, pte_none, pte_pfn, pte_present, pte_write, pte_young, withoutFlags, type Pfn, type Pte } from '../words/entry.ts';
import { HPAGE_PMD_NR, PAGE_SIZE } from '../words/geometry.ts';
import { pageCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { operation } from './operation.ts';
import { compound_head, get_page, is_zero_pfn, maybe_mkwrite, mk_pte, page_add_new_anon_rmap, page_remove_rmap, put_page } from './page.ts';
import { pte_after, pte_offset_map, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

// Simplified: from 6.3 on x86 and arm64 put the flushes of several entries off until all are unmapped. Here each waits for its own.

/** The page that a PTE maps, with a reference; undefined where there is none that could be moved. */
export function* follow_page_pte(cpu: Cpu, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
  const ptep = yield* pte_offset_map_lock(cpu, pmdp, address);
  const pte = yield* cpu.read_entry(ptep);
  let head: Pfn | undefined;
  if (pte_present(pte) && !is_zero_pfn(pte_pfn(pte))) {
    const mappings = yield* cpu.load(pageCells.mapcount(pte_pfn(pte)));
    // Others map it: only MPOL_MF_MOVE_ALL, which nobody here asks for, moves it.
    if (mappings === 1) {
      head = yield* compound_head(cpu, pte_pfn(pte));
      yield* get_page(cpu, head);
    }
  }
  yield* pte_unlock(cpu, ptep);
  return head;
}

/** Is the entry one of the page at `head`, present or as a migration entry? */
const isOf = (pte: Pte, head: Pfn, frames: number): boolean => !pte_none(pte) && frameOf(pte) >= head && frameOf(pte) < head + frames;
const kept = (pte: Pte): number => (pte_write(pte) ? F.WRITE : 0) | (pte_young(pte) ? F.ACCESSED : 0) | (pte_dirty(pte) ? F.DIRTY : 0);

/** What page_vma_mapped_walk finds in the table of a PMD. */
function* forEachPte(cpu: Cpu, pmdp: PmdSlot, vma: Vma, haddr: Va, is: (pte: Pte) => boolean, does: (ptep: PteSlot, addr: Va, pte: Pte) => Op): Op {
  const first = yield* pte_offset_map(cpu, pmdp, haddr);
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const addr = haddr + i * PAGE_SIZE(cpu.geometry);
    const pte = yield* cpu.read_entry(pte_after(first, i));
    if (addr >= vma.start && addr < vma.end && is(pte)) yield* does(pte_after(first, i), addr, pte);
  }
}

/** Replaces each entry of the page by a migration entry, flushed one by one. */
export const try_to_migrate_ptes = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate_one'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va, head: Pfn, frames: number): Op {
    yield* forEachPte(cpu, pmdp, vma, haddr, (pte) => pte_present(pte) && isOf(pte, head, frames), function* (ptep, addr) {
      const pteval = yield* ptep_clear_flush(cpu, vma, addr, ptep);
      if (pte_dirty(pteval)) yield* cpu.store(pageCells.dirty(head), 1);
      yield* set_pte_at(cpu, vma.mm, addr, ptep, mkLeaf(pte_pfn(pteval), F.SWAP | kept(pteval)));
      yield* page_remove_rmap(cpu, pte_pfn(pteval));
      yield* put_page(cpu, head); // never the last: the caller has one
    });
  },
);

/** Puts the pages at `fresh` where the migration entries stand. No flush: nothing was mapped. */
export const remove_migration_pte = operation(
  linux('v6.1', 'mm/migrate.c', 'remove_migration_pte'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, haddr: Va, head: Pfn, frames: number, fresh: Pfn): Op {
    yield* forEachPte(cpu, pmdp, vma, haddr, (pte) => hasAny(pte, F.SWAP) && isOf(pte, head, frames), function* (ptep, addr, entry) {
      const pfn = fresh + frameOf(entry) - head;
      yield* get_page(cpu, pfn);
      let pte = mk_pte(pfn);
      if (!hasAny(entry, F.ACCESSED)) pte = withoutFlags(pte, F.ACCESSED);
      if (hasAny(entry, F.DIRTY)) pte = pte_mkdirty(pte);
      if (hasAny(entry, F.WRITE)) pte = maybe_mkwrite(pte, vma);
      yield* page_add_new_anon_rmap(cpu, pfn);
      yield* set_pte_at(cpu, vma.mm, addr, ptep, pte);
      yield* update_mmu_cache(cpu, vma, addr, ptep);
    });
  },
);
