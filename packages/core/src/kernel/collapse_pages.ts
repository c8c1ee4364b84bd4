/** The pages of a collapse: make sure nobody holds them, then copy them out of the detached table. mm/khugepaged.c. */
import { ptep_get_and_clear } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pte_none, pte_pfn, pte_present, pte_special, pte_write, type Pfn } from '../words/entry.ts';
import { HPAGE_PMD_NR, PAGE_SIZE } from '../words/geometry.ts';
import type { PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import {
  compound_head,
  copy_user_highpage,
  is_refcount_suitable,
  is_zero_pfn,
  page_remove_rmap,
  PageCompound,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
import { pte_after, pte_lock, pte_unlock } from './pgtable.ts';

/** Why a collapse did not happen; kernel names. */
export type ScanResult =
  | 'SCAN_SUCCEED'
  | 'SCAN_FAIL'
  | 'SCAN_PMD_NULL'
  | 'SCAN_PMD_NONE'
  | 'SCAN_PMD_MAPPED'
  | 'SCAN_VMA_NULL'
  | 'SCAN_ADDRESS_RANGE'
  | 'SCAN_PTE_NON_PRESENT'
  | 'SCAN_PAGE_NULL'
  | 'SCAN_PAGE_ANON'
  | 'SCAN_PAGE_LOCK'
  | 'SCAN_PAGE_COUNT'
  | 'SCAN_PAGE_RO';

/** Locks every page of the table, and refuses when somebody else holds a reference. Lists what it locked. */
export const __collapse_huge_page_isolate = operation(
  linux('v6.1', 'mm/khugepaged.c', '__collapse_huge_page_isolate'),
  function* (cpu: Cpu, first: PteSlot, isolated: Pfn[], compound: Pfn[]): Op<ScanResult> {
    let writable = false;
    let result: ScanResult = 'SCAN_SUCCEED';
    for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry) && result === 'SCAN_SUCCEED'; i++) {
      const pte = yield* cpu.read_entry(pte_after(first, i));
      if (pte_none(pte) || is_zero_pfn(pte_pfn(pte))) continue;
      if (!pte_present(pte)) result = 'SCAN_PTE_NON_PRESENT';
      else if (pte_special(pte)) result = 'SCAN_PAGE_NULL';
      else result = yield* isolate_page(cpu, pte_pfn(pte), isolated, compound);
      if (pte_write(pte)) writable = true;
    }
    if (result === 'SCAN_SUCCEED' && !writable) result = 'SCAN_PAGE_RO';
    if (result !== 'SCAN_SUCCEED') {
      for (let i = 0; i < isolated.length; i++) yield* release_pte_page(cpu, isolated[i]!);
    }
    return result;
  },
);

function* isolate_page(cpu: Cpu, pfn: Pfn, isolated: Pfn[], compound: Pfn[]): Op<ScanResult> {
  const isCompound = yield* PageCompound(cpu, pfn);
  const head = yield* compound_head(cpu, pfn);
  if (isCompound && compound.includes(head)) return 'SCAN_SUCCEED'; // another frame of it was seen before
  const locked = yield* trylock_page(cpu, head);
  if (!locked) return 'SCAN_PAGE_LOCK';
  // A pin that came before the PMD was cleared shows here. A pin that comes after it sees that the PMD changed.
  const alone = yield* is_refcount_suitable(cpu, head);
  if (!alone) {
    yield* unlock_page(cpu, head);
    return 'SCAN_PAGE_COUNT';
  }
  isolated.push(head);
  if (isCompound) compound.push(head);
  return 'SCAN_SUCCEED';
}

export const release_pte_page = operation(
  linux('v6.1', 'mm/khugepaged.c', 'release_pte_page'),
  function* (cpu: Cpu, head: Pfn): Op {
    yield* unlock_page(cpu, head);
  },
);

/** Copies page by page, without a lock over the whole; takes each base page out of the detached table once it is copied. */
export const __collapse_huge_page_copy = operation(
  linux('v6.1', 'mm/khugepaged.c', '__collapse_huge_page_copy'),
  function* (cpu: Cpu, vma: Vma, address: Va, first: PteSlot, hpage: Pfn, compound: readonly Pfn[]): Op {
    for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
      const ptep = pte_after(first, i);
      const pte = yield* cpu.read_entry(ptep);
      if (pte_none(pte)) continue; // the new page is zeroed already
      if (is_zero_pfn(pte_pfn(pte))) {
        yield* pte_lock(cpu, ptep);
        yield* ptep_get_and_clear(cpu, vma.mm, address + i * PAGE_SIZE(cpu.geometry), ptep);
        yield* pte_unlock(cpu, ptep);
        continue;
      }
      const src = pte_pfn(pte);
      yield* copy_user_highpage(cpu, hpage + i, src);
      const isCompound = yield* PageCompound(cpu, src);
      if (!isCompound) yield* release_pte_page(cpu, src);
      yield* pte_lock(cpu, ptep);
      // Not for the sake of user code, which cannot come here any more: the table must be empty when a split needs it.
      yield* ptep_get_and_clear(cpu, vma.mm, address + i * PAGE_SIZE(cpu.geometry), ptep);
      yield* page_remove_rmap(cpu, src);
      yield* pte_unlock(cpu, ptep);
      yield* put_page(cpu, src);
    }
    for (let i = 0; i < compound.length; i++) yield* unlock_page(cpu, compound[i]!);
  },
);
