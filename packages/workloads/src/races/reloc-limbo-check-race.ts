/** The cheap test: does a table move? Asked before the lock is taken, its answer is old when the lock is there. */
import type { RaceCase } from '@shootdown/core';
import { lostWrite } from '../claims.ts';
import { faultIn, relocate, store } from '../threads.ts';
import { byLevel, BY_LEVEL } from '../relocation.ts';

export const relocLimboCheckRace: RaceCase = {
  id: 'reloc-limbo-check-race',
  title: 'A fault asks whether page tables move, and only then takes the lock',
  year: 2008,
  commits: [],
  scenario: {
    name: 'reloc-limbo-check-race',
    title:
      'A fault on behalf of another CPU fills an entry of a table that begins to move while it waits for the lock.',
    cpus: 3,
    quiet: true,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: store(1, 2) }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'W', cpu: 1, runs: 'kernel', does: faultIn(0) },
      { name: 'M', cpu: 2, runs: 'kernel', does: relocate(0, 2) },
    ],
    asks: [lostWrite],
  },
  before: byLevel(', and asks before the lock whether any move', 'limbo_tested_before_lock'),
  after: BY_LEVEL,
};
