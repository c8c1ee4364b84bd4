/** Walkers are counted so that nobody need be interrupted when nobody walks: count and look need a full barrier on both sides. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { tableUaf, wrongTypeWalk } from '../claims.ts';
import { dontneed, faultIn, first, gupFast, khugepaged, store, typedWalk } from '../threads.ts';

/** The proposal on Linux 5.4, counting as `count` says, with `more` changes of it. */
const counted = (count: 'per_mm' | 'per_cpu', says: string, ...more: string[]): Configuration => ({
  release: 'v5.4',
  with: [`walkers_counted_${count}`, 'clearing_a_huge_pmd_serializes', ...more],
  without: ['ppc_clear_kicks_walkers'],
  says: `Linux 5.4 that counts walkers ${count === 'per_cpu' ? 'per CPU, not atomically' : 'per address space, atomically'}, ${says}`,
});
const after = counted('per_cpu', 'with a full barrier on both sides');
const NO_WALKER = 'walk_count_without_walker_barrier';
const NO_UPDATER = 'walk_count_without_updater_barrier';

export const walkCountMissingBarrier: RaceCase = {
  id: 'walk-count-missing-barrier',
  title: 'Walkers are counted without barriers',
  year: 2019,
  commits: [],
  scenario: {
    name: 'walk-count-missing-barrier',
    title:
      'A counted walker holds a PMD slot as a leaf while it is zapped and refilled by somebody who asks for the count.',
    cpus: 3,
    memory: 'tso',
    quiet: true,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: typedWalk(0) },
      { name: 'S', cpu: 1, runs: 0, does: dontneed(0, 2) },
      { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(0) },
    ],
    asks: [wrongTypeWalk, tableUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: counted('per_cpu', 'without any barrier', NO_WALKER, NO_UPDATER),
  after,
};

const told = (
  word: string,
  title: string,
  before: Configuration,
  story: Partial<Scenario> = {},
  fixed = after,
): RaceCase => ({
  ...walkCountMissingBarrier,
  id: `walk-count-missing-barrier.${word}`,
  of: 'walk-count-missing-barrier',
  title,
  before,
  after: fixed,
  scenario: {
    ...walkCountMissingBarrier.scenario,
    name: `walk-count-missing-barrier.${word}`,
    title: `${title}.`,
    ...story,
  },
});
/** Where collapse serializes, it takes the table out by a plain store. */
const collapse: Partial<Scenario> = {
  cpus: 2,
  needs: { config: ['TRANSPARENT_HUGEPAGE', 'HAVE_FAST_GUP'], operations: ['read_user_stack'] },
  setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
  threads: [
    { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
    { name: 'K', cpu: 1, runs: 0, does: first(khugepaged(), dontneed(0, 2)) },
  ],
  asks: [tableUaf],
};

export const walkCountBarriersTold: readonly RaceCase[] = [
  told('sc', 'No barrier, under sequential consistency', walkCountMissingBarrier.before, { memory: 'sc' }),
  told(
    'walker-side',
    'The barrier of the walker is missing',
    counted('per_cpu', 'without the barrier of the walker', NO_WALKER),
  ),
  told(
    'updater-side-atomic',
    'The barrier of the updater is missing, whose change is an atomic exchange',
    counted('per_cpu', 'without the barrier of the updater', NO_UPDATER),
  ),
  told(
    'updater-side-store',
    'The barrier of the updater is missing, whose change is a plain store',
    {
      release: 'v5.4',
      with: ['walkers_counted_per_cpu', NO_UPDATER],
      without: ['ppc_clear_kicks_walkers'],
      says: 'Linux 5.4 whose collapse asks for counts per CPU, without the barrier of the updater',
    },
    collapse,
    {
      release: 'v5.4',
      with: ['walkers_counted_per_cpu'],
      without: ['ppc_clear_kicks_walkers'],
      says: 'Linux 5.4 whose collapse asks for counts per CPU, with a full barrier on both sides',
    },
  ),
  told(
    'atomic-count',
    'No barrier, but an atomic count',
    counted('per_mm', 'without any barrier', NO_WALKER, NO_UPDATER),
    {},
    counted('per_mm', 'with a full barrier on both sides'),
  ),
];
