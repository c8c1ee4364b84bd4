/** A folio takes the place of its migration entries, wherever they stand. mm/migrate.c, mm/huge_memory.c. */
import { set_pmd_at, set_pte_at, update_mmu_cache, update_mmu_cache_pmd } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { frameOf, type Pfn } from '../words/entry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { entryAfterMigration, is_readable_migration_entry, page_add_anon_rmap } from './migration_entry.ts';
import { operation } from './operation.ts';
import { folio_nr_pages, get_page } from './page.ts';
import { page_vma_mapped_walk, type PageVmaMappedWalk } from './page_vma_mapped.ts';
import { rmap_walk } from './rmap.ts';

/**
 * @param src whose migration entries they are
 * @param dst which folio they shall map: one with the mapping and index of `src`, or `src` itself
 * @param lock `held`: the caller has the lock of the rmap
 */
export const remove_migration_ptes = operation(
  linux('v6.1', 'mm/migrate.c', 'remove_migration_ptes'),
  function* (cpu: Cpu, src: Pfn, dst: Pfn, lock: 'plain' | 'held'): Op {
    // The areas are those of `dst` now, also of copies that a fork has made meanwhile.
    yield* rmap_walk(cpu, dst, {
      lock,
      rmap_one: (vma, address, end) => remove_migration_pte(cpu, vma, address, end, src, dst),
    });
  },
);

/** The part of it in one area. No flush: nothing was mapped. @returns true: the walk goes on */
export const remove_migration_pte = operation(
  linux('v6.1', 'mm/migrate.c', 'remove_migration_pte'),
  function* (cpu: Cpu, vma: Vma, address: Va, end: Va, src: Pfn, dst: Pfn): Op<boolean> {
    const nr_pages = yield* folio_nr_pages(cpu, src);
    // Without the lock an entry is not seen that mremap has taken out of one table and not yet put into the other.
    const sync = cpu.has('migration_removal_looks_under_lock');
    const pvmw: PageVmaMappedWalk = { vma, pfn: src, nr_pages, address, end, sync, migration: true };
    for (;;) {
      const hit = yield* page_vma_mapped_walk(cpu, pvmw);
      if (!hit) return true;
      if (pvmw.pte) yield* removePte(cpu, vma, pvmw.address, pvmw.pte, dst - src);
      else yield* remove_migration_pmd(cpu, vma, pvmw.address, pvmw.pmd!, dst);
    }
  },
);

/** Entered with the table locked. */
function* removePte(cpu: Cpu, vma: Vma, address: Va, ptep: PteSlot, by: number): Op {
  const entry = yield* cpu.read_entry(ptep);
  const pfn = frameOf(entry) + by;
  yield* get_page(cpu, pfn);
  yield* page_add_anon_rmap(cpu, pfn, !is_readable_migration_entry(entry), 'pte');
  yield* set_pte_at(cpu, vma.mm, address, ptep, entryAfterMigration(entry, pfn, vma));
  yield* update_mmu_cache(cpu, vma, address, ptep);
}

/** Entered with the entry locked. */
export const remove_migration_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'remove_migration_pmd'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, head: Pfn): Op {
    const entry = yield* cpu.read_entry(pmdp);
    yield* get_page(cpu, head);
    yield* page_add_anon_rmap(cpu, head, !is_readable_migration_entry(entry), 'pmd');
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, entryAfterMigration(entry, head, vma));
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
  },
);
