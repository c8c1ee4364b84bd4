/** Each watcher speaks when an operation has a bug, and is silent when it has none. */
import { describe, expect, test } from '@jest/globals';
import type { LayerClass } from '../../src/words/change.ts';
import { breachOf, exploreSync, rig, watches } from '../../src/testing.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { mkLeaf, F } from '../../src/words/entry.ts';
import { entryRef, mmCells, pageCells } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import {
  attach_vma,
  fork,
  get_user_pages_fast,
  khugepaged_collapse,
  madvise_dontneed,
  madvise_free,
  mm_find_pmd,
  mprotect,
  mremap_to,
  munmap,
  split_huge_pages_pid,
  split_huge_pmd_address,
  task_numa_work,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { pte_offset_map } from '../../src/kernel/pgtable.ts';
import { move_pages } from '../../src/kernel/migrate.ts';
import type { Configuration, Scenario, Story } from '../../src/workload/scenario.ts';
import { Toy, toyArch, v6_1 } from './toy-arch.ts';
import {
  CountsAnother,
  CountsNoCopy,
  DepositsNothing,
  DropsAtOnce,
  ForgetsTables,
  LeavesPtes,
  LetsWrite,
  MovesToNowhere,
  NoFlush,
  ParentKeepsWriting,
  PutsNothingBack,
  PutsTwice,
  UncountsTwice,
  setsNothingIn,
} from './watch-bugs.ts';

type Does = (cpu: Cpu, s: Story) => Op<unknown>;

const store =
  (page: number, token: number): Does =>
  (cpu, s) =>
    user_store(cpu, s.page(page), token);
const load =
  (page: number): Does =>
  (cpu, s) =>
    user_load(cpu, s.page(page));
const first = (...parts: readonly Does[]): Does =>
  function* (cpu, s) {
    for (let i = 0; i < parts.length; i++) yield* parts[i]!(cpu, s);
    return undefined;
  };
const dontneed: Does = (cpu, s) => madvise_dontneed(cpu, s.mm, 0, s.page(2));
const unmap: Does = (cpu, s) => munmap(cpu, s.mm, 0, s.page(2));
const map: Does = (cpu, s) => attach_vma(cpu, s.area(0));
const free: Does = (cpu, s) => madvise_free(cpu, s.mm, 0, s.page(2));
const move: Does = (cpu, s) => mremap_to(cpu, s.mm, 0, 2 * s.pageSize, s.area(1));
const protect =
  (prot: 'none' | 'read-only'): Does =>
  (cpu, s) =>
    mprotect(cpu, s.mm, 0, s.page(2), prot);
const numa: Does = (cpu, s) => task_numa_work(cpu, s.mm, 0, s.page(2));
const collapse: Does = (cpu, s) => khugepaged_collapse(cpu, s.mm, 0);
const split: Does = (cpu, s) => split_huge_pmd_address(cpu, s.area(0), 0);
const migrate: Does = (cpu, s) => move_pages(cpu, s.mm, 0);
const splitPage: Does = (cpu, s) => split_huge_pages_pid(cpu, s.mm, 0);
const pin: Does = (cpu, s) => get_user_pages_fast(cpu, s.page(0), 1, 'write');
const forks: Does = (cpu, s) => fork(cpu, s.mmOf(1));

/** One thread, or two; the child of a fork reads and writes page 0. */
function story(
  a: Does,
  {
    b,
    huge = false,
    child = false,
    fresh = false,
  }: { b?: Does; huge?: boolean; child?: boolean; fresh?: boolean } = {},
): Scenario {
  const areas = [
    { from: 0, to: 2, thp: huge ? 'always' : 'never' },
    { from: 2, to: 4, thp: 'never' },
  ] as const;
  return {
    name: 'one-operation',
    title: 'One operation.',
    cpus: 3,
    asks: [],
    ...(child ? { mms: 2, forked: [1] } : {}),
    areas: [...areas, ...(child ? areas.map((area) => ({ ...area, mm: 1 })) : [])],
    setup: fresh ? [{ cpu: 1, does: load(0) }] : [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: a },
      ...(b ? [{ name: 'B', cpu: 1, runs: 0, does: b }] : []),
      ...(child ? [{ name: 'C', cpu: 2, runs: 1, does: first(load(0), store(0, 7)) }] : []),
    ],
  };
}

/** Areas of one page: mremap moves entries, not tables. */
const single = (a: Does): Scenario => ({
  ...story(a),
  areas: [
    { from: 0, to: 1, thp: 'never' },
    { from: 2, to: 3, thp: 'never' },
  ],
  setup: [{ cpu: 0, does: store(0, 1) }],
});
const moveOne: Does = (cpu, s) => mremap_to(cpu, s.mm, 0, s.pageSize, s.area(1));

const claimOf = (breach: string): string => watches.find((w) => w.breach === breach)!.claim;
/** What breaks of one claim, without or with a layer on top. */
function broken(breach: string, scenario: Scenario, layer?: LayerClass, configuration: Configuration = v6_1): string[] {
  const arch = layer ? toyArch({ layers: [Toy, layer] }) : toyArch();
  const { system } = rig(arch, { ...scenario, asks: [claimOf(breach)] }, configuration);
  return exploreSync(system, { stopAtFirst: true, maxStates: 200_000 }).violations.map((v) => breachOf(v.claim));
}

const rows: readonly (readonly [breach: string, operation: string, story: Scenario, bug: LayerClass])[] = [
  ['lost-write', 'MADV_DONTNEED', story(first(dontneed, load(0))), LeavesPtes],
  ['lost-write', 'munmap and mmap', story(first(load(0), unmap, map, load(0))), NoFlush],
  ['lost-write', 'mremap of a table', story(first(move, load(2))), MovesToNowhere],
  ['lost-write', 'mremap of an entry', single(first(moveOne, load(2))), setsNothingIn('move_ptes')],
  ['lost-write', 'MADV_FREE and a store', story(first(free, store(0, 4))), DropsAtOnce],
  ['lost-write', 'mprotect', story(first(protect('read-only'), load(0))), PutsNothingBack],
  ['lost-write', 'NUMA balancing', story(first(numa, load(0))), PutsNothingBack],
  ['lost-write', 'fork', story(forks, { child: true }), setsNothingIn('copy_pte_range')],
  ['lost-write', 'a split', story(split, { huge: true }), setsNothingIn('__split_huge_pmd_locked')],
  ['lost-write', 'a collapse', story(collapse, { b: first(load(0), store(1, 9)) }), NoFlush],
  ['lost-write', 'migration', story(migrate), setsNothingIn('remove_migration_pte')],
  ['stale-translation', 'MADV_DONTNEED', story(first(load(0), dontneed, load(0))), NoFlush],
  [
    'stale-translation',
    'MADV_DONTNEED of a page that is pinned',
    story(first(pin, dontneed), { b: load(0) }),
    LeavesPtes,
  ],
  ['stale-translation', 'munmap', story(first(load(0), unmap, load(0))), NoFlush],
  ['stale-translation', 'mremap over a page', story(first(store(2, 8), move, load(2))), NoFlush],
  ['missed-unmap', 'MADV_DONTNEED', story(dontneed), LeavesPtes],
  ['stale-permission', 'mprotect to read-only', story(first(store(0, 3), protect('read-only'), store(0, 4))), NoFlush],
  ['stale-permission', 'mprotect to none', story(first(load(0), protect('none'), load(0))), NoFlush],
  ['stale-permission', 'mprotect that lets write', story(first(protect('read-only'), store(0, 4))), LetsWrite],
  [
    'stale-permission',
    'mprotect beside a store',
    story(protect('read-only'), { b: first(store(0, 3), store(0, 4)) }),
    NoFlush,
  ],
  [
    'cow-violation',
    'fork that lets the parent write',
    story(first(forks, store(0, 6)), { child: true }),
    ParentKeepsWriting,
  ],
  ['cow-violation', 'fork without a flush', story(first(store(0, 5), forks, store(0, 6)), { child: true }), NoFlush],
  ['refcount-corrupt', 'MADV_DONTNEED', story(dontneed), PutsTwice],
  ['refcount-corrupt', 'mremap', single(moveOne), PutsTwice],
  ['refcount-corrupt', 'fork', story(forks, { child: true }), CountsNoCopy],
  ['mapcount-mismatch', 'MADV_DONTNEED', story(dontneed), UncountsTwice],
  ['mapcount-mismatch', 'mremap', single(moveOne), UncountsTwice],
  ['mapcount-mismatch', 'fork', story(forks, { child: true }), CountsNoCopy],
  ['tlb-multihit', 'a split', story(split, { b: first(load(0), store(1, 4)), huge: true, fresh: true }), NoFlush],
  ['lost-table', 'munmap', story(unmap), ForgetsTables],
  ['lost-table', 'mremap', story(move), MovesToNowhere],
  ['lost-table', 'a collapse', story(collapse), DepositsNothing],
  ['stale-migration-entry', 'migration', story(migrate), setsNothingIn('remove_migration_pte')],
  ['still-counted', 'a split of a page', story(first(split, splitPage), { huge: true }), CountsAnother],
  ['page-uaf', 'mremap over a page', story(first(store(2, 8), move, load(2))), NoFlush],
];

describe.each(rows)('%s: %s', (breach, _operation, scenario, bug) => {
  test('with the bug', () => expect(broken(breach, scenario, bug)).toEqual([breach]));
  test('without it', () => expect(broken(breach, scenario)).toEqual([]));
});

/** A page is replaced by another one under a pin: what a migration would do that does not ask for references. */
const replaced: Does = function* (cpu, s) {
  const pmdp = yield* mm_find_pmd(cpu, s.mm, 0);
  if (!pmdp) return;
  const ptep = yield* pte_offset_map(cpu, pmdp, 0);
  const pfn = yield* cpu.alloc_pages(0);
  yield* cpu.store(pageCells.mapcount(pfn), 1);
  yield* cpu.store(entryRef(ptep), mkLeaf(pfn, F.PRESENT | F.USER | F.ACCESSED));
};

describe('tlb-multihit beside a zap, which flushes last', () => {
  // The child of the fork makes the huge page read-only for the parent, whose other thread then faults while the range is empty.
  const zapped = (a: Does): Scenario => ({
    ...story(a, { b: first(load(0), store(1, 4)), child: true }),
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), collapse, forks) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: a },
      { name: 'B', cpu: 1, runs: 0, does: first(load(0), store(1, 4)) },
    ],
    forked: [1],
  });
  test('a small page may come beside a huge translation while the zap runs', () =>
    expect(broken('tlb-multihit', zapped(dontneed))).toEqual([]));
  test('a huge translation must not outlive it', () =>
    expect(broken('tlb-multihit', zapped(dontneed), NoFlush)).toEqual(['tlb-multihit']));
});

describe('stale-pin', () => {
  const says = (a: Does, more: Parameters<typeof story>[1] = {}, configuration = v6_1): string[] =>
    broken('stale-pin', story(a, more), undefined, configuration);
  test('a pinned page that is replaced is no more what the process maps', () =>
    expect(says(first(pin, replaced))).toEqual(['stale-pin']));
  test('a pin goes with its page when mremap moves it', () => {
    expect(says(first(pin, move))).toEqual([]);
    expect(says(first(pin, replaced, move))).toEqual(['stale-pin']);
  });
  test('who takes a page away on purpose ends what a pin promises', () => {
    for (const does of [dontneed, unmap, first(unmap, map)]) expect(says(first(pin, does, store(0, 4)))).toEqual([]);
    expect(says(dontneed, { b: pin })).toEqual([]);
  });
  test('after fork the copy may be the one or the other', () => {
    expect(says(first(pin, forks), { child: true })).toEqual([]);
    expect(says(first(pin, forks, store(0, 4)), { child: true })).toEqual([]);
  });
  test('a pin for reading of a page of zeroes promises nothing', () => {
    const reads: Does = (cpu, s) => get_user_pages_fast(cpu, s.page(0), 1, 'read');
    expect(says(first(dontneed, reads, store(0, 4)))).toEqual([]);
    expect(says(first(reads, replaced))).toEqual(['stale-pin']);
  });
  test('before 5.19 a write after mprotect may get a copy of a pinned page', () => {
    const again: Does = first(
      protect('read-only'),
      (cpu, s) => mprotect(cpu, s.mm, 0, s.page(2), 'read-write'),
      store(0, 4),
    );
    expect(says(first(pin, again), {}, { release: 'v5.8', says: '' })).toEqual([]);
    expect(says(first(pin, again))).toEqual([]);
  });
});

describe('unbalanced: giving back what is not held', () => {
  const lock = mmCells.mmap_lock(0);
  test.each<[string, Does]>([
    ['local_irq_restore', (cpu) => cpu.local_irq_restore()],
    ['rcu_read_unlock', (cpu) => cpu.rcu_read_unlock()],
    ['hard_irq_enable', (cpu) => cpu.hard_irq_enable()],
    ['spin_unlock', (cpu) => cpu.spin_unlock(mmCells.page_table_lock(0))],
    ['up_read', (cpu) => cpu.up_read(lock)],
    [
      'up_write',
      first(
        (cpu) => cpu.down_read(lock),
        (cpu) => cpu.up_write(lock),
      ),
    ],
    [
      'local_irq_restore',
      first(
        (cpu) => cpu.local_irq_save(),
        (cpu) => cpu.local_irq_restore(),
        (cpu) => cpu.local_irq_restore(),
      ),
    ],
    [
      'local_irq_restore',
      first(
        (cpu) => cpu.local_irq_save(),
        (cpu) => cpu.hard_irq_disable(),
        (cpu) => cpu.local_irq_restore(),
      ),
    ],
  ])('%s', (kind, does) => {
    const { system } = rig(toyArch(), story(does), v6_1);
    const [violation] = exploreSync(system, { stopAtFirst: true, maxStates: 1000 }).violations;
    expect(breachOf(violation?.claim ?? '')).toBe('unbalanced');
    expect(kind).toBeTruthy();
  });
  test('sections that nest, and locks in any order, are in order', () => {
    const other = mmCells.page_table_lock(0);
    const does = first(
      (cpu) => cpu.rcu_read_lock(),
      (cpu) => cpu.local_irq_save(),
      (cpu) => cpu.hard_irq_disable(),
      (cpu) => cpu.rcu_read_unlock(),
      (cpu) => cpu.hard_irq_enable(),
      (cpu) => cpu.local_irq_restore(),
      (cpu) => cpu.down_read(lock),
      (cpu) => cpu.spin_lock(other),
      (cpu) => cpu.up_read(lock),
      (cpu) => cpu.spin_unlock(other),
    );
    expect(
      exploreSync(rig(toyArch(), story(does), v6_1).system, { stopAtFirst: true, maxStates: 1000 }).violations,
    ).toEqual([]);
  });
});

test('secondary-uaf: a guest that is not told of a removal', () => {
  const copies: Does = function* (cpu, s) {
    const frame = yield* get_user_pages_fast(cpu, s.page(0), 1, 'write');
    yield* cpu.note({ kind: 'ghost.copy', mm: s.mm, page: 0, frame: frame[0] });
    yield* cpu.add(pageCells.refcount(frame[0]!), -1);
  };
  const told: Does = (cpu, s) => cpu.note({ kind: 'ghost.copy', mm: s.mm, page: 0, frame: undefined });
  expect(broken('secondary-uaf', story(first(copies, dontneed)))).toEqual(['secondary-uaf']);
  expect(broken('secondary-uaf', story(first(copies, told, dontneed)))).toEqual([]);
});

test('no watcher is without its bug', () => {
  const elsewhere = [
    'table-uaf',
    'wrong-type-walk',
    'lost-dirty',
    'double-free',
    'bug',
    'wild-pointer',
    'deadlock',
    'hyp-fault',
  ]; // watchers.test.ts
  const here = ['stale-pin', 'unbalanced', 'secondary-uaf', ...rows.map(([breach]) => breach)];
  expect(watches.map((w) => w.breach).filter((b) => ![...elsewhere, ...here].includes(b))).toEqual([]);
});
