/** After the PMD is compared again, a walker may still read a table that collapse has detached and somebody frees. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { dontneed, first, gupFast, khugepaged, store } from '../threads.ts';

export const collapseFreeVsGupFastIpi: RaceCase = {
  id: 'collapse-free-vs-gup-fast-ipi',
  title: 'A table that collapse detached is freed under fast GUP',
  year: 2022,
  commits: ['2ba99c5e0881'],
  scenario: {
    name: 'collapse-free-vs-gup-fast-ipi',
    title: 'Fast GUP walks a table that collapse deposits and MADV_DONTNEED then frees.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
      { name: 'K', cpu: 1, runs: 0, does: first(khugepaged(), dontneed(0, 2)) },
    ],
    asks: [tableUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE', 'HAVE_FAST_GUP'] },
  },
  before: {
    release: 'v6.1',
    without: ['collapse_syncs_lockless_walkers'],
    says: 'Linux 6.1 without 2ba99c5e0881: collapse waits for nobody after its flush',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: collapse interrupts every CPU before it touches the table' },
};
