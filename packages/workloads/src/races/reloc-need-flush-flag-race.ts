/** The note that a flush is needed is taken back by somebody who flushed before the table moved. */
import type { RaceCase, Scenario } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, load, relocate, store } from '../threads.ts';
import { byLevel, BY_LEVEL, MERGED } from '../relocation.ts';

const scenario: Scenario = {
  name: 'reloc-need-flush-flag-race',
  title: 'Two tables move; a fault flushes for the first, and takes the note for the second back.',
  cpus: 3,
  quiet: true,
  areas: [{ from: 0, to: 4, thp: 'never' }],
  setup: [{ cpu: 0, does: first(store(0, 1), store(2, 2), store(3, 3)) }],
  threads: [
    { name: 'F', cpu: 0, runs: 0, does: store(1, 5) },
    { name: 'C', cpu: 1, runs: 0, does: first(load(2), load(3)) },
    { name: 'M', cpu: 2, runs: 'kernel', does: relocate(0, 4) },
  ],
  asks: [tableUaf],
};

export const relocNeedFlushFlagRace: RaceCase = {
  id: 'reloc-need-flush-flag-race',
  title: 'The note that a flush is needed is taken back too late',
  year: 2008,
  commits: [],
  scenario,
  before: byLevel(
    ', at once, and takes the note back after the flush',
    'relocation_frees_at_once',
    'need_flush_cleared_after_flush',
  ),
  after: MERGED,
};

export const needFlushTold: readonly RaceCase[] = [
  {
    ...relocNeedFlushFlagRace,
    id: 'reloc-need-flush-flag-race.before-flush',
    of: 'reloc-need-flush-flag-race',
    title: 'The note that a flush is needed is taken back before the flush, as posted',
    before: BY_LEVEL,
    scenario: {
      ...scenario,
      name: 'reloc-need-flush-flag-race.before-flush',
      title: 'The note that a flush is needed is taken back before the flush, as posted.',
    },
  },
];
