/** A hypervisor flushes without an interrupt: a virtual CPU that it put aside within a walk holds up nobody. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, gupFast, store, unmap } from '../threads.ts';

export const pvFlushVsGupFast: RaceCase = {
  id: 'pv-flush-vs-gup-fast',
  title: 'A flush by the hypervisor frees tables under fast GUP',
  year: 2017,
  commits: ['9e52fc2b50de', '48a8b97cfd80', '718b13861d22'],
  scenario: {
    name: 'pv-flush-vs-gup-fast',
    title: 'munmap frees a table under a fast GUP whose virtual CPU the host may put aside.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
      { name: 'M', cpu: 1, runs: 0, does: unmap(0, 2) },
    ],
    asks: [tableUaf],
    needs: { config: ['HAVE_FAST_GUP'] },
  },
  before: {
    release: 'v6.1',
    config: { MMU_GATHER_RCU_TABLE_FREE: false },
    says: 'Linux 6.1 with tables freed right after the flush, as x86 did before 4.14',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: where a flush is no interrupt, tables are freed by RCU' },
};
