/** A fault that lost against a huge one asks only whether the PMD is huge, and walks none as a table. */
import type { RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { dontneed, faultIn, store } from '../threads.ts';

export const thpFaultVsDontneedUnstable: RaceCase = {
  id: 'thp-fault-vs-dontneed-unstable',
  title: 'A fault walks an empty PMD as a table',
  year: 2016,
  commits: ['ad33bb04b2a6', '1a5a9906d4e8'],
  scenario: {
    name: 'thp-fault-vs-dontneed-unstable',
    title: 'Two faults on one empty range, one of them huge, while MADV_DONTNEED removes what came.',
    cpus: 3,
    // The second area has a table already, so that all three get as far as the PMD of the first.
    areas: [
      { from: 0, to: 2, thp: 'always' },
      { from: 2, to: 4, thp: 'never' },
    ],
    // F finds no free huge page, and so falls back to a base page.
    numbers: { CPUS_WITHOUT_HUGE_PAGES: 1 },
    setup: [{ cpu: 2, does: store(2, 1) }],
    threads: [
      { name: 'F', cpu: 0, runs: 'kernel', does: faultIn(0) },
      { name: 'H', cpu: 1, runs: 'kernel', does: faultIn(1) },
      { name: 'D', cpu: 2, runs: 0, does: dontneed(0, 2) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: { release: 'v4.1', says: 'Linux 4.1: the fault goes on unless the PMD is huge' },
  after: {
    release: 'v4.1',
    with: ['fault_rejects_unstable_pmd'],
    says: 'Linux 4.1 with ad33bb04b2a6: the fault goes on only where one read shows a table',
  },
};
