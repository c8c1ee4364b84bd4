/** A huge page becomes base pages, each with counts of its own. mm/huge_memory.c, anonymous memory. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isTable, type Pfn } from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { pageCells, vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { remove_migration_pte, try_to_migrate_ptes, type Moving } from './migrate_ptes.ts';
import { operation } from './operation.ts';
import { compound_head, page_count, put_page, total_mapcount, unlock_page } from './page.ts';
import { mm_find_pmd } from './pgtable.ts';
import { anon_vmas_of, rmap_walk } from './rmap.ts';
import { __split_huge_pmd } from './split_huge_pmd.ts';

// Left out: the queue of pages that wait to be split, the LRU, memory cgroups, the swap cache.

/**
 * Splits the huge page that holds a frame. The caller has it locked, holds one reference, and keeps both for the frame alone.
 * @param address where it is mapped
 * @returns whether it was split; not when somebody else holds a reference
 */
export const split_huge_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_page_to_list'),
  function* (cpu: Cpu, frame: Pfn, address: Va): Op<boolean> {
    const nr = HPAGE_PMD_NR(cpu.geometry);
    const head = yield* compound_head(cpu, frame);
    const start = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    const page: Moving = { head, frames: nr, start, pages: nr };
    const end = start + HPAGE_PMD_SIZE(cpu.geometry);
    // No collapse, no cut and no unmap of its areas meanwhile. In one order: two of us want the same locks.
    const anon_vmas = anon_vmas_of(cpu, start, end);
    for (let i = 0; i < anon_vmas.length; i++) yield* cpu.down_write(vmaCells.anon_vma(anon_vmas[i]!));
    const may = yield* can_split_folio(cpu, head, nr);
    const done = may && (yield* splitUnmapped(cpu, page, frame));
    for (let i = anon_vmas.length - 1; i >= 0; i--) yield* cpu.up_write(vmaCells.anon_vma(anon_vmas[i]!));
    return done;
  },
);

/** Has nobody a reference but the page tables, and the caller? A look without locks: it saves the work. */
const can_split_folio = operation(
  linux('v6.1', 'mm/huge_memory.c', 'can_split_folio'),
  function* (cpu: Cpu, head: Pfn, nr: number): Op<boolean> {
    const mappings = yield* total_mapcount(cpu, head, nr);
    const count = yield* page_count(cpu, head);
    return mappings === count - 1;
  },
);

function* splitUnmapped(cpu: Cpu, page: Moving, frame: Pfn): Op<boolean> {
  const end = page.start + HPAGE_PMD_SIZE(cpu.geometry);
  yield* rmap_walk(cpu, page.start, end, 'held', (vma) => unmap_folio(cpu, vma, page));
  yield* cpu.local_irq_save();
  // folio_ref_freeze: nobody gets a reference from here on, and nobody has one but the caller.
  const count = yield* cpu.cmpxchg(pageCells.refcount(page.head), 1, 0);
  const frozen = count === 1;
  if (frozen) yield* __split_huge_page(cpu, page);
  yield* cpu.local_irq_restore();
  yield* rmap_walk(cpu, page.start, end, 'held', (vma) => remap_page(cpu, vma, page));
  if (frozen) yield* releaseOthers(cpu, page, frame);
  return frozen;
}

/** Migration entries take the place of the page in one area: from a huge entry by way of a split that makes them at once. */
const unmap_folio = operation(
  linux('v6.1', 'mm/huge_memory.c', 'unmap_folio'),
  function* (cpu: Cpu, vma: Vma, page: Moving): Op<number> {
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, page.start); // try_to_migrate_one with TTU_SPLIT_HUGE_PMD
    if (!pmdp) return 0;
    yield* __split_huge_pmd(cpu, vma, pmdp, page.start, page.head);
    const pmd = yield* cpu.read_entry(pmdp);
    return isTable(pmd) ? yield* try_to_migrate_ptes(cpu, vma, pmdp, page) : 0;
  },
);

/** The frames become pages, from the last on: what the head knew, each of them knows. Its lock and one reference come with that. */
const __split_huge_page = operation(
  linux('v6.1', 'mm/huge_memory.c', '__split_huge_page'),
  function* (cpu: Cpu, { head, frames }: Moving): Op {
    const dirty = yield* cpu.load(pageCells.dirty(head));
    for (let i = frames - 1; i >= 1; i--) {
      // __split_huge_page_tail
      if (dirty) yield* cpu.store(pageCells.dirty(head + i), 1);
      yield* cpu.store(pageCells.anon_exclusive(head + i), 0);
      yield* cpu.store(pageCells.locked(head + i), 1);
      yield* cpu.fence('smp_wmb'); // flags before the frame is a page
    }
    // Simplified: all of them stop being a part of the huge page at once, as one cell of the head says whether they are. In Linux
    // each does on its own; nobody can tell, as no reference can be had before the next steps.
    yield* cpu.store(pageCells.order(head), 0);
    for (let i = frames - 1; i >= 1; i--) yield* cpu.store(pageCells.refcount(head + i), 1);
    yield* cpu.add(pageCells.refcount(head), 1);
  },
);

const remap_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'remap_page'),
  function* (cpu: Cpu, vma: Vma, page: Moving): Op<number> {
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, page.start);
    const pmd = pmdp ? yield* cpu.read_entry(pmdp) : 0;
    return pmdp && isTable(pmd) ? yield* remove_migration_pte(cpu, vma, pmdp, page, page.head) : 0;
  },
);

/** The caller keeps the page it asked for. The others may go at once, where nothing maps them. */
function* releaseOthers(cpu: Cpu, { head, frames }: Moving, frame: Pfn): Op {
  for (let i = 0; i < frames; i++) {
    if (head + i === frame) continue;
    yield* unlock_page(cpu, head + i);
    yield* put_page(cpu, head + i);
  }
}
