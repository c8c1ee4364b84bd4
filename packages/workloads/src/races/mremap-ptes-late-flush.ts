/** mremap has moved an entry and flushes later: through the new place the page is freed, through the old one a CPU still uses it. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf } from '../claims.ts';
import { first, load, madvFree, movePage, moveTo, store } from '../threads.ts';

// Truncation frees the page in the text of the race; here migration does, which needs no mmap_lock either.
export const mremapPtesLateFlush: RaceCase = {
  id: 'mremap-ptes-late-flush',
  title: 'mremap flushes the old place after it has dropped the locks',
  year: 2018,
  commits: ['eb66ae030829', '5d1904204c99'],
  scenario: {
    name: 'mremap-ptes-late-flush',
    title: 'User code loads through the old place while mremap moves the entry and the page goes to another node.',
    cpus: 3,
    quiet: true,
    geometry: { pte: 1, pmd: 1 },
    areas: [
      { from: 0, to: 1, thp: 'never' },
      { from: 2, to: 3, thp: 'never' },
    ],
    setup: [
      // A dirty page was flushed under the lock of the old place since 5d1904204c99: MADV_FREE makes this one clean.
      { cpu: 0, does: first(store(0, 1), madvFree(0, 1)) },
      { cpu: 1, does: load(0) },
    ],
    threads: [
      { name: 'M', cpu: 0, runs: 0, does: moveTo(0, 1, 1) },
      { name: 'C', cpu: 1, runs: 0, does: load(0) },
      { name: 'D', cpu: 2, runs: 0, does: movePage(0) },
    ],
    asks: [pageUaf],
  },
  before: {
    release: 'v4.14',
    says: 'Linux 4.14: the old range is flushed when all has moved, or between the two unlocks where a page is dirty',
  },
  after: {
    release: 'v4.14',
    with: ['mremap_flushes_under_lock'],
    says: 'Linux 4.14 with eb66ae030829: the flush comes before either lock is dropped',
  },
};
