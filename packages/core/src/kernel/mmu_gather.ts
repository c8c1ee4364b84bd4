/** The gather: what a zap unmapped is flushed once, and given back only after the flush. mm/mmu_gather.c, asm-generic/tlb.h. */
import {
  __tlb_reset_range,
  tlb_flush_mmu_tlbonly,
  tlb_flush_pmd_range,
  tlb_flush_pte_range,
  tlb_table_flush,
} from '../contract/gather.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Pfn } from '../words/entry.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, type Geometry, spaceOf } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_page, put_huge_zero_page } from './huge_zero_page.ts';
import { operation } from './operation.ts';
import { put_page } from './page.ts';

/** Begins a gather. */
export const tlb_gather_mmu = operation(
  linux('v6.1', 'mm/mmu_gather.c', 'tlb_gather_mmu'),
  function* (cpu: Cpu, mm: Mm): Op<MmuGather> {
    return yield* __tlb_gather_mmu(cpu, mm, false);
  },
);

/** Begins a gather of an address space that has no users left: entries need no care for accessed and dirty. */
export const tlb_gather_mmu_fullmm = operation(
  linux('v6.1', 'mm/mmu_gather.c', 'tlb_gather_mmu_fullmm'),
  function* (cpu: Cpu, mm: Mm): Op<MmuGather> {
    return yield* __tlb_gather_mmu(cpu, mm, true);
  },
);

function* __tlb_gather_mmu(cpu: Cpu, mm: Mm, fullmm: boolean): Op<MmuGather> {
  const tlb: MmuGather = {
    mm,
    fullmm,
    start: 0,
    end: 0,
    freed_tables: false,
    need_flush_all: false,
    cleared_ptes: false,
    cleared_pmds: false,
    cleared_puds: false,
    page_size: 0,
    pages: [],
    pageTables: [],
    tables: [],
  };
  __tlb_reset_range(cpu, tlb);
  // Others that find an entry already gone learn from it that the flush is still to come.
  if (cpu.has('parallel_gathers_flush_all')) yield* inc_tlb_flush_pending(cpu, mm);
  return tlb;
}

/** Says that entries will be changed, and flushed later. Until 4.13 a mark, not a count. */
export const inc_tlb_flush_pending = operation(
  linux('v6.1', 'include/linux/mm_types.h', 'inc_tlb_flush_pending'),
  function* (cpu: Cpu, mm: Mm): Op {
    if (cpu.has('tlb_flush_pending_counts')) yield* cpu.add(mmCells.tlb_flush_pending(mm.id), 1);
    else yield* cpu.store(mmCells.tlb_flush_pending(mm.id), 1);
  },
);
/** Says that they are flushed. */
export const dec_tlb_flush_pending = operation(
  linux('v6.1', 'include/linux/mm_types.h', 'dec_tlb_flush_pending'),
  function* (cpu: Cpu, mm: Mm): Op {
    if (cpu.has('tlb_flush_pending_counts')) yield* cpu.add(mmCells.tlb_flush_pending(mm.id), -1);
    else yield* cpu.store(mmCells.tlb_flush_pending(mm.id), 0);
  },
);

/**
 * Ends a gather: after it no CPU uses what was unmapped, and the pages and tables are given back.
 * @param start where the range begins that the caller was asked to change, and `end` where it ends (default: all addresses); not arguments any more since 5.12
 */
export const tlb_finish_mmu = operation(
  linux('v6.1', 'mm/mmu_gather.c', 'tlb_finish_mmu'),
  function* (cpu: Cpu, tlb: MmuGather, start: Va = 0, end: Va = spaceOf(cpu.geometry)): Op {
    let last = tlb;
    // Another gather may have cleared entries that we found none, and not have flushed yet: then our caller would return
    // while they are still cached. Both flush everything.
    if (cpu.has('parallel_gathers_flush_all')) {
      const pending = yield* cpu.load(mmCells.tlb_flush_pending(tlb.mm.id));
      if (pending > 1) last = escalated(cpu, tlb, start, end);
    }
    yield* tlb_flush_mmu(cpu, last);
    if (cpu.has('parallel_gathers_flush_all')) yield* dec_tlb_flush_pending(cpu, tlb.mm);
  },
);

/** From 5.2 on the whole address space, tables too; before, the range that the caller was asked to change. Pure. */
function escalated(cpu: Cpu, tlb: MmuGather, start: Va, end: Va): MmuGather {
  if (!cpu.has('escalated_gather_flushes_mm'))
    // Which levels were cleared was not told apart yet, nor looked at before a flush.
    return { ...tlb, start: Math.min(tlb.start, start), end: Math.max(tlb.end, end), cleared_ptes: true };
  const whole: MmuGather = { ...tlb, fullmm: true };
  __tlb_reset_range(cpu, whole);
  whole.freed_tables = true;
  return whole;
}

/** Flushes what was gathered, then gives it back. */
export const tlb_flush_mmu = operation(
  linux('v6.1', 'mm/mmu_gather.c', 'tlb_flush_mmu'),
  function* (cpu: Cpu, tlb: MmuGather): Op {
    yield* tlb_flush_mmu_tlbonly(cpu, tlb);
    yield* tlb_table_flush(cpu, tlb);
    yield* tlb_batch_pages_flush(cpu, tlb);
  },
);

/** Gives the gathered pages back, and the tables that travel with them. */
export const tlb_batch_pages_flush = operation(
  linux('v6.1', 'mm/mmu_gather.c', 'tlb_batch_pages_flush'),
  function* (cpu: Cpu, tlb: MmuGather): Op {
    // One batch in Linux, in the order of arrival; pages always come before the tables that mapped them.
    for (let i = 0; i < tlb.pages.length; i++) yield* free_page_and_swap_cache(cpu, tlb.pages[i]!);
    tlb.pages = [];
    for (let i = 0; i < tlb.pageTables.length; i++) yield* cpu.free_table(tlb.pageTables[i]!);
    tlb.pageTables = [];
  },
);

/** Left out: the swap cache. */
function* free_page_and_swap_cache(cpu: Cpu, pfn: Pfn): Op {
  // From 4.6 to 4.9 references to the huge zero page came this way, which counts them by itself.
  if (cpu.has('huge_zero_page_in_gather') && !cpu.has('huge_zero_page_per_mm')) {
    const zero = yield* is_huge_zero_page(cpu, pfn);
    if (zero) {
      yield* put_huge_zero_page(cpu);
      return;
    }
  }
  yield* put_page(cpu, pfn);
}

/** Queues a page. Says that the gather is full: the caller has to flush before it queues more. Pure. */
export function __tlb_remove_page(cpu: Cpu, tlb: MmuGather, pfn: Pfn): boolean {
  tlb.pages.push(pfn);
  return isFull(cpu, tlb);
}

/** Queues a page; flushes when the gather is full. */
export function* tlb_remove_page_size(cpu: Cpu, tlb: MmuGather, pfn: Pfn): Op {
  if (__tlb_remove_page(cpu, tlb, pfn)) yield* tlb_flush_mmu(cpu, tlb);
}

// A few places on the stack, then batches of a page each. Simplified: a batch page can always be had, up to the limit; and pages
// that are given together (6.9) take a place each.
function isFull(cpu: Cpu, tlb: MmuGather): boolean {
  const kept = cpu.has('gather_takes_batches') ? 1 : 0; // a batch is full when it has no place for a page and its number
  return cpu.reaches(
    'MMU_GATHER_BUNDLE',
    tlb.pages.length,
    (number) =>
      number('MMU_GATHER_BUNDLE') - kept + number('MAX_GATHER_BATCH_COUNT') * (number('MAX_GATHER_BATCH') - kept),
  );
}

/** Says which size of entry comes next. */
export function* tlb_change_page_size(cpu: Cpu, tlb: MmuGather, page_size: number): Op {
  if (
    cpu.config('MMU_GATHER_PAGE_SIZE') &&
    tlb.page_size !== 0 &&
    tlb.page_size !== page_size &&
    !tlb.fullmm &&
    !tlb.need_flush_all
  ) {
    yield* tlb_flush_mmu(cpu, tlb);
  }
  tlb.page_size = page_size;
}

/** After the last entry of an area. */
export function* tlb_end_vma(cpu: Cpu, tlb: MmuGather): Op {
  if (tlb.fullmm || cpu.config('MMU_GATHER_MERGE_VMAS')) return;
  // Keeps the range from growing over the gap to the next area.
  yield* tlb_flush_mmu_tlbonly(cpu, tlb);
}

// Bookkeeping, pure.

export const tlb_remove_tlb_entry = (g: Geometry, tlb: MmuGather, address: Va): void =>
  tlb_flush_pte_range(tlb, address, PAGE_SIZE(g));
export const tlb_remove_pmd_tlb_entry = (g: Geometry, tlb: MmuGather, address: Va): void =>
  tlb_flush_pmd_range(tlb, address, HPAGE_PMD_SIZE(g));
