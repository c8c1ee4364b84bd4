/** MADV_FREE empties a huge PMD for a moment, and MADV_DONTNEED takes the range for empty. */
import type { RaceCase } from '@shootdown/core';
import { missedUnmap } from '../claims.ts';
import { dontneed, madvFree, store } from '../threads.ts';

export const madvFreeHugeVsDontneed: RaceCase = {
  id: 'madv-free-huge-vs-dontneed',
  title: 'MADV_DONTNEED skips a huge page that MADV_FREE works on',
  year: 2017,
  commits: ['58ceeb6bec86'],
  scenario: {
    name: 'madv-free-huge-vs-dontneed',
    title: 'MADV_FREE makes a huge page clean while MADV_DONTNEED removes it.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: madvFree(0, 2) },
      { name: 'D', cpu: 1, runs: 0, does: dontneed(0, 2) },
    ],
    asks: [missedUnmap],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: { release: 'v4.5', says: 'Linux 4.5: MADV_FREE clears the huge PMD and sets it again' },
  after: {
    release: 'v4.5',
    with: ['madv_free_keeps_pmd_huge'],
    says: 'Linux 4.5 with 58ceeb6bec86: the huge PMD is invalidated in place',
  },
};
