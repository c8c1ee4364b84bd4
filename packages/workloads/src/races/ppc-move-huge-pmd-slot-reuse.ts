/** Which of the callers that take a huge PMD out need no wait for typed walkers: of the four of the list, three. */
import type { Configuration, RaceCase, Scenario, ThreadSpec } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import {
  faultIn,
  first,
  forkTo,
  khugepaged,
  mapArea,
  moveTo,
  numaScan,
  store,
  TYPED_WALK,
  typedWalk,
  unmap,
} from '../threads.ts';

const before: Configuration = { release: 'v4.0', says: 'Linux 4.0: clearing a huge PMD waits for no walker' };
const after: Configuration = {
  release: 'v4.0',
  with: ['ppc_clear_kicks_walkers'],
  says: 'Linux 4.0 with 13bd817bb884: clearing a huge PMD waits for all walkers',
};
const walker: ThreadSpec = { name: 'W', cpu: 0, runs: 0, does: typedWalk(0) };
const refill: ThreadSpec = { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(1) };

export const ppcMoveHugePmdSlotReuse: RaceCase = {
  id: 'ppc-move-huge-pmd-slot-reuse',
  title: 'A slot that mremap left empty becomes a table under a typed walker',
  year: 2015,
  commits: ['13bd817bb884'],
  scenario: {
    name: 'ppc-move-huge-pmd-slot-reuse',
    title:
      'A lookup with interrupts off holds a PMD slot as a leaf; mremap moves the huge page away, and base pages come in its place.',
    cpus: 2,
    areas: [
      { from: 0, to: 2, thp: 'never' },
      { from: 2, to: 4, thp: 'never' },
    ],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged(), unmap(2, 4)) }],
    threads: [walker, { name: 'M', cpu: 1, runs: 0, does: first(moveTo(0, 2, 1), mapArea(0), store(0, 3)) }],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: [TYPED_WALK] },
  },
  before,
  after,
};

/** Else the fault itself would take an empty slot for a table: another bug of the time. */
const steady = (configuration: Configuration): Configuration => ({
  ...configuration,
  with: [...(configuration.with ?? []), 'fault_rejects_unstable_pmd'],
  says: `${configuration.says}; and with ad33bb04b2a6`,
});

/** The same walker beside another caller of the list, and beside a fault that would use an empty slot. */
const caller = (word: string, title: string, story: Partial<Scenario> & Pick<Scenario, 'threads'>): RaceCase => ({
  ...ppcMoveHugePmdSlotReuse,
  id: `ppc-move-huge-pmd-slot-reuse.${word}`,
  of: 'ppc-move-huge-pmd-slot-reuse',
  title,
  before: steady(before),
  after: steady(after),
  scenario: {
    ...ppcMoveHugePmdSlotReuse.scenario,
    name: `ppc-move-huge-pmd-slot-reuse.${word}`,
    title: `${title}.`,
    cpus: 3,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    ...story,
  },
});

export const callersThatKeepTheSlot: readonly RaceCase[] = [
  caller('wp', 'A write fault copies a shared huge page under a typed walker', {
    mms: 2,
    forked: [1],
    areas: [
      { from: 0, to: 2, thp: 'never' },
      { mm: 1, from: 0, to: 2, thp: 'never' },
    ],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged(), forkTo(1)) }],
    threads: [walker, { name: 'C', cpu: 1, runs: 0, does: store(0, 7) }, refill],
  }),
  caller('migrate', 'A NUMA fault moves a huge page to another node under a typed walker', {
    numbers: { CPUS_ON_ANOTHER_NODE: 2 },
    threads: [walker, { name: 'C', cpu: 1, runs: 0, does: first(numaScan(0, 2), store(0, 7)) }, refill],
  }),
  caller('change', 'A change of protection under a typed walker', {
    threads: [walker, { name: 'C', cpu: 1, runs: 0, does: numaScan(0, 2) }, refill],
  }),
];
