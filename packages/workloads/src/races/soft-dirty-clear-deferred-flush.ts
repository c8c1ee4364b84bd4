/** Entries are made read-only to see who writes, and nobody is told: a fault copies the page while a CPU goes on writing to the old one. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite } from '../claims.ts';
import { clearRefs, faultIn, first, gupFast, store } from '../threads.ts';

export const softDirtyClearDeferredFlush: RaceCase = {
  id: 'soft-dirty-clear-deferred-flush',
  title: 'clear_refs leaves translations behind that may still be written through',
  year: 2021,
  commits: ['912efa17e512', '29a951dfb3c3'],
  scenario: {
    name: 'soft-dirty-clear-deferred-flush',
    title: 'User code stores to a page while clear_refs write-protects it and a fault copies it.',
    cpus: 3,
    quiet: true,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    // The pin is a reference more than the mapping's: until 5.18 a write fault copies such a page.
    setup: [{ cpu: 0, does: first(store(0, 1), gupFast(0)) }],
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'S', cpu: 1, runs: 'kernel', does: clearRefs },
      { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(0) },
    ],
    asks: [lostWrite],
    needs: { config: ['HAVE_ARCH_SOFT_DIRTY'] },
  },
  before: { release: 'v5.10', says: 'Linux 5.10: mmap_lock is held for reading, and nothing is flushed' },
  after: {
    release: 'v5.10',
    with: ['clear_refs_flushes', 'clear_refs_locks_out_faults'],
    says: 'Linux 5.10 with 912efa17e512 and 29a951dfb3c3: the flush comes before faults may go on',
  },
};
