/** A walk by rmap finds a huge PMD cleared by a zap that has not yet lowered the counts of its page. */
import type { RaceCase } from '@shootdown/core';
import { mapcountMismatch, staleMigrationEntry, stillCounted } from '../claims.ts';
import { dontneed, splitPage, store } from '../threads.ts';

/**
 * The page is anonymous. The walk that splits it is preceded by a split of its PMD, which takes the same lock whatever the entry holds: that
 * waits for the zap, with the fix and without.
 */
export const ttuSyncAnon: RaceCase = {
  id: 'ttu-sync-vs-zap-huge-pmd.anon',
  of: 'ttu-sync-vs-zap-huge-pmd',
  title: 'An unmap of an anonymous huge page does not wait for a zap of its PMD',
  year: 2021,
  commits: ['732ed55823fc'],
  scenario: {
    name: 'ttu-sync-vs-zap-huge-pmd.anon',
    title: 'An anonymous huge page is split while MADV_DONTNEED removes it.',
    cpus: 2,
    geometry: { pte: 1, pmd: 1 },
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'Z', cpu: 0, runs: 0, does: dontneed(0, 2) },
      { name: 'S', cpu: 1, runs: 0, does: splitPage(0) },
    ],
    asks: [stillCounted, mapcountMismatch, staleMigrationEntry],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v6.1',
    without: ['unmap_waits_for_zaps'],
    says: 'Linux 6.1 whose split unmaps without TTU_SYNC, as before 5.13',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: the walk waits for the lock of a missing PMD' },
};
