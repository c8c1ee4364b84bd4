/** move_pages: a page goes to another node, and migration entries hold its place meanwhile. mm/migrate.c, mm/rmap.c. */
import { pmdp_invalidate, set_pmd_at, update_mmu_cache_pmd } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { frameOf, is_swap_pmd, isTable, pmd_dirty, pmd_pfn, pmd_trans_huge, type Pfn } from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown, spaceOf } from '../words/geometry.ts';
import { mmCells, pageCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import { follow_page_pte, remove_migration_pte, try_to_migrate_ptes, type Moving } from './migrate_ptes.ts';
import {
  entryAfterMigration,
  is_readable_migration_entry,
  make_migration_entry,
  page_add_anon_rmap,
  page_try_share_anon_rmap,
} from './migration_entry.ts';
import { operation } from './operation.ts';
import {
  alloc_hugepage,
  alloc_page,
  copy_user_highpage,
  get_page,
  lock_page,
  page_count,
  page_remove_rmap,
  PageCompound,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock } from './pgtable.ts';
import { rmap_walk } from './rmap.ts';

// Simplified: there are no nodes, every page is on the wrong one. Left out: files, NUMA faults that move base pages.

/** Moves the page at an address of the own address space. @returns whether it was moved */
export const move_pages = operation(
  linux('v6.1', 'mm/migrate.c', 'kernel_move_pages'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<boolean> {
    // find_mm_struct. One user more: for radix the address space is shared meanwhile, and no flush sends idle CPUs away.
    yield* cpu.add(mmCells.mm_users(mm.id), 1);
    const head = yield* add_page_for_migration(cpu, mm, address);
    const moved = head === undefined ? false : yield* unmap_and_move(cpu, address, head);
    yield* cpu.add(mmCells.mm_users(mm.id), -1); // mmput: never the last here
    return moved;
  },
);

/** Finds the page and takes a reference to it. */
const add_page_for_migration = operation(
  linux('v6.1', 'mm/migrate.c', 'add_page_for_migration'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<Pfn | undefined> {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const pmdp = yield* mm_find_pmd(cpu, mm, address);
    const head = pmdp ? yield* follow_pmd(cpu, mm, pmdp, address) : undefined;
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return head;
  },
);

function* follow_pmd(cpu: Cpu, mm: Mm, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
  yield* pmd_lock(cpu, pmdp);
  const pmd = yield* cpu.read_entry(pmdp);
  let head: Pfn | undefined;
  if (pmd_trans_huge(pmd)) {
    const zero = yield* is_huge_zero_pmd(cpu, pmd);
    const mappings = yield* cpu.load(pageCells.mapcount(pmd_pfn(pmd)));
    if (!zero && mappings === 1) head = pmd_pfn(pmd);
    if (head !== undefined) yield* get_page(cpu, head);
  }
  yield* pmd_unlock(cpu, pmdp);
  if (!isTable(pmd)) return head;
  return yield* follow_page_pte(cpu, mm, pmdp, address);
}

/** The caller's reference to the old page goes. It keeps a huge page whole: who splits one wants to be alone with it. */
const unmap_and_move = operation(
  linux('v6.1', 'mm/migrate.c', 'unmap_and_move'),
  function* (cpu: Cpu, address: Va, head: Pfn): Op<boolean> {
    const huge = yield* PageCompound(cpu, head);
    const frames = huge ? HPAGE_PMD_NR(cpu.geometry) : 1;
    const page: Moving = { head, frames, pages: frames, start: roundDown(address, frames * PAGE_SIZE(cpu.geometry)) };
    const fresh = yield* huge ? alloc_hugepage(cpu) : alloc_page(cpu);
    const locked = yield* trylock_page(cpu, head);
    if (!locked) yield* lock_page(cpu, head); // Simplified: what later passes of migrate_pages do
    const taken = yield* try_to_migrate(cpu, page);
    // folio_migrate_mapping: who holds a reference beside us might write to the old page.
    const count = yield* page_count(cpu, head);
    const alone = count === 1;
    if (alone) yield* folio_migrate_copy(cpu, page, fresh);
    yield* remove_migration_ptes(cpu, page, alone ? fresh : head, taken);
    yield* unlock_page(cpu, head);
    // Our reference, and the one that came with the new page: the mapping has its own.
    yield* put_page(cpu, head);
    yield* put_page(cpu, fresh);
    return alone;
  },
);

const folio_migrate_copy = operation(
  linux('v6.1', 'mm/migrate.c', 'folio_migrate_copy'),
  function* (cpu: Cpu, { head, frames }: Moving, fresh: Pfn): Op {
    for (let i = 0; i < frames; i++) yield* copy_user_highpage(cpu, fresh + i, head + i);
    const dirty = yield* cpu.load(pageCells.dirty(head)); // folio_migrate_flags
    if (dirty) yield* cpu.store(pageCells.dirty(fresh), 1);
  },
);

const endOf = (cpu: Cpu, { start, pages }: Moving): Va => start + pages * PAGE_SIZE(cpu.geometry);

/** Replaces every entry of the page by a migration entry. @returns how many */
function* try_to_migrate(cpu: Cpu, page: Moving): Op<number> {
  const end = endOf(cpu, page);
  return yield* rmap_walk(cpu, page.start, end, 'read', (vma) => migrateIn(cpu, vma, page));
}

function* migrateIn(cpu: Cpu, vma: Vma, page: Moving): Op<number> {
  const pmdp = yield* mm_find_pmd(cpu, vma.mm, page.start); // page_vma_mapped_walk
  if (!pmdp) return 0;
  const seen = yield* cpu.read_entry(pmdp);
  const done = pmd_trans_huge(seen) && (yield* try_to_migrate_one(cpu, vma, page, pmdp));
  if (done) return 1;
  const pmd = pmd_trans_huge(seen) ? yield* cpu.read_entry(pmdp) : seen; // it was split under us
  return isTable(pmd) ? yield* try_to_migrate_ptes(cpu, vma, pmdp, page) : 0;
}

/** @returns false when the entry does not map the page as a whole any more */
export const try_to_migrate_one = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate_one'),
  function* (cpu: Cpu, vma: Vma, page: Moving, pmdp: PmdSlot): Op<boolean> {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const is = pmd_trans_huge(pmd) && pmd_pfn(pmd) === page.head;
    if (is) yield* set_pmd_migration_entry(cpu, vma, page.start, pmdp);
    yield* pmd_unlock(cpu, pmdp);
    return is;
  },
);

export const set_pmd_migration_entry = operation(
  linux('v6.1', 'mm/huge_memory.c', 'set_pmd_migration_entry'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot): Op {
    // From here no CPU reaches the page, and what hardware knows of it is final.
    const pmdval = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    const head = pmd_pfn(pmdval);
    const exclusive = yield* page_try_share_anon_rmap(cpu, head);
    if (pmd_dirty(pmdval)) yield* cpu.store(pageCells.dirty(head), 1);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, make_migration_entry(head, pmdval, exclusive));
    yield* page_remove_rmap(cpu, head);
    yield* put_page(cpu, head); // never the last: the caller has one
  },
);

/** Puts a page where the migration entries of `page` stand: those that are still there, and those that fork has copied. */
function* remove_migration_ptes(cpu: Cpu, page: Moving, to: Pfn, taken: number): Op {
  const end = endOf(cpu, page);
  const restored = yield* rmap_walk(cpu, page.start, end, 'read', (vma) => restoreIn(cpu, vma, page, to));
  if (restored < taken) yield* searchEverywhere(cpu, page, to);
}

/** The entries were zapped meanwhile; or mremap has moved them. In Linux pages know their place in the area, which moves along. */
function* searchEverywhere(cpu: Cpu, page: Moving, to: Pfn): Op {
  const size = HPAGE_PMD_SIZE(cpu.geometry);
  yield* rmap_walk(cpu, 0, spaceOf(cpu.geometry), 'read', function* (vma) {
    let restored = 0;
    for (let haddr = roundDown(vma.start, size); haddr < vma.end; haddr += size) {
      const more = yield* restoreIn(cpu, vma, { ...page, start: haddr, pages: HPAGE_PMD_NR(cpu.geometry) }, to);
      restored += more;
    }
    return restored;
  });
}

/** The part of it in one area. */
function* restoreIn(cpu: Cpu, vma: Vma, page: Moving, to: Pfn): Op<number> {
  const pmdp = yield* mm_find_pmd(cpu, vma.mm, page.start);
  if (!pmdp) return 0;
  const seen = yield* cpu.read_entry(pmdp);
  // PVMW_SYNC: looks under the lock at what is no table; mremap takes the entry out and puts it elsewhere under that lock.
  const restored = !isTable(seen) && (yield* remove_migration_pmd(cpu, vma, page, pmdp, to));
  if (restored) return 1;
  const pmd = isTable(seen) ? seen : yield* cpu.read_entry(pmdp); // it was split under us
  return isTable(pmd) ? yield* remove_migration_pte(cpu, vma, pmdp, page, to) : 0;
}

/** Puts the new page where the migration entry of a huge page stands. No flush: nothing was mapped. @returns false when it has gone, or is split */
export const remove_migration_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'remove_migration_pmd'),
  function* (cpu: Cpu, vma: Vma, page: Moving, pmdp: PmdSlot, head: Pfn): Op<boolean> {
    const haddr = roundDown(page.start, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const entry = yield* cpu.read_entry(pmdp);
    const is = is_swap_pmd(entry) && frameOf(entry) === page.head;
    if (is) {
      yield* get_page(cpu, head);
      yield* page_add_anon_rmap(cpu, head, !is_readable_migration_entry(entry));
      yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, entryAfterMigration(entry, head, vma));
      yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    }
    yield* pmd_unlock(cpu, pmdp);
    return is;
  },
);
