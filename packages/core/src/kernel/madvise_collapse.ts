/** MADV_COLLAPSE: a process asks for what khugepaged would do when it comes by. mm/khugepaged.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { type ScanResult } from './collapse_pages.ts';
import { collapse_huge_page } from './khugepaged.ts';
import { operation } from './operation.ts';

/** After these the next huge page is tried all the same. */
const GOES_ON: readonly ScanResult[] = [
  'SCAN_SUCCEED',
  'SCAN_PMD_MAPPED',
  'SCAN_PMD_NULL',
  'SCAN_PTE_NON_PRESENT',
  'SCAN_PAGE_RO',
  'SCAN_PAGE_NULL',
  'SCAN_PAGE_COUNT',
  'SCAN_PAGE_LOCK',
];

/**
 * Collapses each huge page that lies in the range as a whole. Left out: lru_add_drain_all (it queues work where a CPU has pages
 * waiting), the scan without locks that only decides, huge pages that are mapped by PTEs.
 * @returns how the last one went that was no success; `SCAN_SUCCEED` when all went well
 */
export const madvise_collapse = operation(
  linux('v6.1', 'mm/khugepaged.c', 'madvise_collapse'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op<ScanResult> {
    if (!cpu.config('TRANSPARENT_HUGEPAGE')) return 'SCAN_FAIL'; // EINVAL: hugepage_vma_check, or not compiled in at all
    const size = HPAGE_PMD_SIZE(cpu.geometry);
    let last_fail: ScanResult = 'SCAN_SUCCEED';
    for (let addr = roundDown(start + size - 1, size); addr + size <= end; addr += size) {
      yield* cpu.down_read(mmCells.mmap_lock(mm.id));
      const result = yield* collapse_huge_page(cpu, mm, addr); // gives mmap_lock back
      if (result !== 'SCAN_SUCCEED' && result !== 'SCAN_PMD_MAPPED') last_fail = result;
      if (!GOES_ON.includes(result)) break;
    }
    return last_fail;
  },
);
