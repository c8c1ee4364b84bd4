/** MADV_DONTNEED empties a huge PMD and a fault refills it with a table, under a walker that took the slot for a leaf. */
import type { RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { dontneed, first, khugepaged, store } from '../threads.ts';

export const ppcZapHugePmdVsLocklessWalk: RaceCase = {
  id: 'ppc-zap-huge-pmd-vs-lockless-walk',
  title: 'A huge PMD becomes a table under a typed walker',
  year: 2015,
  commits: ['13bd817bb884'],
  scenario: {
    name: 'ppc-zap-huge-pmd-vs-lockless-walk',
    title: 'A lookup with interrupts off holds a PMD slot as a leaf while it is zapped and refilled.',
    cpus: 3,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      {
        name: 'W',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          return yield* s.archOperation('read_user_stack')(cpu, s.mm, s.page(0));
        },
      },
      { name: 'Z', cpu: 1, runs: 0, does: dontneed(0, 2) },
      { name: 'F', cpu: 2, runs: 0, does: store(0, 3) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['read_user_stack'] },
  },
  before: { release: 'v4.0', says: 'Linux 4.0: clearing a huge PMD waits for no walker' },
  after: {
    release: 'v4.0',
    with: ['ppc_clear_kicks_walkers'],
    says: 'Linux 4.0 with 13bd817bb884: clearing a huge PMD waits for all walkers',
  },
};
