/** A CPU that runs a kernel thread is not told that page tables go, and its walker runs ahead through them. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, load, runAhead, store, toKernelThread, toThreadOf, unmap } from '../threads.ts';

export const lazyTlbVsTableFree: RaceCase = {
  id: 'lazy-tlb-vs-table-free',
  title: 'A lazy CPU walks tables that munmap has freed',
  year: 2018,
  commits: ['2ff6ddf19c0e', '145f573b89a6'],
  scenario: {
    name: 'lazy-tlb-vs-table-free',
    title: 'munmap frees a table while a CPU in a kernel thread still remembers the way to it.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [
      { cpu: 0, does: first(store(0, 1), store(1, 2)) },
      { cpu: 1, does: first(load(0), toKernelThread) },
    ],
    threads: [
      { name: 'C', cpu: 1, runs: 0, does: first(runAhead(1), toThreadOf(0), load(0)) },
      { name: 'M', cpu: 0, runs: 0, does: unmap(0, 2) },
    ],
    asks: [tableUaf],
  },
  before: {
    release: 'v6.1',
    with: ['x86_lazy_cpus_are_always_spared'],
    says: 'Linux 6.1 whose flush spares lazy CPUs even when tables are freed',
  },
  after: { release: 'v6.1', says: 'Linux 6.1: when tables are freed lazy CPUs are told, and leave the address space' },
};
