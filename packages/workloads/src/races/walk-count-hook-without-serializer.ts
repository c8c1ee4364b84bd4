/** A walker that registers where no updater asks: the hook is idle, and what protected the walk before still does. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, gupFast, store, unmap } from '../threads.ts';

export const walkCountHookWithoutSerializer: RaceCase = {
  id: 'walk-count-hook-without-serializer',
  title: 'Walkers are counted and nobody asks',
  year: 2019,
  commits: [],
  scenario: {
    name: 'walk-count-hook-without-serializer',
    title: 'munmap frees a table that a counted fast GUP walks.',
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
    with: ['walkers_counted_per_mm'],
    says: 'Linux 6.1, a control, with walkers that are counted: no updater asks for the count',
  },
  after: { release: 'v6.1', says: 'Linux 6.1' },
};

export const countedInsteadOfRcu: RaceCase = {
  ...walkCountHookWithoutSerializer,
  id: 'walk-count-hook-without-serializer.no-rcu',
  of: 'walk-count-hook-without-serializer',
  title: 'Walkers are counted, nobody asks, and tables are freed right after the flush',
  scenario: { ...walkCountHookWithoutSerializer.scenario, name: 'walk-count-hook-without-serializer.no-rcu' },
  before: {
    release: 'v6.1',
    with: ['walkers_counted_per_mm'],
    config: { MMU_GATHER_RCU_TABLE_FREE: false },
    says: 'Linux 6.1 with walkers that are counted, and tables that are freed without RCU as if the count protected them',
  },
};
