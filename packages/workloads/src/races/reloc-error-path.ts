/** Memory is short when the second table is to move: what has happened to the first is forgotten. */
import type { RaceCase } from '@shootdown/core';
import { lostTable } from '../claims.ts';
import { first, load, relocate, store } from '../threads.ts';
import { BY_LEVEL, MERGED } from '../relocation.ts';

export const relocErrorPath: RaceCase = {
  id: 'reloc-error-path',
  title: 'A move of page tables ends early, and forgets the one that has moved',
  year: 2008,
  commits: [],
  scenario: {
    name: 'reloc-error-path',
    title: 'There is memory for one new table, and two are to move.',
    cpus: 2,
    numbers: { TABLES_FOR_RELOCATION: 1 },
    areas: [{ from: 0, to: 4, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(2, 2)) }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: load(0) },
      { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 4) },
    ],
    asks: [lostTable],
  },
  before: BY_LEVEL,
  after: MERGED,
};
