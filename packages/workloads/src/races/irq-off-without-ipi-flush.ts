/** Interrupts off protect a walker only from updaters that happen to send interrupts. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, gupFast, store, unmap } from '../threads.ts';

export const irqOffWithoutIpiFlush: RaceCase = {
  id: 'irq-off-without-ipi-flush',
  title: 'Tables are freed under a walker with interrupts off',
  year: 2011,
  commits: ['267239116987'],
  scenario: {
    name: 'irq-off-without-ipi-flush',
    title: 'Fast GUP walks a range that munmap takes away, tables and all.',
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
    says: 'Linux 6.1 with tables freed right after the flush (MMU_GATHER_RCU_TABLE_FREE off)',
  },
  after: { release: 'v6.1', says: 'Linux 6.1 as each architecture configures it' },
};
