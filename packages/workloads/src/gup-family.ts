/**
 * A family of stories to measure searches with: one collapser, any number of CPUs that pin by fast GUP twice, and one user CPU that
 * stores (translation, accessed and dirty bits). The CPUs that pin are alike.
 */
import {
  get_user_pages_fast_only,
  khugepaged_collapse,
  user_store,
  watches,
  type Configuration,
  type Cpu,
  type Op,
  type Scenario,
  type Story,
} from '@shootdown/core';

function* pinsTwice(cpu: Cpu, s: Story): Op {
  yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
  yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
}
function* stores(cpu: Cpu, s: Story): Op {
  yield* user_store(cpu, s.page(1), 2);
}
function* collapses(cpu: Cpu, s: Story): Op {
  yield* khugepaged_collapse(cpu, s.mm, 0);
}

/** @param walkers CPUs that pin */
export const gupFamily = (walkers: number): Scenario => ({
  name: `family-${walkers}`,
  title: 'Fast GUP pins a page twice while khugepaged rebuilds the range and a user writes beside it.',
  cpus: walkers + 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [0, 1].map((page) => ({
    cpu: 0,
    *does(cpu, s) {
      yield* user_store(cpu, s.page(page), page + 1);
    },
  })),
  threads: [
    { name: 'U', cpu: 0, runs: 0, does: stores },
    { name: 'K', cpu: 1, runs: 'kernel', does: collapses },
    ...Array.from({ length: walkers }, (_, i) => ({ name: `G${i}`, cpu: 2 + i, runs: 0, does: pinsTwice })),
  ],
  asks: watches.filter(({ breach }) => breach === 'page-uaf' || breach === 'stale-pin').map(({ claim }) => claim),
});

/** Per kind: an architecture, and the kernel that runs. */
export const FAMILY_KINDS: Readonly<Record<string, readonly [arch: string, kernel: Configuration]>> = {
  'x86-like': ['x86-64', { release: 'v5.8', with: ['gup_fast_rechecks_pmd'], says: 'Linux 5.8, PMD compared again' }],
  'ppc-like, no kick': [
    'ppc64-radix',
    { release: 'v5.8', with: ['gup_fast_rechecks_pmd'], says: 'Linux 5.8, PMD compared again' },
  ],
  'ppc-like, kick': [
    'ppc64-radix',
    { release: 'v6.1', says: 'Linux 6.1: collapse interrupts every CPU before it touches the table' },
  ],
};
