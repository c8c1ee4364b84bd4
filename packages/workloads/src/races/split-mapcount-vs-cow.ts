/** A write fault adds up the mapcounts of a huge page while a split moves them, and finds too few. */
import type { RaceCase } from '@shootdown/core';
import { cowViolation } from '../claims.ts';
import { dontneed, first, forkTo, load, store } from '../threads.ts';

export const splitMapcountVsCow: RaceCase = {
  id: 'split-mapcount-vs-cow',
  title: 'A shared huge page is taken for unshared while its PMD is split elsewhere',
  year: 2020,
  commits: ['c444eb564fb1'],
  scenario: {
    name: 'split-mapcount-vs-cow',
    title:
      'The parent stores to a huge page that it shares with its child, which splits its own mapping of it and reads.',
    cpus: 2,
    mms: 2,
    geometry: { pte: 1, pmd: 1 },
    areas: [
      { mm: 0, from: 0, to: 2, thp: 'always' },
      { mm: 1, from: 0, to: 2, thp: 'always' },
    ],
    forked: [1],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'P', cpu: 0, runs: 0, does: first(forkTo(1), store(0, 5)) },
      { name: 'C', cpu: 1, runs: 1, does: first(dontneed(1, 2), load(0)) },
    ],
    asks: [cowViolation],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: { release: 'v5.4', says: 'Linux 5.4: only the write fault takes the page lock' },
  after: {
    release: 'v5.4',
    with: ['split_takes_page_lock'],
    says: 'Linux 5.4 with c444eb564fb1: the split takes it too',
  },
};
