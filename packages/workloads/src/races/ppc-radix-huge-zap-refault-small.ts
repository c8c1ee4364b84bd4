/** A zap leaves the translation of a huge page to its last flush, and a fault maps small pages beside it. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf, tlbMultihit } from '../claims.ts';
import { dontneed, first, khugepaged, load, madvFree, store } from '../threads.ts';

export const ppcRadixHugeZapRefaultSmall: RaceCase = {
  id: 'ppc-radix-huge-zap-refault-small',
  title: 'A CPU remembers a huge translation and a small one for one address',
  year: 2020,
  commits: ['75358ea359e7', '02390f66bd23', 'e21dfbf0332a'],
  scenario: {
    name: 'ppc-radix-huge-zap-refault-small',
    title: 'MADV_DONTNEED of a huge page, while a thread of the process goes on storing to it.',
    cpus: 2,
    // Faults bring small pages; the huge one is khugepaged's work. It is remembered clean: the store asks the tables again.
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 1, does: first(store(0, 1), store(1, 2), khugepaged(), madvFree(0, 2), load(0)) }],
    threads: [
      { name: 'Z', cpu: 0, runs: 0, does: dontneed(0, 2) },
      { name: 'U', cpu: 1, runs: 0, does: first(store(0, 5), load(1)) },
    ],
    asks: [pageUaf, tlbMultihit],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v5.4',
    says: 'Linux 5.4: the huge translation goes with the flush of the gather, after the lock',
  },
  after: {
    release: 'v5.4',
    without: ['radix_zap_leaves_huge_translation'],
    says: 'Linux 5.4 with 75358ea359e7: radix flushes it under the lock',
  },
};
