/** A migration takes "inaccessible" for "not cached", while whoever made the page inaccessible has not flushed yet. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite, pageUaf } from '../claims.ts';
import { movePage, numaScan, store } from '../threads.ts';

export const tlbFlushPendingMissing: RaceCase = {
  id: 'tlb-flush-pending-missing',
  title: 'A page moves while a CPU can still store to it',
  year: 2013,
  commits: ['20841405940e'],
  scenario: {
    name: 'tlb-flush-pending-missing',
    title: 'User code stores to a page that NUMA balancing makes inaccessible and that moves to another node.',
    cpus: 3,
    quiet: true,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    setup: [{ cpu: 1, does: store(0, 1) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: numaScan(0, 1) },
      { name: 'C', cpu: 1, runs: 0, does: store(0, 5) },
      { name: 'B', cpu: 2, runs: 0, does: movePage(0) },
    ],
    asks: [lostWrite, pageUaf],
  },
  before: { release: 'v3.10', says: 'Linux 3.10: an entry without permission is never looked for in a TLB' },
  after: {
    release: 'v3.10',
    with: ['protnone_may_be_cached'],
    says: 'Linux 3.10 with 20841405940e: it is, while a flush is pending',
  },
};
