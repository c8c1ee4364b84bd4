/** Migration of pages that PTEs map: base pages, and huge pages whose PMD was split. mm/rmap.c, mm/migrate.c. */
import { ptep_clear_flush, set_pte_at, update_mmu_cache } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  frameOf,
  is_migration_entry,
  pte_dirty,
  pte_none,
  pte_pfn,
  pte_present,
  type Pfn,
  type Pte,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, PAGE_SIZE } from '../words/geometry.ts';
import { pageCells, type Mm, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import {
  entryAfterMigration,
  is_readable_migration_entry,
  make_migration_entry,
  page_add_anon_rmap,
  page_try_share_anon_rmap,
} from './migration_entry.ts';
import { operation } from './operation.ts';
import { compound_head, get_page, is_zero_pfn, page_remove_rmap, put_page } from './page.ts';
import { pte_after, pte_lock, pte_offset_map, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

// Simplified: from 6.3 on x86 and arm64 put the flushes of several entries off until all are unmapped. Here each waits for its own.

/** The page that a PTE maps, with a reference; undefined where there is none that could be moved. */
export function* follow_page_pte(cpu: Cpu, mm: Mm, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
  const ptep = yield* pte_offset_map_lock(cpu, mm, pmdp, address);
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

/** A page on its way, and where it was found. */
export interface Moving {
  /** Its first frame, how many it has, and the address of the first. */
  readonly head: Pfn;
  readonly frames: number;
  readonly start: Va;
  /** How many base pages from there on are looked at. */
  readonly pages: number;
}

/** Is the entry one of the page, present or as a migration entry? */
const isOf = (pte: Pte, { head, frames }: Moving): boolean =>
  !pte_none(pte) && frameOf(pte) >= head && frameOf(pte) < head + frames;

/** What page_vma_mapped_walk finds in one table, which it keeps locked. @returns how many */
function* forEachPte(
  cpu: Cpu,
  pmdp: PmdSlot,
  vma: Vma,
  page: Moving,
  is: (pte: Pte) => boolean,
  does: (ptep: PteSlot, addr: Va, pte: Pte) => Op,
): Op<number> {
  const size = PAGE_SIZE(cpu.geometry);
  const first = yield* pte_offset_map(cpu, pmdp, page.start);
  yield* pte_lock(cpu, first);
  let found = 0;
  for (let i = 0; i < page.pages && first.index + i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const addr = page.start + i * size;
    if (addr < vma.start || addr >= vma.end) continue;
    const pte = yield* cpu.read_entry(pte_after(first, i));
    if (!is(pte) || !isOf(pte, page)) continue;
    yield* does(pte_after(first, i), addr, pte);
    found++;
  }
  yield* pte_unlock(cpu, first);
  return found;
}

/** Replaces each entry of the page by a migration entry, flushed one by one. @returns how many */
export const try_to_migrate_ptes = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate_one'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, page: Moving): Op<number> {
    return yield* forEachPte(cpu, pmdp, vma, page, pte_present, function* (ptep, addr) {
      const pteval = yield* ptep_clear_flush(cpu, vma, addr, ptep);
      if (pte_dirty(pteval)) yield* cpu.store(pageCells.dirty(page.head), 1);
      const exclusive = yield* page_try_share_anon_rmap(cpu, pte_pfn(pteval));
      yield* set_pte_at(cpu, vma.mm, addr, ptep, make_migration_entry(pte_pfn(pteval), pteval, exclusive));
      yield* page_remove_rmap(cpu, pte_pfn(pteval));
      yield* put_page(cpu, page.head); // never the last: the caller has one
    });
  },
);

/** Puts the page whose first frame is `to` where the migration entries stand. No flush: nothing was mapped. @returns how many */
export const remove_migration_pte = operation(
  linux('v6.1', 'mm/migrate.c', 'remove_migration_pte'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, page: Moving, to: Pfn): Op<number> {
    return yield* forEachPte(cpu, pmdp, vma, page, is_migration_entry, function* (ptep, addr, entry) {
      const pfn = to + frameOf(entry) - page.head;
      yield* get_page(cpu, pfn);
      yield* page_add_anon_rmap(cpu, pfn, !is_readable_migration_entry(entry));
      yield* set_pte_at(cpu, vma.mm, addr, ptep, entryAfterMigration(entry, pfn, vma));
      yield* update_mmu_cache(cpu, vma, addr, ptep);
    });
  },
);
