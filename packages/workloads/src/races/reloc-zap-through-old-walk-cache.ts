/** A zap clears the copy and flushes what it cleared; CPUs that remember the way to the old table find the page there still. */
import type { Configuration, RaceCase, Scenario } from '@shootdown/core';
import { missedUnmap, pageUaf } from '../claims.ts';
import { dontneed, first, load, madvFree, relocate, store } from '../threads.ts';
import { DETACHED, MERGED, merged } from '../relocation.ts';

const NO_GATHER = merged(
  ', but flushes without a gather after it gave mmap_lock back',
  'relocation_without_gather',
  'relocation_unlocks_early',
);

const scenario: Scenario = {
  name: 'reloc-zap-through-old-walk-cache',
  title: 'MADV_DONTNEED of a page whose table has moved, beside a CPU that has not been flushed yet.',
  cpus: 3,
  quiet: true,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [
    { cpu: 0, does: first(store(0, 1), store(1, 2)) },
    { cpu: 1, does: load(1) },
  ],
  threads: [
    { name: 'Z', cpu: 0, runs: 0, does: dontneed(0, 1) },
    { name: 'C', cpu: 1, runs: 0, does: load(0) },
    { name: 'M', cpu: 2, runs: 'kernel', does: relocate(0, 2) },
  ],
  asks: [pageUaf, missedUnmap],
};

export const relocZapThroughOldWalkCache: RaceCase = {
  id: 'reloc-zap-through-old-walk-cache',
  title: 'A zap beside a move of page tables is seen by the copy only',
  year: 2008,
  commits: [],
  scenario,
  before: NO_GATHER,
  after: MERGED,
};

const told = (word: string, title: string, before: Configuration, story: Partial<Scenario> = {}): RaceCase => ({
  ...relocZapThroughOldWalkCache,
  id: `reloc-zap-through-old-walk-cache.${word}`,
  of: 'reloc-zap-through-old-walk-cache',
  title,
  before,
  scenario: {
    ...scenario,
    name: `reloc-zap-through-old-walk-cache.${word}`,
    title: `${title}.`,
    ...story,
  },
});

/** One CPU moves, then zaps; the other comes before, between or after. */
const inOrder: Partial<Scenario> = {
  cpus: 2,
  setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), madvFree(0, 1)) }],
  threads: [
    { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
    { name: 'M', cpu: 1, runs: 0, does: first(relocate(0, 2), dontneed(0, 1)) },
  ],
};

export const zapThroughOldWalkCacheTold: readonly RaceCase[] = [
  { ...told('detached', 'A zap beside a move of page tables that are taken out first', NO_GATHER), after: DETACHED },
  told(
    'memory-copy',
    'A zap beside a move of page tables that are copied as memory is seen by the copy only',
    merged(
      ', but copies memory, and flushes without a gather after it gave mmap_lock back',
      'relocation_copies_memory',
      'relocation_without_gather',
      'relocation_unlocks_early',
    ),
  ),
  told('final-only', 'A zap that flushes final translations only, beside a move of page tables', {
    ...NO_GATHER,
    with: [...NO_GATHER.with!, 'invlpgb_final_only'],
  }),
  told(
    'within-gather',
    'A zap beside a move of page tables whose gather is open',
    merged(', and gives mmap_lock back before the flush', 'relocation_unlocks_early'),
  ),
  told(
    'in-order-old-entries',
    'A zap after a move of page tables whose old entries were only read',
    merged(', but leaves the old entries', 'relocation_leaves_old_entries'),
    inOrder,
  ),
  told(
    'in-order-set-pte-at',
    'A zap after a move of page tables whose flags were merged by writing the entry anew',
    merged(' by set_pte_at', 'relocation_merges_by_set_pte_at'),
    inOrder,
  ),
  told(
    'in-order-memory-copy',
    'A zap after a move of page tables that were copied as memory, and whose old entries were only read',
    merged(
      ', but copies memory and leaves the old entries',
      'relocation_copies_memory',
      'relocation_leaves_old_entries',
    ),
    inOrder,
  ),
];
