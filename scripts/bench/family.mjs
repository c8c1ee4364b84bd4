/**
 * The model family over the real hooks and operations: one collapser, N CPUs that pin by fast GUP twice, one user CPU that stores
 * (translation, accessed and dirty bits).
 */
import { get_user_pages_fast_only, khugepaged_collapse, user_store, watches } from '../../packages/core/dist/index.js';

const ASKS = ['page-uaf', 'stale-pin'];

const twice = function* (cpu, s) {
  yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
  yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
};
const stores = (...pages) => function* (cpu, s) { for (const n of pages) yield* user_store(cpu, s.page(n), n + 1); };

const storesAgain = stores(1);
const collapses = function* (cpu, s) { yield* khugepaged_collapse(cpu, s.mm, 0); };

export const family = (walkers) => ({
  name: `family-${walkers}`,
  title: 'Fast GUP pins a page twice while khugepaged rebuilds the range and a user writes beside it.',
  cpus: walkers + 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: stores(0, 1) }],
  threads: [
    { name: 'U', cpu: 0, runs: 0, does: storesAgain },
    { name: 'K', cpu: 1, runs: 'kernel', does: collapses },
    ...Array.from({ length: walkers }, (_, i) => ({ name: `G${i}`, cpu: 2 + i, runs: 0, does: twice })),
  ],
  asks: watches.filter(({ breach }) => ASKS.includes(breach)).map(({ claim }) => claim),
});

/** Per kind: an architecture, and the kernel that runs. */
export const KINDS = {
  'x86-like': ['x86-64', { release: 'v5.8', with: ['gup_fast_rechecks_pmd'], says: 'Linux 5.8, PMD compared again' }],
  'ppc-like, no kick': ['ppc64-radix', { release: 'v5.8', with: ['gup_fast_rechecks_pmd'], says: 'Linux 5.8, PMD compared again' }],
  'ppc-like, kick': ['ppc64-radix', { release: 'v6.1', says: 'Linux 6.1: collapse interrupts every CPU before it touches the table' }],
};
