/** A fault holds a place in the old table, and waits for the lock that lies in its page. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { lostWrite, pageUaf, tableUaf } from '../claims.ts';
import { faultIn, first, load, movePage, relocate, store } from '../threads.ts';
import { byLevel, BY_LEVEL, MERGED, merged } from '../relocation.ts';

const scenario: Scenario = {
  name: 'reloc-stale-pte-pointer-and-lock',
  title: 'A fault on behalf of another CPU fills an entry of a table that is being moved.',
  cpus: 3,
  quiet: true,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: store(1, 2) }],
  // Not by C itself: on x86 a fault makes a CPU forget the way to the table.
  threads: [
    { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
    { name: 'F', cpu: 1, runs: 'kernel', does: faultIn(0) },
    { name: 'M', cpu: 2, runs: 'kernel', does: relocate(0, 2) },
  ],
  asks: [lostWrite, tableUaf],
};

export const relocStalePtePointerAndLock: RaceCase = {
  id: 'reloc-stale-pte-pointer-and-lock',
  title: 'A fault goes on with a place, and the lock, of a page table that has moved',
  year: 2008,
  commits: [],
  scenario,
  before: byLevel(', and in which walkers know nothing of that', 'walkers_unaware_of_limbo'),
  after: MERGED,
};

const told = (word: string, title: string, before: Configuration): RaceCase => ({
  ...relocStalePtePointerAndLock,
  id: `reloc-stale-pte-pointer-and-lock.${word}`,
  of: 'reloc-stale-pte-pointer-and-lock',
  title,
  before,
  scenario: {
    ...scenario,
    name: `reloc-stale-pte-pointer-and-lock.${word}`,
    title: `${title}.`,
    cpus: 2,
    threads: [
      { name: 'F', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 2) },
    ],
  },
});

/** move_pages unmaps by rmap, under the lock of an anon_vma and no mmap_lock. */
const byRmap: RaceCase = {
  ...told(
    'by-rmap',
    'A migration of a page goes on with a place in a page table that has moved',
    merged(', but lets walks by rmap go on', 'relocation_beside_rmap'),
  ),
  scenario: {
    ...scenario,
    name: 'reloc-stale-pte-pointer-and-lock.by-rmap',
    title: 'A migration of a page goes on with a place in a page table that has moved.',
    cpus: 2,
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'R', cpu: 0, runs: 0, does: first(movePage(0), load(0)) },
      { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 2) },
    ],
    asks: [lostWrite, pageUaf],
  },
};

export const stalePointerTold: readonly RaceCase[] = [
  byRmap,
  told('walks-again', 'A fault that has the lock walks again, in a kernel that is not preemptible', BY_LEVEL),
  told(
    'after-leave',
    'A fault that is preempted before it has the lock finds that nothing moves any more',
    byLevel(', in a kernel that is preemptible', 'relocation_beside_preemption'),
  ),
];
