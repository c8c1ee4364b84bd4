/** Migration passes over an entry that mremap holds in its hand: it stands in neither table at that moment. */
import type { RaceCase } from '@shootdown/core';
import { staleMigrationEntry } from '../claims.ts';
import { movePage, moveTo, store } from '../threads.ts';

export const mremapVsMigrationEntry: RaceCase = {
  id: 'mremap-vs-migration-entry',
  title: 'mremap moves a migration entry past the walk that is to take it away',
  year: 2011,
  commits: ['486cf46f3f9b'],
  scenario: {
    name: 'mremap-vs-migration-entry',
    title: 'A page is moved to another node while mremap moves its entry to another table.',
    cpus: 2,
    geometry: { pte: 1, pmd: 1 },
    areas: [
      { from: 0, to: 1, thp: 'never' },
      { from: 2, to: 3, thp: 'never' },
    ],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'M', cpu: 0, runs: 0, does: moveTo(0, 1, 1) },
      { name: 'R', cpu: 1, runs: 0, does: movePage(0) },
    ],
    asks: [staleMigrationEntry],
  },
  before: {
    release: 'v6.1',
    without: ['migration_removal_looks_under_lock'],
    says: 'Linux 6.1 whose migration looks at entries without their lock first, as before 3.2',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: the walk takes the lock of the table before it looks' },
};
