/** A flush of the range of a table that was taken out, page by page: does the way to the table go with it? */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { dontneed, first, khugepaged, load, store } from '../threads.ts';

export const invlpgbRangeFlushKeepsPde: RaceCase = {
  id: 'invlpgb-range-flush-keeps-pde',
  title: 'A flush of leaves only keeps the way to a detached table',
  year: 2025,
  commits: ['3ef938c35035'],
  scenario: {
    name: 'invlpgb-range-flush-keeps-pde',
    title: 'User code walks through a remembered table that collapse deposits and MADV_DONTNEED then frees.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    // As the debugfs file tlb_single_page_flush_ceiling allows: a whole table is flushed page by page. With the usual ceiling
    // it is a flush of everything, and the way to the table goes whatever the flush says.
    numbers: { tlb_single_page_flush_ceiling: 2 },
    setup: [
      { cpu: 1, does: first(store(0, 1), store(1, 2)) },
      { cpu: 0, does: load(0) },
    ],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: load(1) },
      { name: 'K', cpu: 1, runs: 0, does: first(khugepaged(), dontneed(0, 2)) },
    ],
    asks: [tableUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v6.1',
    with: ['x86_flush_range_spares_lazy_cpus', 'invlpgb_final_only'],
    says: 'Linux 6.1 without 3ef938c35035: flush_tlb_range says that no tables go; INVLPGB then drops final translations only',
  },
  after: {
    release: 'v6.1',
    with: ['invlpgb_final_only'],
    says: 'Linux 6.1: flush_tlb_range says that tables may go',
  },
};
