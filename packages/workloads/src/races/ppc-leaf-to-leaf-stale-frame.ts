/** A leaf gives way to another leaf: the type of a pointer stays right, and what was read through it is of yesterday. */
import { madvise_dontneed, type Configuration, type Cpu, type Op, type RaceCase, type Story } from '@shootdown/core';
import { secondaryUaf, wrongTypeWalk } from '../claims.ts';
import { archCode, first, forkTo, khugepaged, numaScan, store } from '../threads.ts';

const after: Configuration = {
  release: 'v4.1',
  with: ['ppc_kvm_guest'],
  says: 'Linux 4.1: KVM looks whether the process has changed since it read the frame, and tries again',
};

export const ppcLeafToLeafStaleFrame: RaceCase = {
  id: 'ppc-leaf-to-leaf-stale-frame',
  title: 'A guest gets a translation to a page that was moved and freed',
  year: 2015,
  commits: ['691e95fd7396'],
  scenario: {
    name: 'ppc-leaf-to-leaf-stale-frame',
    title: 'KVM reads a frame for a guest without locks, while a NUMA fault moves the huge page to another node.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    numbers: { CPUS_ON_ANOTHER_NODE: 2 },
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: archCode('kvmppc_book3s_hv_page_fault', 0) },
      { name: 'C', cpu: 1, runs: 0, does: first(numaScan(0, 2), store(0, 7)) },
    ],
    asks: [secondaryUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['kvmppc_book3s_hv_page_fault'] },
  },
  before: {
    release: 'v4.1',
    with: ['ppc_kvm_guest', 'kvm_inserts_without_retry'],
    says: 'Linux 4.1 whose KVM inserts what it read without another look',
  },
  after,
};

/** The child of a fork gives up its share: the page that the parent copied has no user any more. */
function* childDropsPages(cpu: Cpu, s: Story): Op<unknown> {
  return yield* madvise_dontneed(cpu, s.mmOf(1), s.page(0), s.page(2));
}

export const leafToLeafByWp: RaceCase = {
  ...ppcLeafToLeafStaleFrame,
  id: 'ppc-leaf-to-leaf-stale-frame.wp',
  of: 'ppc-leaf-to-leaf-stale-frame',
  title: 'A guest gets a translation to a page that a write fault replaced',
  scenario: {
    ...ppcLeafToLeafStaleFrame.scenario,
    name: 'ppc-leaf-to-leaf-stale-frame.wp',
    title: 'KVM reads a frame for a guest without locks, while a write after a fork replaces the huge page by a copy.',
    mms: 2,
    forked: [1],
    numbers: {},
    areas: [
      { from: 0, to: 2, thp: 'never' },
      { mm: 1, from: 0, to: 2, thp: 'never' },
    ],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged(), forkTo(1)) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: archCode('kvmppc_book3s_hv_page_fault', 0) },
      { name: 'C', cpu: 1, runs: 0, does: first(store(0, 7), childDropsPages) },
    ],
  },
};

export const leafToLeafFlags: RaceCase = {
  ...ppcLeafToLeafStaleFrame,
  id: 'ppc-leaf-to-leaf-stale-frame.flags',
  of: 'ppc-leaf-to-leaf-stale-frame',
  title: 'The type of the pointer while one leaf replaces another',
  scenario: { ...ppcLeafToLeafStaleFrame.scenario, name: 'ppc-leaf-to-leaf-stale-frame.flags', asks: [wrongTypeWalk] },
};
