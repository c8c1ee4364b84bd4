/** Two threads make pages inaccessible; the first to have flushed takes away the mark that says so for both. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf } from '../claims.ts';
import { first, movePage, numaScan, store } from '../threads.ts';

export const tlbFlushPendingBool: RaceCase = {
  id: 'tlb-flush-pending-bool',
  title: 'One mark for two flushes that are to come',
  year: 2017,
  commits: ['16af97dc5a89'],
  scenario: {
    name: 'tlb-flush-pending-bool',
    title: 'NUMA balancing scans two pages on two CPUs, and one of the pages moves to another node.',
    cpus: 3,
    quiet: true,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      // A scan is work of the thread itself, on its way back to user code.
      { name: 'A', cpu: 0, runs: 0, does: first(numaScan(0, 1), store(1, 5)) },
      { name: 'B', cpu: 1, runs: 0, does: numaScan(1, 2) },
      { name: 'M', cpu: 2, runs: 0, does: movePage(1) },
    ],
    asks: [pageUaf],
  },
  before: { release: 'v4.5', says: 'Linux 4.5: tlb_flush_pending is a mark' },
  after: {
    release: 'v4.5',
    with: ['tlb_flush_pending_counts'],
    says: 'Linux 4.5 with 16af97dc5a89: it is a count',
  },
};
