/** A table is copied and its parent switched, while a CPU that remembers the old one sets flags there. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { lostDirty } from '../claims.ts';
import { first, load, madvFree, relocate, store } from '../threads.ts';
import { AGAIN_BY_LEVEL, BY_LEVEL, DETACHED, MERGED, merged } from '../relocation.ts';

const scenario: Scenario = {
  name: 'reloc-lost-dirty',
  title: 'User code stores through the remembered way to a table that is being moved; reclaim looks at the copy.',
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  // MADV_FREE leaves an entry that is clean and may be written: the store has to set it dirty.
  setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), madvFree(0, 1)) }],
  threads: [
    { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
    { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 2) },
  ],
  asks: [lostDirty],
};

export const relocLostDirty: RaceCase = {
  id: 'reloc-lost-dirty',
  title: 'Dirty is set in a page table that has been copied',
  year: 2008,
  commits: [],
  scenario,
  before: BY_LEVEL,
  after: MERGED,
};

const told = (word: string, title: string, story: Partial<Scenario>, before: Configuration = BY_LEVEL): RaceCase => ({
  ...relocLostDirty,
  id: `reloc-lost-dirty.${word}`,
  of: 'reloc-lost-dirty',
  title,
  before,
  scenario: { ...scenario, name: `reloc-lost-dirty.${word}`, title: `${title}.`, ...story },
});

const dirtyTwice = (word: string, title: string, page: number, before: Configuration): RaceCase =>
  told(
    word,
    title,
    {
      setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), madvFree(0, 2)) }],
      threads: [
        { name: 'C', cpu: 0, runs: 0, does: store(page, 5) },
        { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 2) },
      ],
    },
    before,
  );

const UNMERGED = merged(', without the merge', 'relocation_without_merge');

export const lostDirtyTold: readonly RaceCase[] = [
  told('without-merge', 'Dirty is set in a page table that has been copied, and is not merged', {}, UNMERGED),
  told(
    'flush-tlb-mm',
    'Dirty is set in a page table that has been copied, and is read from there after flush_tlb_mm',
    {},
    merged(
      ', but flushes by flush_tlb_mm and leaves the old entries',
      'relocation_by_flush_tlb_mm',
      'relocation_leaves_old_entries',
    ),
  ),
  told(
    'without-sync',
    'Dirty is set in a page table that has been copied, and is read from there without a wait for walkers in software',
    {},
    merged(
      ', but waits for no walker in software and leaves the old entries',
      'relocation_without_sync',
      'relocation_leaves_old_entries',
    ),
  ),
  told(
    'taken-out',
    'Dirty is set in a page table that has been copied, and is taken out of it after flush_tlb_mm, without a wait for walkers in software',
    {},
    merged(
      ', but flushes by flush_tlb_mm and waits for no walker in software',
      'relocation_by_flush_tlb_mm',
      'relocation_without_sync',
    ),
  ),
  { ...told('detached', 'Dirty is set in a page table that is taken out before it is copied', {}), after: DETACHED },
  told(
    'accessed',
    'Accessed is set in a page table that has been copied, and is not merged',
    {
      threads: [
        { name: 'C', cpu: 0, runs: 0, does: load(0) },
        { name: 'M', cpu: 1, runs: 'kernel', does: relocate(0, 2) },
      ],
    },
    UNMERGED,
  ),
  told(
    'dirty-already',
    'A store through an entry that is dirty already, and is not merged',
    { setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }] },
    UNMERGED,
  ),
  dirtyTwice(
    'merged-first-entry',
    'Dirty is set in the first entry, which the posting of May merges',
    0,
    AGAIN_BY_LEVEL,
  ),
  dirtyTwice(
    'merged-second-entry',
    'Dirty is set in the second entry, which the posting of May does not merge',
    1,
    AGAIN_BY_LEVEL,
  ),
];
