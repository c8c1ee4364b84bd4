/** The count has to be that of the address space that is walked, or those of all CPUs. */
import {
  deregister_lockless_pgtable_walker,
  host_pfn_mapping_level,
  register_lockless_pgtable_walker,
  type Configuration,
  type Cpu,
  type Op,
  type RaceCase,
  type Scenario,
  type Story,
  type ThreadSpec,
} from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { dontneed, faultIn, first, khugepaged, store, typedWalk } from '../threads.ts';

const counted = (count: 'per_mm' | 'per_cpu', says: string, ...more: string[]): Configuration => ({
  release: 'v5.4',
  with: [`walkers_counted_${count}`, 'clearing_a_huge_pmd_serializes', ...more],
  without: ['ppc_clear_kicks_walkers'],
  says: `Linux 5.4 that counts walkers, ${says}`,
});

export const walkCountWrongMmOrCpu: RaceCase = {
  id: 'walk-count-wrong-mm-or-cpu',
  title: 'A walk is counted in the wrong address space',
  year: 2020,
  commits: [],
  scenario: {
    name: 'walk-count-wrong-mm-or-cpu',
    title: 'A thread of another process walks an address space where a huge page is zapped and its slot refilled.',
    cpus: 3,
    mms: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 1, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'W', cpu: 0, runs: 1, does: typedWalk(0) },
      { name: 'S', cpu: 1, runs: 0, does: dontneed(0, 2) },
      { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(0) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: counted('per_mm', 'in current->mm', 'walk_count_of_current_mm'),
  after: counted('per_mm', 'in the address space that is walked'),
};

const told = (
  word: string,
  title: string,
  before: Configuration,
  after: Configuration,
  story: Partial<Scenario> = {},
): RaceCase => ({
  ...walkCountWrongMmOrCpu,
  id: `walk-count-wrong-mm-or-cpu.${word}`,
  of: 'walk-count-wrong-mm-or-cpu',
  title,
  before,
  after,
  scenario: {
    ...walkCountWrongMmOrCpu.scenario,
    name: `walk-count-wrong-mm-or-cpu.${word}`,
    title: `${title}.`,
    ...story,
  },
});
const zap: ThreadSpec = { name: 'S', cpu: 1, runs: 0, does: dontneed(0, 2) };
const refill: ThreadSpec = { name: 'F', cpu: 2, runs: 'kernel', does: faultIn(0) };
const own: Partial<Scenario> = {
  cpus: 3,
  mms: 1,
  threads: [{ name: 'W', cpu: 0, runs: 0, does: typedWalk(0) }, zap, refill],
};

/** What takes the CPU from a counted walk: somebody who needs the lock that the updater holds. */
function* walkPreempted(cpu: Cpu, s: Story): Op<unknown> {
  yield* register_lockless_pgtable_walker(cpu, s.mm);
  yield* faultIn(0)(cpu, s);
  yield* deregister_lockless_pgtable_walker(cpu, s.mm);
  return yield* host_pfn_mapping_level(cpu, s.mm, s.page(0));
}

export const walkCountTold: readonly RaceCase[] = [
  told(
    'own-cpu',
    'Counts per CPU, of which the updater reads its own',
    counted('per_cpu', 'per CPU; the updater reads its own count only', 'walk_count_read_on_own_cpu'),
    counted('per_cpu', 'per CPU; the updater reads all counts'),
    own,
  ),
  told(
    'register-then-mask',
    'A walker that counts itself before it masks interrupts',
    counted('per_mm', 'before interrupts are masked'),
    counted('per_mm', 'before interrupts are masked'),
    own,
  ),
  told(
    'spin',
    'An updater that spins for the count while it holds a lock the walker waits for',
    counted('per_mm', 'and spins until none is left', 'serializer_spins_for_walkers'),
    counted('per_mm', 'and interrupts them'),
    {
      cpus: 2,
      mms: 1,
      threads: [{ name: 'W', cpu: 0, runs: 0, does: walkPreempted }, zap],
    },
  ),
];
