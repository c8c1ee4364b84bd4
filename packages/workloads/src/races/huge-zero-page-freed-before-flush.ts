/** A zap gives the huge zero page back before it flushes: the shrinker frees it, and CPUs go on reading it. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf } from '../claims.ts';
import { dontneed, load, shrinkHugeZeroPage } from '../threads.ts';

export const hugeZeroPageFreedBeforeFlush: RaceCase = {
  id: 'huge-zero-page-freed-before-flush',
  title: 'The huge zero page is freed before the flush',
  year: 2016,
  commits: ['aa88b68c3b1d'],
  scenario: {
    name: 'huge-zero-page-freed-before-flush',
    title: 'User code reads the huge zero page that MADV_DONTNEED has let go and the shrinker frees.',
    cpus: 3,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: load(0) }],
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: load(0) },
      { name: 'Z', cpu: 1, runs: 0, does: dontneed(0, 2) },
      { name: 'S', cpu: 2, runs: 'kernel', does: shrinkHugeZeroPage },
    ],
    asks: [pageUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: { release: 'v4.5', says: 'Linux 4.5: a zap drops its reference to the huge zero page at once' },
  after: {
    release: 'v4.5',
    with: ['huge_zero_page_in_gather'],
    says: 'Linux 4.5 with aa88b68c3b1d: the reference goes after the flush, like pages',
  },
};
