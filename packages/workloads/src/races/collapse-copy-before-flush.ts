/** Collapse must stop the hardware before it copies: else user code goes on writing to the old pages. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite } from '../claims.ts';
import { first, khugepaged, store } from '../threads.ts';

export const collapseCopyBeforeFlush: RaceCase = {
  id: 'collapse-copy-before-flush',
  title: 'Collapse copies pages that user code still writes to',
  year: 2011,
  commits: ['ba76149f47d8'],
  scenario: {
    name: 'collapse-copy-before-flush',
    title: 'User code stores through a translation it remembers while khugepaged copies the page.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: store(0, 7) },
      { name: 'K', cpu: 1, runs: 'kernel', does: khugepaged() },
    ],
    asks: [lostWrite],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v6.1',
    without: ['collapse_flushes_before_copy'],
    says: 'Linux 6.1 whose collapse takes the table out, copies, and flushes last (no release did)',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: collapse flushes when it takes the table out' },
};
