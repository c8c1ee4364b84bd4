/** A walk by rmap looks at an entry without its lock, finds it cleared, and goes on: the page still counts as mapped. */
import type { RaceCase } from '@shootdown/core';
import { mapcountMismatch, staleMigrationEntry, stillCounted } from '../claims.ts';
import { dontneed, first, split, splitPage, store } from '../threads.ts';

/** Both pages of what is a huge page where there are huge pages; its PMD is split, so that two entries map it. */
const mappedByPtes = first(store(0, 1), store(1, 2), split(0));

// Both entries are removed: who finds one of them waits for the zap when it takes the lock of the table.
// On an architecture without huge pages nobody in Linux asks afterwards; there the story asks, of a base page.
export const ttuSyncVsZapPte: RaceCase = {
  id: 'ttu-sync-vs-zap-pte',
  title: 'An unmap does not wait for a zap of the entries that it looks for',
  year: 2021,
  commits: ['732ed55823fc'],
  scenario: {
    name: 'ttu-sync-vs-zap-pte',
    title: 'A huge page that two entries map is split while MADV_DONTNEED removes it.',
    cpus: 2,
    geometry: { pte: 1, pmd: 1 },
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: mappedByPtes }],
    threads: [
      { name: 'Z', cpu: 0, runs: 0, does: dontneed(0, 2) },
      { name: 'S', cpu: 1, runs: 0, does: splitPage(0) },
    ],
    asks: [stillCounted, mapcountMismatch, staleMigrationEntry],
  },
  before: {
    release: 'v6.1',
    without: ['unmap_waits_for_zaps'],
    says: 'Linux 6.1 whose split unmaps without TTU_SYNC, as before 5.13',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: the walk takes the lock of the table before it looks' },
};
