/** A fault marks an entry accessed, and writes over the dirty mark that hardware has just set. */
import type { RaceCase } from '@shootdown/core';
import { lostDirty } from '../claims.ts';
import { first, load, madvFree, numaScan, store } from '../threads.ts';

export const arm64SetAccessFlagsVsDbm: RaceCase = {
  id: 'arm64-set-access-flags-vs-dbm',
  title: 'A read fault writes an entry back as it saw it, clean',
  year: 2016,
  commits: ['66dbd6e61a52', '6d332747fa5f'],
  scenario: {
    name: 'arm64-set-access-flags-vs-dbm',
    title: 'Two CPUs fault on a clean page that NUMA balancing made inaccessible: one loads, one stores.',
    cpus: 2,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    // MADV_FREE leaves an entry that is clean and may be written: the store has to set it dirty.
    setup: [{ cpu: 0, does: first(store(0, 1), madvFree(0, 1), numaScan(0, 1)) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: load(0) },
      { name: 'W', cpu: 1, runs: 0, does: store(0, 5) },
    ],
    asks: [lostDirty],
  },
  before: {
    release: 'v4.5',
    says: 'Linux 4.5: arm64 has the generic ptep_set_access_flags, which writes the whole entry',
  },
  after: {
    release: 'v4.5',
    with: ['arm64_access_flags_keep_dirty'],
    says: 'Linux 4.5 with 66dbd6e61a52 and 6d332747fa5f: flags are added to those that are there',
  },
};
