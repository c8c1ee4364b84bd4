/** khugepaged: a table of base pages becomes one huge page. mm/khugepaged.c, anonymous memory. */
import {
  flush_tlb_range,
  pgtable_trans_huge_deposit,
  pmd_clear,
  pmd_populate,
  pmdp_collapse_flush,
  set_pmd_at,
  tlb_remove_table_sync_one,
  update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isTable, pmd_none, pmd_pgtable, pmd_present, pmd_trans_huge, type Pfn, type Pmd } from '../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../words/geometry.ts';
import { mmCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_lock_write, anon_vma_of, anon_vma_unlock_write } from './anon_vma.ts';
import { __collapse_huge_page_copy, __collapse_huge_page_isolate, type ScanResult } from './collapse_pages.ts';
import { operation } from './operation.ts';
import { alloc_hugepage, new_anon_pmd, page_add_new_anon_rmap, put_page } from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock, pte_lock, pte_offset_map, pte_unlock, sameSlot } from './pgtable.ts';
import { transhuge_vma_suitable, vma_lookup } from './vma.ts';

// Left out: the scan that chooses ranges (it only decides), notifier calls, swap-in, memory cgroups, the LRU, limits on
// empty, shared and old entries (khugepaged's; MADV_COLLAPSE has none of them). MADV_COLLAPSE itself, and files, come later.

/** khugepaged comes to a range: what it does once the scan has chosen it. */
export const khugepaged_collapse = operation(
  linux('v6.1', 'mm/khugepaged.c', 'khugepaged_scan_mm_slot'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<ScanResult> {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    return yield* collapse_huge_page(cpu, mm, address);
  },
);

/** Entered with mmap_lock held for reading, left with it released. */
export const collapse_huge_page = operation(
  linux('v6.1', 'mm/khugepaged.c', 'collapse_huge_page'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<ScanResult> {
    yield* cpu.bug_on(address % HPAGE_PMD_SIZE(cpu.geometry) !== 0, 'the address is aligned to the huge page size');
    // Allocating may take long: not under the lock. Everything is looked up again afterwards.
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    const hpage = yield* alloc_hugepage(cpu);

    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const first = yield* find_for_collapse(cpu, mm, address);
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    if (first.result !== 'SCAN_SUCCEED') {
      yield* put_page(cpu, hpage);
      return first.result;
    }

    // Keeps out everybody who takes mmap_lock: faults, zaps. Not walks by rmap, not GUP-fast, not the hardware.
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    const found = yield* find_for_collapse(cpu, mm, address);
    let result = found.result;
    if (result === 'SCAN_SUCCEED' && !sameSlot(found.pmdp!, first.pmdp!)) result = 'SCAN_FAIL';
    if (result === 'SCAN_SUCCEED') result = yield* collapse_locked(cpu, found, address, hpage);
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
    if (result !== 'SCAN_SUCCEED') yield* put_page(cpu, hpage);
    return result;
  },
);

/** The part of collapse_huge_page under mmap_lock for writing. */
function* collapse_locked(cpu: Cpu, found: Found, address: Va, hpage: Pfn): Op<ScanResult> {
  const { vma, pmdp, anon_vma } = found as Required<Found>;
  yield* anon_vma_lock_write(cpu, anon_vma); // keeps out walks by rmap
  const ptep = yield* pte_offset_map(cpu, pmdp, address);
  yield* pmd_lock(cpu, pmdp); // "probably unnecessary", says the kernel
  // No small translation must live on beside the huge one; and what user code stores from here on it can only store after a
  // fault, which waits for mmap_lock. So the pages hold still from now on, except for those who pinned them.
  const old = yield* cpu.has('collapse_flushes_before_copy')
    ? pmdp_collapse_flush(cpu, vma, address, pmdp)
    : clearOnly(cpu, pmdp);
  yield* pmd_unlock(cpu, pmdp);
  // A GUP-fast that reached the table before it was detached may still read it, while we clear its entries and deposit it.
  if (cpu.has('collapse_syncs_lockless_walkers')) yield* tlb_remove_table_sync_one(cpu);

  const isolated: Pfn[] = [];
  const compound: Pfn[] = [];
  yield* pte_lock(cpu, ptep);
  const result = yield* __collapse_huge_page_isolate(cpu, ptep, isolated, compound);
  yield* pte_unlock(cpu, ptep);
  if (result !== 'SCAN_SUCCEED') {
    yield* pmd_lock(cpu, pmdp);
    yield* expect_none(cpu, pmdp);
    // The table comes back as it was. No flush: nothing was cached for a none entry.
    yield* pmd_populate(cpu, vma.mm, pmdp, pmd_pgtable(old));
    yield* pmd_unlock(cpu, pmdp);
    yield* anon_vma_unlock_write(cpu, anon_vma);
    return result;
  }
  // The pages are locked and not pinned: rmap may come in again, it finds nothing to do.
  yield* anon_vma_unlock_write(cpu, anon_vma);

  yield* __collapse_huge_page_copy(cpu, vma, address, ptep, hpage, compound);
  if (!cpu.has('collapse_flushes_before_copy'))
    yield* flush_tlb_range(cpu, vma, address, address + HPAGE_PMD_SIZE(cpu.geometry));
  yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the copy before the entry
  yield* pmd_lock(cpu, pmdp);
  yield* expect_none(cpu, pmdp);
  yield* page_add_new_anon_rmap(cpu, hpage, vma, address, 'pmd');
  // Deposit before the entry is visible: a hash fault looks into the deposited table.
  yield* pgtable_trans_huge_deposit(cpu, vma.mm, pmdp, pmd_pgtable(old));
  yield* set_pmd_at(cpu, vma.mm, address, pmdp, new_anon_pmd(hpage, vma));
  yield* update_mmu_cache_pmd(cpu, vma, address, pmdp);
  yield* pmd_unlock(cpu, pmdp);
  return 'SCAN_SUCCEED';
}

/** No release was like that: the table is taken out, and CPUs go on as they were. Shows what the flush is good for. */
function* clearOnly(cpu: Cpu, pmdp: PmdSlot): Op<Pmd> {
  const old = yield* cpu.read_entry(pmdp);
  yield* pmd_clear(cpu, pmdp);
  return old;
}

function* expect_none(cpu: Cpu, pmdp: PmdSlot): Op {
  const pmd = yield* cpu.read_entry(pmdp);
  yield* cpu.bug_on(!pmd_none(pmd), 'the PMD that collapse cleared is still none');
}

/** What hugepage_vma_revalidate and find_pmd_or_thp_or_none found. */
interface Found {
  readonly result: ScanResult;
  readonly vma?: Vma;
  readonly pmdp?: PmdSlot;
  readonly anon_vma?: number;
}

/**
 * hugepage_vma_revalidate, then find_pmd_or_thp_or_none. Left out: whether the area allows huge pages. An area whose faults
 * bring base pages may be collapsed all the same, so that a scenario can start from base pages.
 */
function* find_for_collapse(cpu: Cpu, mm: Mm, address: Va): Op<Found> {
  const vma = yield* vma_lookup(cpu, mm, address);
  if (!vma) return { result: 'SCAN_VMA_NULL' };
  // The whole range in this one area: the collapse removes all entries of the range, and has locked only this area.
  if (!transhuge_vma_suitable(cpu.geometry, vma, address)) return { result: 'SCAN_ADDRESS_RANGE' };
  // Without one there is no lock that keeps walks by rmap out, and nothing to collapse.
  const anon_vma = yield* anon_vma_of(cpu, vma);
  if (anon_vma === undefined) return { result: 'SCAN_PAGE_ANON' };
  const pmdp = yield* mm_find_pmd(cpu, mm, address);
  if (!pmdp) return { result: 'SCAN_PMD_NULL' };
  const pmd = yield* cpu.read_entry(pmdp);
  return { result: judge(pmd), vma, pmdp, anon_vma };
}

function judge(pmd: Pmd): ScanResult {
  if (pmd_none(pmd)) return 'SCAN_PMD_NONE';
  if (!pmd_present(pmd)) return 'SCAN_PMD_NULL';
  if (pmd_trans_huge(pmd)) return 'SCAN_PMD_MAPPED';
  return isTable(pmd) ? 'SCAN_SUCCEED' : 'SCAN_PMD_NULL';
}
