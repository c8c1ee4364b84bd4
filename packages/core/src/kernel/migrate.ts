/** move_pages: a page goes to another node, and migration entries hold its place meanwhile. mm/migrate.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Pfn } from '../words/entry.ts';
import { mmCells, pageCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { folio_get_anon_vma, put_anon_vma } from './anon_vma.ts';
import { follow_page } from './follow_page.ts';
import { operation } from './operation.ts';
import {
  alloc_hugepage,
  alloc_page,
  compound_head,
  copy_user_highpage,
  folio_mapped,
  folio_nr_pages,
  lock_page,
  page_count,
  page_mapcount,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { remove_migration_ptes } from './remove_migration_ptes.ts';
import { try_to_migrate } from './try_to_migrate.ts';
import { vma_lookup } from './vma.ts';

// Simplified: there are no nodes, every page is on the wrong one. Left out: files, NUMA faults that move base pages.

/** Moves the page at an address of the own address space. @returns whether it was moved */
export const move_pages = operation(
  linux('v6.1', 'mm/migrate.c', 'kernel_move_pages'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<boolean> {
    // find_mm_struct. One user more: for radix the address space is shared meanwhile, and no flush sends idle CPUs away.
    yield* cpu.add(mmCells.mm_users(mm.id), 1);
    const head = yield* add_page_for_migration(cpu, mm, address);
    const moved = head === undefined ? false : yield* unmap_and_move(cpu, head);
    yield* cpu.add(mmCells.mm_users(mm.id), -1); // mmput: never the last here
    return moved;
  },
);

/** Finds the page at an address. @returns its folio, which keeps the reference that isolate_lru_page takes */
export const add_page_for_migration = operation(
  linux('v6.1', 'mm/migrate.c', 'add_page_for_migration'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<Pfn | undefined> {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vma = yield* vma_lookup(cpu, mm, address);
    const page = vma && (yield* follow_page(cpu, vma, address));
    let head: Pfn | undefined;
    if (page !== undefined) {
      const mappings = yield* page_mapcount(cpu, page);
      // Others map it: only MPOL_MF_MOVE_ALL, which nobody here asks for, moves it.
      if (mappings > 1) yield* put_page(cpu, page);
      else head = yield* compound_head(cpu, page);
    }
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return head;
  },
);

/** The caller's reference to the old folio goes. It keeps a huge page whole: who splits one wants to be alone with it. @returns was it moved? */
export const unmap_and_move = operation(
  linux('v6.1', 'mm/migrate.c', 'unmap_and_move'),
  function* (cpu: Cpu, src: Pfn): Op<boolean> {
    const frames = yield* folio_nr_pages(cpu, src);
    const dst = yield* frames > 1 ? alloc_hugepage(cpu) : alloc_page(cpu);
    const locked = yield* trylock_page(cpu, src);
    if (!locked) yield* lock_page(cpu, src); // Simplified: what later passes of migrate_pages do
    const moved = yield* __unmap_and_move(cpu, src, dst);
    yield* unlock_page(cpu, src);
    // Our reference, and the one that came with the new folio: the mapping has its own.
    yield* put_page(cpu, src);
    yield* put_page(cpu, dst);
    return moved;
  },
);

/** Both are the caller's, and the old one is locked. */
export const __unmap_and_move = operation(
  linux('v6.1', 'mm/migrate.c', '__unmap_and_move'),
  function* (cpu: Cpu, src: Pfn, dst: Pfn): Op<boolean> {
    // While nothing maps the folio nothing else keeps its anon_vma. Not its lock: forks, cuts and unmaps go on.
    const anon_vma = yield* folio_get_anon_vma(cpu, src);
    yield* lock_page(cpu, dst);
    const wasMapped = yield* folio_mapped(cpu, src);
    if (wasMapped) yield* try_to_migrate(cpu, src, {});
    const still = yield* folio_mapped(cpu, src);
    const moved = !still && (yield* move_to_new_folio(cpu, src, dst));
    if (wasMapped) yield* remove_migration_ptes(cpu, src, moved ? dst : src, 'plain');
    yield* unlock_page(cpu, dst);
    if (anon_vma !== undefined) yield* put_anon_vma(cpu, anon_vma);
    return moved;
  },
);

/** @returns false where somebody else holds a reference: he might write to the old folio */
export const move_to_new_folio = operation(
  linux('v6.1', 'mm/migrate.c', 'move_to_new_folio'),
  function* (cpu: Cpu, src: Pfn, dst: Pfn): Op<boolean> {
    const alone = yield* folio_migrate_mapping(cpu, src, dst);
    if (alone) yield* folio_migrate_copy(cpu, src, dst);
    return alone;
  },
);

export const folio_migrate_mapping = operation(
  linux('v6.1', 'mm/migrate.c', 'folio_migrate_mapping'),
  function* (cpu: Cpu, src: Pfn, dst: Pfn): Op<boolean> {
    const count = yield* page_count(cpu, src);
    if (count !== 1) return false;
    const index = yield* cpu.load(pageCells.index(src));
    const mapping = yield* cpu.load(pageCells.mapping(src));
    yield* cpu.store(pageCells.index(dst), index);
    yield* cpu.store(pageCells.mapping(dst), mapping);
    return true;
  },
);

export const folio_migrate_copy = operation(
  linux('v6.1', 'mm/migrate.c', 'folio_migrate_copy'),
  function* (cpu: Cpu, src: Pfn, dst: Pfn): Op {
    const frames = yield* folio_nr_pages(cpu, src);
    for (let i = 0; i < frames; i++) yield* copy_user_highpage(cpu, dst + i, src + i);
    const dirty = yield* cpu.load(pageCells.dirty(src)); // folio_migrate_flags
    if (dirty) yield* cpu.store(pageCells.dirty(dst), 1);
  },
);
