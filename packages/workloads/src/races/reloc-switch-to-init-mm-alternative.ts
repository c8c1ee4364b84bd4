/** The mover leaves the address space and lets the others reload: before it copies, or when all is moved. */
import type { RaceCase } from '@shootdown/core';
import { lostDirty } from '../claims.ts';
import { first, madvFree, relocate, store } from '../threads.ts';
import { PARKED_FIRST, PARKED_LAST } from '../relocation.ts';

export const relocSwitchToInitMmAlternative: RaceCase = {
  id: 'reloc-switch-to-init-mm-alternative',
  title: 'Page tables move while the mover is on init_mm, and the other CPUs reload at the end',
  year: 2008,
  commits: [],
  scenario: {
    name: 'reloc-switch-to-init-mm-alternative',
    title: 'User code stores on one CPU, while another has left the address space to move its page tables.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), madvFree(0, 1)) }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'M', cpu: 1, runs: 0, does: relocate(0, 2) },
    ],
    asks: [lostDirty],
  },
  before: PARKED_LAST,
  after: PARKED_FIRST,
};
