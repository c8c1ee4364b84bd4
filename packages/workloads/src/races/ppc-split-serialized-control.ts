/** A split leaves the PMD a leaf to software until every walker has left: a typed pointer to it stays right. */
import type { Configuration, RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { first, khugepaged, locklessWalk, split, store } from '../threads.ts';

export const ppcSplitSerializedControl: RaceCase = {
  id: 'ppc-split-serialized-control',
  title: 'A split waits for typed walkers',
  year: 2015,
  commits: ['691e95fd7396', 'fa4531f753f1'],
  scenario: {
    name: 'ppc-split-serialized-control',
    title: 'A lookup with interrupts off holds a PMD slot as a leaf while it is split into a table.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: locklessWalk(0) },
      { name: 'S', cpu: 1, runs: 0, does: split(0) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v4.19',
    says: 'Linux 4.19, a control: a split invalidates, waits for walkers, then links the table',
  },
  after: {
    release: 'v6.1',
    says: 'Linux 6.1: a split waits for nobody where no interrupt is needed; walkers test a copy of what they read',
  },
};

/** The wait in the wrong order, and for the wrong CPUs. */
const mutated = (
  word: string,
  title: string,
  changes: Pick<Configuration, 'with' | 'without'>,
  says: string,
): RaceCase => ({
  ...ppcSplitSerializedControl,
  id: `ppc-split-serialized-control.${word}`,
  of: 'ppc-split-serialized-control',
  title,
  scenario: {
    ...ppcSplitSerializedControl.scenario,
    name: `ppc-split-serialized-control.${word}`,
    title: `${title}.`,
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['read_user_stack'] },
  },
  before: { release: 'v4.19', ...changes, says },
  after: ppcSplitSerializedControl.before,
});

export const splitMutations: readonly RaceCase[] = [
  mutated(
    'wait-first',
    'A split that waits and then invalidates',
    { with: ['ppc_invalidate_waits_first'], without: ['ppc_invalidate_kicks_walkers'] },
    'Linux 4.19 whose split waits for walkers before it invalidates',
  ),
  mutated(
    'wrong-mask',
    'A split that waits for CPUs of a mask without the walker',
    { with: ['ppc_waits_for_itself'] },
    'Linux 4.19 whose wait leaves out the CPU of the walker',
  ),
];
