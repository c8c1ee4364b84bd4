/** khugepaged detaches a table while fast GUP is inside it, and copies a page that GUP has just pinned. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf, stalePin } from '../claims.ts';
import { first, gupFast, khugepaged, store } from '../threads.ts';

export const collapseVsGupFast: RaceCase = {
  id: 'collapse-vs-gup-fast',
  title: 'Collapse copies a page that fast GUP is pinning',
  year: 2022,
  commits: ['70cbc3cc78a9'],
  scenario: {
    name: 'collapse-vs-gup-fast',
    title: 'Fast GUP pins a page of a range that khugepaged rebuilds as a huge page.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
      { name: 'K', cpu: 1, runs: 'kernel', does: khugepaged() },
    ],
    asks: [stalePin, pageUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE', 'HAVE_FAST_GUP'] },
  },
  before: { release: 'v5.8', says: 'Linux 5.8: fast GUP compares only the PTE again' },
  after: {
    release: 'v5.8',
    with: ['gup_fast_rechecks_pmd'],
    says: 'Linux 5.8 with 70cbc3cc78a9: fast GUP compares the PMD again too',
  },
};
