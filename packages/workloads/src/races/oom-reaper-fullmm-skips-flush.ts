/** The oom reaper says that an address space dies as a whole, and its threads still run. */
import type { RaceCase } from '@shootdown/core';
import { pageUaf } from '../claims.ts';
import { oomReaper, store } from '../threads.ts';

export const oomReaperFullmmSkipsFlush: RaceCase = {
  id: 'oom-reaper-fullmm-skips-flush',
  title: 'A gather of a dying address space is not flushed, and a thread stores to a page that was freed',
  year: 2017,
  commits: ['687cb0884a71', '5a7862e83000'],
  scenario: {
    name: 'oom-reaper-fullmm-skips-flush',
    title: 'The oom reaper takes the pages of a process while one of its threads stores to memory.',
    cpus: 2,
    areas: [{ from: 0, to: 1, thp: 'never' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'O', cpu: 1, runs: 'kernel', does: oomReaper },
    ],
    asks: [pageUaf],
  },
  before: { release: 'v4.14', says: 'Linux 4.14: the reaper gathers from 0 to the end, as exit_mmap does' },
  after: {
    release: 'v4.14',
    with: ['oom_reaper_gathers_by_area'],
    says: 'Linux 4.14 with 687cb0884a71: a gather for each area, which is flushed',
  },
};
