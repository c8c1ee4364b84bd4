/** Of two who remove the same page the second finds nothing, and returns before the first has flushed. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite, staleTranslation } from '../claims.ts';
import { dontneed, first, load, store } from '../threads.ts';

export const parallelMadvFlushMiss: RaceCase = {
  id: 'parallel-madv-flush-miss',
  title: 'MADV_DONTNEED returns while another one still owes the flush',
  year: 2017,
  commits: ['99baac21e458', '56236a59556c', '0a2dd266dd6b'],
  scenario: {
    name: 'parallel-madv-flush-miss',
    title: 'Two threads remove the same page; one of them stores to it afterwards.',
    cpus: 2,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'B', cpu: 0, runs: 0, does: first(dontneed(0, 1), store(0, 5), load(0)) },
      { name: 'A', cpu: 1, runs: 0, does: dontneed(0, 1) },
    ],
    asks: [staleTranslation, lostWrite],
  },
  before: { release: 'v4.5', says: 'Linux 4.5: each flushes what it has cleared itself' },
  after: {
    release: 'v4.5',
    with: ['protnone_may_be_cached', 'tlb_flush_pending_counts', 'parallel_gathers_flush_all'],
    says: 'Linux 4.5 with 99baac21e458: who ends a gather while another one goes on flushes everything',
  },
};
