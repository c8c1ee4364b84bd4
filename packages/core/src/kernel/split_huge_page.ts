/** A huge page becomes base pages, each with counts of its own. mm/huge_memory.c, anonymous memory. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Pfn } from '../words/entry.ts';
import { mmCells, pageCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_lock_write, anon_vma_unlock_write, folio_get_anon_vma, put_anon_vma } from './anon_vma.ts';
import { follow_page } from './follow_page.ts';
import { operation } from './operation.ts';
import {
  compound_head,
  folio_mapcount,
  folio_nr_pages,
  folio_ref_freeze,
  page_count,
  PageCompound,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { remove_migration_ptes } from './remove_migration_ptes.ts';
import { try_to_migrate } from './try_to_migrate.ts';
import { vma_lookup } from './vma.ts';

// Left out: files, the queue of pages that wait to be split, the LRU, memory cgroups, the swap cache.

/** Why a split did not happen: EBUSY, nothing maps the page; EAGAIN, somebody else holds a reference. */
export type SplitResult = 0 | 'EBUSY' | 'EAGAIN';

/**
 * Splits the folio that a frame belongs to. The caller has it locked, holds one reference, and keeps both for the frame alone.
 * @returns 0 when it was split
 */
export const split_huge_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_page_to_list'),
  function* (cpu: Cpu, frame: Pfn): Op<SplitResult> {
    const head = yield* compound_head(cpu, frame);
    const anon_vma = yield* folio_get_anon_vma(cpu, head);
    if (anon_vma === undefined) return 'EBUSY';
    // No collapse, no cut, no unmap of its areas, and no second split meanwhile.
    yield* anon_vma_lock_write(cpu, anon_vma);
    const may = yield* can_split_folio(cpu, head);
    const done = may && (yield* splitUnmapped(cpu, head, frame));
    yield* anon_vma_unlock_write(cpu, anon_vma);
    yield* put_anon_vma(cpu, anon_vma);
    return done ? 0 : 'EAGAIN';
  },
);

/**
 * /sys/kernel/debug/split_huge_pages: splits the folio that is mapped at an address of a process.
 * Simplified: one address, not a range.
 * @returns whether there was one, and it was split
 */
export const split_huge_pages_pid = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_pages_pid'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<boolean> {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vma = yield* vma_lookup(cpu, mm, address);
    const page = vma && (yield* follow_page(cpu, vma, address));
    const split = page === undefined ? false : yield* splitFound(cpu, page);
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return split;
  },
);

function* splitFound(cpu: Cpu, page: Pfn): Op<boolean> {
  let split = false;
  const compound = yield* PageCompound(cpu, page);
  const head = yield* compound_head(cpu, page);
  const locked = compound && (yield* can_split_folio(cpu, head)) && (yield* trylock_page(cpu, head));
  if (locked) {
    const result = yield* split_huge_page(cpu, page);
    split = result === 0;
    yield* unlock_page(cpu, split ? page : head);
  }
  yield* put_page(cpu, page);
  return split;
}

/** Has nobody a reference but the page tables, and the caller? A look without locks: it saves the work. */
export const can_split_folio = operation(
  linux('v6.1', 'mm/huge_memory.c', 'can_split_folio'),
  function* (cpu: Cpu, head: Pfn): Op<boolean> {
    const mappings = yield* folio_mapcount(cpu, head);
    const count = yield* page_count(cpu, head);
    return mappings === count - 1;
  },
);

function* splitUnmapped(cpu: Cpu, head: Pfn, frame: Pfn): Op<boolean> {
  const nr = yield* folio_nr_pages(cpu, head);
  yield* unmap_folio(cpu, head);
  yield* cpu.local_irq_save();
  // Nobody gets a reference from here on, and nobody has one but the caller.
  const frozen = yield* folio_ref_freeze(cpu, head, 1);
  if (frozen) yield* __split_huge_page(cpu, head, nr);
  yield* cpu.local_irq_restore();
  yield* remap_page(cpu, head, nr);
  if (frozen) yield* releaseOthers(cpu, head, nr, frame);
  return frozen;
}

/** Migration entries take the place of the folio: from a huge entry by way of a split that makes them at once. */
export const unmap_folio = operation(
  linux('v6.1', 'mm/huge_memory.c', 'unmap_folio'),
  function* (cpu: Cpu, head: Pfn): Op {
    const sync = cpu.has('unmap_waits_for_zaps');
    yield* try_to_migrate(cpu, head, { rmapLocked: true, splitHugePmd: true, sync });
    yield* cpu.note({ kind: 'ghost.unmapped', folio: head });
  },
);

/** The frames become folios, from the last on: what the head knew, each of them knows. Its lock and one reference come with that. */
export const __split_huge_page = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_page'),
  function* (cpu: Cpu, head: Pfn, nr: number): Op {
    const dirty = yield* cpu.load(pageCells.dirty(head));
    const index = yield* cpu.load(pageCells.index(head));
    const mapping = yield* cpu.load(pageCells.mapping(head));
    for (let i = nr - 1; i >= 1; i--) {
      // __split_huge_page_tail
      if (dirty) yield* cpu.store(pageCells.dirty(head + i), 1);
      yield* cpu.store(pageCells.anon_exclusive(head + i), 0);
      yield* cpu.store(pageCells.locked(head + i), 1);
      yield* cpu.store(pageCells.index(head + i), index + i);
      yield* cpu.store(pageCells.mapping(head + i), mapping);
      yield* cpu.fence('smp_wmb'); // flags before the frame is a page
      yield* cpu.store(pageCells.head(head + i), head + i); // clear_compound_head
      yield* cpu.store(pageCells.refcount(head + i), 1);
    }
    yield* cpu.store(pageCells.order(head), 0);
    yield* cpu.add(pageCells.refcount(head), 1);
  },
);

/** Puts back what is there now: the folio where it was not split, else one base page after the other. */
export const remap_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'remap_page'),
  function* (cpu: Cpu, head: Pfn, nr: number): Op {
    for (let i = 0; i < nr;) {
      yield* remove_migration_ptes(cpu, head + i, head + i, 'held');
      const frames = yield* folio_nr_pages(cpu, head + i);
      i += frames;
    }
  },
);

/** The caller keeps the page it asked for. The others may go at once, where nothing maps them. */
function* releaseOthers(cpu: Cpu, head: Pfn, nr: number, frame: Pfn): Op {
  for (let i = 0; i < nr; i++) {
    if (head + i === frame) continue;
    yield* unlock_page(cpu, head + i);
    yield* put_page(cpu, head + i);
  }
}
