/** A full batch of tables is freed before the flush: hardware walkers still remember the way to them. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, load, store, unmap } from '../threads.ts';

export const tablesFreedBeforeTlbFlush: RaceCase = {
  id: 'tables-freed-before-tlb-flush',
  title: 'A full table batch is freed before the TLB flush',
  year: 2018,
  commits: ['db7ddef30112', 'd86564a2f085'],
  scenario: {
    name: 'tables-freed-before-tlb-flush',
    title: 'User code walks through a remembered table while munmap frees it.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    // One table fills the batch, as 509 do in the kernel.
    numbers: { MAX_TABLE_BATCH: 1 },
    // By the CPU that unmaps: the other has nothing cached for a page before it touches it.
    setup: [{ cpu: 1, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: first(load(0), load(1)) },
      { name: 'M', cpu: 1, runs: 0, does: unmap(0, 2) },
    ],
    asks: [tableUaf],
  },
  before: { release: 'v4.14', says: 'Linux 4.14: a full table batch goes to RCU without a flush' },
  after: {
    release: 'v4.14',
    with: ['table_batch_flushes_tlb_first'],
    says: 'Linux 4.14 with d86564a2f085: the TLB is flushed before each batch is freed',
  },
};
