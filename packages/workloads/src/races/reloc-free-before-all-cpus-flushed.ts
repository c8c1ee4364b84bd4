/** The old table is given back while CPUs may still walk it: the flush was only noted. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { tableUaf } from '../claims.ts';
import { first, gupFast, load, relocate, store } from '../threads.ts';
import { byLevel, BY_LEVEL, MERGED, merged, POSTED } from '../relocation.ts';

const scenario: Scenario = {
  name: 'reloc-free-before-all-cpus-flushed',
  title: 'User code and fast GUP go to a table that has moved, and was given back.',
  cpus: 3,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 1, does: first(store(0, 1), store(1, 2)) }],
  threads: [
    { name: 'C', cpu: 0, runs: 0, does: first(load(0), load(1)) },
    { name: 'G', cpu: 1, runs: 0, does: gupFast(1) },
    { name: 'M', cpu: 2, runs: 'kernel', does: relocate(0, 2) },
  ],
  asks: [tableUaf],
};

export const relocFreeBeforeAllCpusFlushed: RaceCase = {
  id: 'reloc-free-before-all-cpus-flushed',
  title: 'A page table that has moved is freed before CPUs have flushed',
  year: 2008,
  commits: [],
  scenario,
  before: merged(', but only notes that a flush is needed', 'relocation_notes_flush'),
  after: MERGED,
};

const told = (word: string, title: string, before: Configuration): RaceCase => ({
  ...relocFreeBeforeAllCpusFlushed,
  id: `reloc-free-before-all-cpus-flushed.${word}`,
  of: 'reloc-free-before-all-cpus-flushed',
  title,
  before,
  scenario: { ...scenario, name: `reloc-free-before-all-cpus-flushed.${word}`, title: `${title}.` },
});

export const freeBeforeFlushTold: readonly RaceCase[] = [
  told('posted', 'A page table that has moved is freed as posted in April', POSTED),
  told('by-level', 'A page table that has moved is freed as posted in April, but by its level', BY_LEVEL),
  told(
    'at-once',
    'A page table that has moved is freed after flush_tlb_mm, without a grace period',
    byLevel(' and without a grace period', 'relocation_frees_at_once'),
  ),
];
