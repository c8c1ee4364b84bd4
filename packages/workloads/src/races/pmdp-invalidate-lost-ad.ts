/** A split that reads the flags first and stops the hardware later loses what the hardware sets in between. */
import type { RaceCase } from '@shootdown/core';
import { lostDirty } from '../claims.ts';
import { first, load, madvFree, split, store } from '../threads.ts';

export const pmdpInvalidateLostAd: RaceCase = {
  id: 'pmdp-invalidate-lost-ad',
  title: 'A split loses the dirty flag',
  year: 2018,
  commits: ['d52605d7cb30', 'c58f0bb77ed8'],
  scenario: {
    name: 'pmdp-invalidate-lost-ad',
    title: 'User code stores to a clean huge page while its PMD is split.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    // A new page is dirty from the beginning; MADV_FREE makes it clean, and the load remembers a translation that is so.
    setup: [{ cpu: 0, does: first(store(0, 1), madvFree(0, 2), load(0)) }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'S', cpu: 1, runs: 0, does: split(0) },
    ],
    asks: [lostDirty],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v4.14',
    says: 'Linux 4.14: a split reads accessed and dirty first, and invalidates by read and store',
  },
  after: {
    release: 'v4.14',
    with: ['pmdp_invalidate_exchanges'],
    says: 'Linux 4.14 with d52605d7cb30 and its series: one exchange gives the flags',
  },
};
