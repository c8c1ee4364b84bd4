/** Two make pages inaccessible; the first to finish takes away the mark that says that flushes are pending. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite, pageUaf } from '../claims.ts';
import { movePage, numaScan, store } from '../threads.ts';

export const tlbFlushPendingBool: RaceCase = {
  id: 'tlb-flush-pending-bool',
  title: 'The mark of a pending flush is taken away by somebody else',
  year: 2017,
  commits: ['16af97dc5a89'],
  scenario: {
    name: 'tlb-flush-pending-bool',
    title: 'User code stores to a page that moves, while two threads make pages inaccessible.',
    cpus: 4,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 2, does: store(1, 1) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: numaScan(0, 1) },
      { name: 'B', cpu: 1, runs: 0, does: numaScan(1, 2) },
      { name: 'U', cpu: 2, runs: 0, does: store(1, 5) },
      { name: 'M', cpu: 3, runs: 0, does: movePage(1) },
    ],
    asks: [lostWrite, pageUaf],
  },
  before: { release: 'v4.5', says: 'Linux 4.5: one mark for all' },
  after: {
    release: 'v4.5',
    with: ['tlb_flush_pending_counts'],
    says: 'Linux 4.5 with 16af97dc5a89: pending flushes are counted',
  },
};
