/** MADV_FREE and huge pages: taking a page for oneself, and splitting one of which only a part is to be dropped. mm/madvise.c. */
import { arch_enter_lazy_mmu_mode, arch_leave_lazy_mmu_mode } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Pfn } from '../words/entry.ts';
import { pageCells, type PteSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { compound_head, get_page, page_mapcount, put_page, folio_mapcount, trylock_page, unlock_page } from './page.ts';
import { pte_lock, pte_unlock } from './pgtable.ts';
import { split_huge_page } from './split_huge_page.ts';

/** Says that the walk of a table is over. */
export const STOP = -1;

/**
 * Is the page mapped as often as it is mapped here? Then it is locked now.
 * @param mappings that the caller has found
 */
export function* lockAlone(cpu: Cpu, head: Pfn, mappings: number): Op<boolean> {
  const all = yield* folio_mapcount(cpu, head);
  return all === mappings && (yield* trylock_page(cpu, head));
}

/** The page itself is clean from now on. */
export function* cleanAndUnlock(cpu: Cpu, head: Pfn): Op {
  const dirty = yield* cpu.load(pageCells.dirty(head));
  if (dirty) yield* cpu.store(pageCells.dirty(head), 0);
  yield* unlock_page(cpu, head);
}

/** Both of the above. @returns whether it was ours alone */
export function* takeForFreeing(cpu: Cpu, head: Pfn, mappings: number): Op<boolean> {
  const ours = yield* lockAlone(cpu, head, mappings);
  if (ours) yield* cleanAndUnlock(cpu, head);
  return ours;
}

/** Splits a huge page that we have locked and hold a reference to, for the sake of one frame. Both are given back. @returns whether it was split */
export function* splitAndRelease(cpu: Cpu, frame: Pfn): Op<boolean> {
  const result = yield* split_huge_page(cpu, frame);
  const split = result === 0;
  const locked = split ? frame : yield* compound_head(cpu, frame);
  yield* unlock_page(cpu, locked);
  yield* put_page(cpu, frame);
  return split;
}

/**
 * A huge page that PTEs map, of which the range holds a part (until 6.9: any number of its entries). Entered and left with the table locked.
 * @param nr entries that are passed over when it cannot be split
 * @returns 0 when it was split: the entry is looked at again
 */
export const splitForFreeing = operation(
  linux('v6.1', 'mm/madvise.c', 'madvise_free_pte_range'),
  function* (cpu: Cpu, ptep: PteSlot, frame: Pfn, nr: number): Op<number> {
    const inBatches = cpu.has('ptes_in_batches');
    const otherwise = inBatches ? nr : STOP;
    const head = yield* compound_head(cpu, frame);
    const mappings = yield* page_mapcount(cpu, head); // folio_estimated_sharers: of the first frame
    if (mappings !== 1) return otherwise;
    const locked = yield* trylock_page(cpu, head);
    if (!locked) return otherwise;
    yield* get_page(cpu, head);
    // Splitting waits for locks: not under a spinlock. Until 6.9 it went on in lazy mode, in which architectures put updates off.
    if (inBatches) yield* arch_leave_lazy_mmu_mode(cpu);
    yield* pte_unlock(cpu, ptep);
    const split = yield* splitAndRelease(cpu, head);
    yield* pte_lock(cpu, ptep); // the table stays: who frees it needs mmap_lock for writing
    if (inBatches) yield* arch_enter_lazy_mmu_mode(cpu);
    return split ? 0 : otherwise;
  },
);
