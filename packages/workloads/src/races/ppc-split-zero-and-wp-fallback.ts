/** Two splits that split no page take the huge PMD out first: none until the table stands there, and nobody waits for walkers. */
import type { Configuration, RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { forkTo, first, load, split, store, TYPED_WALK, typedWalk } from '../threads.ts';

const before: Configuration = {
  release: 'v4.0',
  says: 'Linux 4.0: the entry is taken out and flushed, and where no interrupt flushes nobody waits for walkers',
};
const after: Configuration = {
  release: 'v4.0',
  with: ['ppc_clear_kicks_walkers'],
  says: 'Linux 4.0 with 13bd817bb884: clearing a huge PMD waits for all walkers',
};

export const ppcSplitZeroAndWpFallback: RaceCase = {
  id: 'ppc-split-zero-and-wp-fallback',
  title: 'A split of the huge zero page under a typed walker',
  year: 2015,
  commits: ['13bd817bb884'],
  scenario: {
    name: 'ppc-split-zero-and-wp-fallback',
    title: 'A lookup with interrupts off holds a PMD slot as a leaf while the huge zero page there is split.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: load(0) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: typedWalk(0) },
      { name: 'S', cpu: 1, runs: 0, does: split(0) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: [TYPED_WALK] },
  },
  before,
  after,
};

export const wpFallback: RaceCase = {
  ...ppcSplitZeroAndWpFallback,
  id: 'ppc-split-zero-and-wp-fallback.wp',
  of: 'ppc-split-zero-and-wp-fallback',
  title: 'A write fault without a free huge page, under a typed walker',
  scenario: {
    ...ppcSplitZeroAndWpFallback.scenario,
    name: 'ppc-split-zero-and-wp-fallback.wp',
    title:
      'A lookup with interrupts off holds a PMD slot as a leaf while a write after a fork replaces it by base pages.',
    mms: 2,
    forked: [1],
    numbers: { CPUS_WITHOUT_HUGE_PAGES: 2 },
    areas: [
      { from: 0, to: 2, thp: 'always' },
      { mm: 1, from: 0, to: 2, thp: 'always' },
    ],
    setup: [{ cpu: 0, does: first(store(0, 1), forkTo(1)) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: typedWalk(0) },
      { name: 'C', cpu: 1, runs: 0, does: store(0, 7) },
    ],
  },
};
