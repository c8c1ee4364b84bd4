/** Stories for measuring the claims of hooks: correct code of the present, with everybody around who may be in the way. */
import type { Configuration, Scenario } from '@shootdown/core';
import { dontneed, first, gupFast, khugepaged, store, unmap } from './threads.ts';

const present: Configuration = { release: 'v6.1', says: 'Linux 6.1' };

const collapse: Scenario = {
  name: 'collapse-beside-gup-fast',
  title: 'khugepaged rebuilds a range that fast GUP walks and user code writes to.',
  cpus: 3,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
  threads: [
    { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
    { name: 'U', cpu: 1, runs: 0, does: store(1, 7) },
    { name: 'K', cpu: 2, runs: 'kernel', does: khugepaged() },
  ],
  asks: [],
  needs: { config: ['TRANSPARENT_HUGEPAGE'] },
};

const zap: Scenario = {
  name: 'dontneed-beside-gup-fast',
  title: 'MADV_DONTNEED empties a huge page that fast GUP walks to.',
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'always' }],
  setup: [{ cpu: 0, does: store(0, 1) }],
  threads: [
    { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
    { name: 'Z', cpu: 1, runs: 0, does: dontneed(0, 2) },
  ],
  asks: [],
  needs: { config: ['TRANSPARENT_HUGEPAGE'] },
};

const teardown: Scenario = {
  name: 'munmap-beside-gup-fast',
  title: 'munmap takes away a range, tables and all, that fast GUP walks.',
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
  threads: [
    { name: 'G', cpu: 0, runs: 0, does: gupFast(0) },
    { name: 'M', cpu: 1, runs: 0, does: unmap(0, 2) },
  ],
  asks: [],
};

/** Each is explored in full with the claims of the hook that is asked about. */
export const contractWorkloads: readonly { readonly scenario: Scenario; readonly configuration: Configuration }[] = [
  collapse,
  zap,
  teardown,
].map((scenario) => ({ scenario, configuration: present }));
