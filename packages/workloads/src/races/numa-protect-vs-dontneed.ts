/** NUMA balancing empties a huge PMD for a moment, and MADV_DONTNEED takes the range for empty. */
import type { RaceCase } from '@shootdown/core';
import { missedUnmap } from '../claims.ts';
import { dontneed, numaScan, store } from '../threads.ts';

export const numaProtectVsDontneed: RaceCase = {
  id: 'numa-protect-vs-dontneed',
  title: 'MADV_DONTNEED skips a huge page whose protection is being changed',
  year: 2017,
  commits: ['ced108037c2a'],
  scenario: {
    name: 'numa-protect-vs-dontneed',
    title: 'NUMA balancing marks a huge page while MADV_DONTNEED removes it.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'N', cpu: 0, runs: 0, does: numaScan(0, 2) },
      { name: 'D', cpu: 1, runs: 0, does: dontneed(0, 2) },
    ],
    asks: [missedUnmap],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: { release: 'v4.5', says: 'Linux 4.5: a change of protection clears the huge PMD and sets it again' },
  after: {
    release: 'v4.5',
    with: ['protecting_keeps_pmd_huge'],
    says: 'Linux 4.5 with ced108037c2a: the huge PMD is invalidated in place',
  },
};
