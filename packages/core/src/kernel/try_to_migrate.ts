/** Migration entries take the place of a folio, wherever it is mapped. mm/rmap.c, mm/huge_memory.c. */
import {
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  pmdp_invalidate,
  ptep_clear_flush,
  set_pmd_at,
  set_pte_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pmd_dirty, pmd_pfn, pte_dirty, pte_pfn, type Pfn } from '../words/entry.ts';
import { pageCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { make_migration_entry, page_try_share_anon_rmap } from './migration_entry.ts';
import { operation } from './operation.ts';
import { folio_mapped, folio_nr_pages, page_remove_rmap, put_page } from './page.ts';
import { page_vma_mapped_walk, type PageVmaMappedWalk } from './page_vma_mapped.ts';
import { rmap_walk } from './rmap.ts';
import { split_huge_pmd_address } from './split_huge_pmd.ts';

// Simplified: from 6.3 on x86 and arm64 put the flushes of several entries off until all are unmapped. Here each waits for its own.
// Left out: memory that is locked, poisoned, or a device's; files; areas that exec makes for a moment.

/** How a folio is unmapped: enum ttu_flags. */
export interface TtuFlags {
  /** TTU_RMAP_LOCKED: the caller has the lock of the rmap. */
  readonly rmapLocked?: boolean;
  /** TTU_SPLIT_HUGE_PMD: huge entries are split first. */
  readonly splitHugePmd?: boolean;
  /** TTU_SYNC: whoever takes an entry away just now is waited for. */
  readonly sync?: boolean;
}

/** Who comes upon one of the entries waits for the folio, which the caller has locked. Says nothing about success: ask folio_mapped. */
export const try_to_migrate = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate'),
  function* (cpu: Cpu, head: Pfn, flags: TtuFlags): Op {
    yield* rmap_walk(cpu, head, {
      lock: flags.rmapLocked ? 'held' : 'mapped',
      rmap_one: (vma, address, end) => try_to_migrate_one(cpu, vma, address, end, head, flags),
      done: () => page_not_mapped(cpu, head),
    });
  },
);

function* page_not_mapped(cpu: Cpu, head: Pfn): Op<boolean> {
  const mapped = yield* folio_mapped(cpu, head);
  return !mapped;
}

/** The part of it in one area. @returns true: the walk goes on */
export const try_to_migrate_one = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate_one'),
  function* (cpu: Cpu, vma: Vma, address: Va, end: Va, head: Pfn, flags: TtuFlags): Op<boolean> {
    if (flags.splitHugePmd) yield* split_huge_pmd_address(cpu, vma, address, head);
    const nr_pages = yield* folio_nr_pages(cpu, head);
    const sync = flags.sync === true;
    const pvmw: PageVmaMappedWalk = { vma, pfn: head, nr_pages, address, end, sync, migration: false };
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, address, end);
    for (;;) {
      const hit = yield* page_vma_mapped_walk(cpu, pvmw);
      if (!hit) break;
      if (pvmw.pte) yield* set_pte_migration_entry(cpu, vma, pvmw.address, pvmw.pte, head);
      else yield* set_pmd_migration_entry(cpu, vma, pvmw.address, pvmw.pmd!);
    }
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, address, end);
    return true;
  },
);

/** The part of try_to_migrate_one for an entry of a base page, whose table is locked. */
function* set_pte_migration_entry(cpu: Cpu, vma: Vma, address: Va, ptep: PteSlot, head: Pfn): Op {
  const pteval = yield* ptep_clear_flush(cpu, vma, address, ptep);
  if (pte_dirty(pteval)) yield* cpu.store(pageCells.dirty(head), 1);
  const exclusive = yield* page_try_share_anon_rmap(cpu, pte_pfn(pteval));
  yield* set_pte_at(cpu, vma.mm, address, ptep, make_migration_entry(pte_pfn(pteval), pteval, exclusive));
  yield* page_remove_rmap(cpu, pte_pfn(pteval));
  yield* put_page(cpu, head); // never the last: the caller has one
}

/** Entered with the huge entry locked. */
export const set_pmd_migration_entry = operation(
  linux('v6.1', 'mm/huge_memory.c', 'set_pmd_migration_entry'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot): Op {
    // From here no CPU reaches the page, and what hardware knows of it is final.
    const pmdval = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    const head = pmd_pfn(pmdval);
    const exclusive = yield* page_try_share_anon_rmap(cpu, head);
    if (pmd_dirty(pmdval)) yield* cpu.store(pageCells.dirty(head), 1);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, make_migration_entry(head, pmdval, exclusive));
    yield* page_remove_rmap(cpu, head, 'pmd');
    yield* put_page(cpu, head); // never the last: the caller has one
  },
);
