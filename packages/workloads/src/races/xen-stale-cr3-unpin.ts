/** A CPU has switched away from a dying address space, but only in its own books: the hypervisor has not been told yet. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { exit, first, store, toKernelThread, toThreadOf } from '../threads.ts';

export const xenStaleCr3Unpin: RaceCase = {
  id: 'xen-stale-cr3-unpin',
  title: 'A tree is unpinned while a CPU still has it loaded',
  year: 2007,
  commits: ['9f79991d4186'],
  scenario: {
    name: 'xen-stale-cr3-unpin',
    title: 'The last thread of a process exits while the CPU of another one of it switches to another process.',
    cpus: 2,
    mms: 2,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'M', cpu: 0, runs: 0, does: first(exit, toKernelThread) },
      { name: 'S', cpu: 1, runs: 0, does: first(exit, toThreadOf(1)) },
    ],
    asks: [tableUaf],
  },
  before: {
    release: 'v6.1',
    with: ['xen_drops_by_mm_cpumask'],
    says: 'Linux 6.1 whose Xen code asks mm_cpumask who has the tree loaded, as before 2.6.24',
  },
  after: {
    release: 'v6.1',
    says: 'Linux 6.1: Xen code tracks what each CPU has really loaded, and makes CPUs let go first',
  },
};
