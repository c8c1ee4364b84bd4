/** Leaf, none, leaf under the lock: nobody can put a table there in between, so a typed pointer stays right. */
import type { RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { faultIn, first, khugepaged, locklessWalk, numaScan, store } from '../threads.ts';

export const changeHugePmdNoneWindowLockless: RaceCase = {
  id: 'change-huge-pmd-none-window-lockless',
  title: 'A change of protection needs no wait for typed walkers',
  year: 2015,
  commits: ['ced108037c2a', 'e21dfbf0332a'],
  scenario: {
    name: 'change-huge-pmd-none-window-lockless',
    title: 'A walk without locks and a fault come upon a huge PMD that NUMA balancing empties for a moment.',
    cpus: 3,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: locklessWalk(0) },
      { name: 'C', cpu: 1, runs: 0, does: numaScan(0, 2) },
      { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(1) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v4.0',
    says: 'Linux 4.0, a control: a change of protection clears the huge PMD and sets it again, and waits for nobody',
  },
  after: {
    release: 'v4.0',
    with: ['protecting_keeps_pmd_huge'],
    says: 'Linux 4.0 with ced108037c2a: the huge PMD is invalidated in place',
  },
};
