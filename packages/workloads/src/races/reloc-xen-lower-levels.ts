/** A table that a hypervisor has been handed is given back as if it were a page. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { faultIn, first, relocate, store } from '../threads.ts';
import { BY_LEVEL, MERGED, merged, POSTED, POSTED_AGAIN } from '../relocation.ts';

const scenario: Scenario = {
  name: 'reloc-xen-lower-levels',
  title: 'A PTE table of a tree that is in use moves, and its memory is for others.',
  cpus: 2,
  areas: [{ from: 0, to: 4, thp: 'never' }],
  setup: [{ cpu: 0, does: store(0, 1) }],
  // The fault takes memory for a table: it may be that of the old one.
  threads: [{ name: 'M', cpu: 1, runs: 'kernel', does: first(relocate(0, 2), faultIn(2)) }],
  asks: [],
};

export const relocXenLowerLevels: RaceCase = {
  id: 'reloc-xen-lower-levels',
  title: 'A page table that has moved is freed as a page',
  year: 2008,
  commits: [],
  scenario,
  before: POSTED,
  after: MERGED,
};

const told = (word: string, title: string, before: Configuration): RaceCase => ({
  ...relocXenLowerLevels,
  id: `reloc-xen-lower-levels.${word}`,
  of: 'reloc-xen-lower-levels',
  title,
  before,
  scenario: { ...scenario, name: `reloc-xen-lower-levels.${word}`, title: `${title}.` },
});

export const xenLowerTold: readonly RaceCase[] = [
  told('pte-free', 'A page table that has moved is freed by pte_free, as posted in May', POSTED_AGAIN),
  told(
    'pte-free-after-flush',
    'A page table that has moved is freed by pte_free, after flush, wait and merge',
    merged(', but frees the old ones by pte_free', 'relocation_frees_by_pte_free'),
  ),
  told('by-level', 'A page table that has moved as posted in April is freed by pte_free_tlb', BY_LEVEL),
];
