import { describe, expect, test } from '@jest/globals';
import {
  context_switch,
  exit_mm,
  fork,
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  mmput,
  shrink_huge_zero_page_scan,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { isTable, pte_write } from '../../src/words/entry.ts';
import { entryRef, hugeZeroCells, mmCells, pageCells, ZERO_PFN, type Mm } from '../../src/words/objects.ts';
import { mm_find_pmd } from '../../src/kernel/index.ts';
import type { Op } from '@shootdown/explorer';
import { child, mm, oneThread, PAGE, twoLevels, withPud, type Bench } from './one-thread.ts';

const frame = (b: Bench, of: Mm, va: number): number => b.facts.mappedFrame(of, va)!;
const data = (b: Bench, of: Mm, va: number): number => b.value(pageCells.data(frame(b, of, va)));
const refs = (b: Bench, pfn: number): number => b.value(pageCells.refcount(pfn));
const pmd = (b: Bench, of: Mm, va: number): number => b.value(entryRef(b.run(mm_find_pmd(b.cpu, of, va))!));
const order = (b: Bench, ...names: string[]): string[] => b.hooks.filter((name) => names.includes(name));
const base = 2 * PAGE; // of the area with base pages
const inChild = (b: Bench): void => b.run(context_switch(b.childCpu, child));
const inParent = (b: Bench): void => b.run(context_switch(b.cpu, mm));
const forked = (geometry = twoLevels): Bench => {
  const b = oneThread({ geometry });
  b.run(user_store(b.cpu, 0, 11));
  b.run(user_store(b.cpu, base, 12));
  b.hooks.length = b.steps.length = 0;
  b.run(fork(b.cpu, child));
  return b;
};

describe('fork', () => {
  test('shares every page, write-protected on both sides, and flushes the parent last', () => {
    const b = forked();
    expect([frame(b, child, 0), frame(b, child, base)]).toEqual([frame(b, mm, 0), frame(b, mm, base)]);
    expect([refs(b, frame(b, mm, 0)), refs(b, frame(b, mm, base))]).toEqual([2, 2]);
    expect([pte_write(pmd(b, mm, 0)), pte_write(pmd(b, child, 0))]).toEqual([false, false]);
    const steps = [
      'pgd_alloc',
      'pgtable_trans_huge_deposit',
      'pmdp_set_wrprotect',
      'arch_enter_lazy_mmu_mode',
      'ptep_set_wrprotect',
      'arch_leave_lazy_mmu_mode',
      'arch_dup_mmap',
      'flush_tlb_mm',
    ];
    expect(order(b, ...steps)).toEqual(steps);
    expect(b.value(mmCells.write_protect_seq(0)) % 2).toBe(0);
    expect(b.locksHeld()).toEqual([]);
  });

  test.each([
    ['pgd > pmd > pte', twoLevels],
    ['pgd > pud > pmd > pte', withPud],
  ])('on a tree %s a write is seen on its own side only', (_name, geometry) => {
    const b = forked(geometry);
    b.run(user_store(b.cpu, base, 22));
    expect([data(b, mm, base), data(b, child, base)]).toEqual([22, 12]);
    inChild(b);
    b.run(user_store(b.childCpu, base, 32));
    expect([data(b, mm, base), data(b, child, base)]).toEqual([22, 32]);
    expect(b.run(user_load(b.childCpu, base))).toBe('done');
  });

  test('the first writer copies, after the old page was flushed; the second finds himself alone and keeps it', () => {
    const b = forked();
    const shared = frame(b, mm, base);
    b.hooks.length = 0;
    b.run(user_store(b.cpu, base, 22));
    expect(order(b, 'ptep_clear_flush', 'set_pte_at', 'ptep_set_access_flags')).toEqual([
      'ptep_clear_flush',
      'set_pte_at',
    ]);
    expect([frame(b, mm, base) === shared, refs(b, shared)]).toEqual([false, 1]);
    inChild(b);
    b.hooks.length = 0;
    b.run(user_store(b.childCpu, base, 32));
    expect(order(b, 'ptep_clear_flush', 'ptep_set_access_flags')).toEqual(['ptep_set_access_flags']);
    expect(frame(b, child, base)).toBe(shared);
  });

  test('a write to a shared huge page splits its entry and copies one page', () => {
    const b = forked();
    const shared = frame(b, mm, 0);
    b.run(user_store(b.cpu, PAGE, 22));
    expect([isTable(pmd(b, mm, 0)), isTable(pmd(b, child, 0))]).toEqual([true, false]);
    expect([data(b, mm, 0), data(b, mm, PAGE), data(b, child, PAGE)]).toEqual([11, 22, 0]);
    expect([frame(b, mm, 0), frame(b, mm, PAGE) === shared + 1]).toEqual([shared, false]);
    expect(refs(b, shared)).toBe(2); // the parent's first page, and the child's huge entry
  });

  test('the only user of a huge page keeps it whole', () => {
    const b = forked();
    inChild(b);
    b.run(exit_mm(b.childCpu, child));
    inParent(b);
    b.run(user_store(b.cpu, 0, 22));
    expect([isTable(pmd(b, mm, 0)), data(b, mm, 0)]).toEqual([false, 22]);
  });

  test('collapse copies a shared page, and the other side keeps it', () => {
    const b = forked();
    const shared = frame(b, mm, base);
    b.run(user_store(b.cpu, base + PAGE, 13));
    expect(b.run(khugepaged_collapse(b.cpu, mm, base))).toBe('SCAN_SUCCEED');
    expect([data(b, mm, base), data(b, mm, base + PAGE)]).toEqual([12, 13]);
    expect([frame(b, child, base), data(b, child, base), refs(b, shared)]).toEqual([shared, 12, 1]);
  });

  test('a copy of a base page is told to secondary MMUs: around the change of the entry', () => {
    const b = forked();
    b.hooks.length = 0;
    b.run(user_store(b.cpu, base, 22));
    const names = ['mmu_notifier_invalidate_range_start', 'ptep_clear_flush', 'mmu_notifier_invalidate_range_end'];
    expect(order(b, ...names)).toEqual(names);
  });

  const writable = (b: Bench): Op<unknown> =>
    b.cpu.andnot(entryRef({ level: 'pte', table: Math.floor(pmd(b, mm, base) / 2 ** 20), index: 0 }), 2);
  const flush = (b: Bench): void =>
    b.run(b.cpu.flush_local({ asid: 0, start: 0, end: 1e9, leaves: ['pte', 'pmd'], walkCache: 'all' }));

  test.each([
    ['v5.8', 'the same page: nothing else maps it'],
    ['v5.13', 'a copy: somebody else holds a reference'],
    ['v6.1', 'the same page: no fork has shared it'],
  ])('a pinned page that is protected, made writable again and stored to is in %s %s', (release, which) => {
    const b = oneThread({ kernel: { release } });
    b.run(user_store(b.cpu, base, 12));
    const [pin] = b.run(get_user_pages_fast_only(b.cpu, base, 1, 'write'));
    b.run(writable(b)); // write-protected, as mprotect does
    flush(b);
    b.run(user_store(b.cpu, base, 22));
    expect(frame(b, mm, base) === pin).toBe(which.startsWith('the same'));
  });

  test.each([
    ['v5.8', 22],
    ['v5.9', 11],
  ])(
    'CVE-2020-29374: a child that pinned a page to read it, and unmapped it, reads in %s what is %d',
    (release, read) => {
      const b = oneThread({ kernel: { release } });
      b.run(user_store(b.cpu, base, 11));
      b.run(fork(b.cpu, child));
      inChild(b);
      const [pin] = b.run(get_user_pages_fast_only(b.childCpu, base, 1, 'read'));
      b.run(madvise_dontneed(b.childCpu, child, base, base + PAGE));
      inParent(b);
      b.run(user_store(b.cpu, base, 22));
      expect(b.value(pageCells.data(pin!))).toBe(read);
    },
  );
});

describe('exit', () => {
  test('both sides give everything back, the top table when no CPU has it loaded', () => {
    const b = forked();
    inChild(b);
    b.run(user_store(b.childCpu, PAGE, 22));
    b.hooks.length = 0;
    b.run(exit_mm(b.childCpu, child));
    expect(order(b, 'enter_lazy_tlb', 'arch_exit_mmap', 'tlb_flush', 'pgd_free')).toEqual([
      'enter_lazy_tlb',
      'arch_exit_mmap',
      'tlb_flush',
    ]);
    expect([b.value(mmCells.mm_users(1)), b.value(mmCells.mm_count(1))]).toEqual([0, 1]);
    inParent(b);
    expect(order(b, 'pgd_free')).toEqual(['pgd_free']);
    b.run(exit_mm(b.cpu, mm));
    b.run(context_switch(b.cpu, undefined));
    expect([b.framesInUse(), b.twice(), b.locksHeld(), b.interruptsOff()]).toEqual([0, 0, [], false]);
    expect([b.value(mmCells.pgtables_bytes(0)), b.value(mmCells.pgtables_bytes(1))]).toEqual([0, 0]);
    expect(b.tablesInUse()).toBe(1); // the parent's top table, which the kernel thread has borrowed
  });

  test('a kernel thread hands its loan on to the next, and the next thread with an address space gives it back', () => {
    const b = forked();
    const loans = (): number => b.value(mmCells.mm_count(0)) - 1;
    b.hooks.length = 0;
    b.run(context_switch(b.cpu, undefined));
    b.run(context_switch(b.cpu, undefined));
    expect(loans()).toBe(1);
    inChild(b);
    expect(loans()).toBe(0);
    expect(order(b, 'arch_start_context_switch', 'enter_lazy_tlb', 'switch_mm', 'arch_end_context_switch')).toEqual([
      ...['enter_lazy_tlb', 'enter_lazy_tlb', 'switch_mm'].flatMap((hook) => [
        'arch_start_context_switch',
        hook,
        'arch_end_context_switch',
      ]),
    ]);
    b.run(mmput(b.cpu, mm)); // its last user: nobody has it loaded
    expect(order(b, 'pgd_free')).toEqual(['pgd_free']);
  });
});

describe('zero pages', () => {
  test('a read maps the zero page, a write brings a page of its own', () => {
    const b = oneThread();
    b.run(user_load(b.cpu, base));
    expect([frame(b, mm, base), b.framesInUse()]).toEqual([ZERO_PFN, 0]);
    b.hooks.length = 0;
    b.run(user_store(b.cpu, base, 5));
    expect(order(b, 'ptep_clear_flush', 'set_pte_at')).toEqual(['ptep_clear_flush', 'set_pte_at']);
    expect([data(b, mm, base), b.framesInUse(), b.value(pageCells.data(ZERO_PFN)), refs(b, ZERO_PFN)]).toEqual([
      5, 1, 0, 1,
    ]);
  });

  test('collapse fills zero pages with zeroes of its own', () => {
    const b = oneThread();
    b.run(user_load(b.cpu, base));
    b.run(user_store(b.cpu, base + PAGE, 5));
    expect(b.run(khugepaged_collapse(b.cpu, mm, base))).toBe('SCAN_SUCCEED');
    expect([data(b, mm, base), data(b, mm, base + PAGE), refs(b, ZERO_PFN)]).toEqual([0, 5, 1]);
  });

  const users = (b: Bench): number => b.value(hugeZeroCells.refcount());

  test('the huge zero page belongs to the address space for life', () => {
    const b = oneThread();
    b.run(user_load(b.cpu, 0));
    expect([users(b), b.run(shrink_huge_zero_page_scan(b.cpu))]).toEqual([2, false]);
    b.run(madvise_dontneed(b.cpu, mm, 0, base));
    expect(users(b)).toBe(2);
    b.run(exit_mm(b.cpu, mm));
    expect([users(b), b.run(shrink_huge_zero_page_scan(b.cpu)), b.framesInUse()]).toEqual([1, true, 0]);
  });

  test.each([
    ['v4.5', [] as string[], 'put, then flush'],
    ['v4.5', ['huge_zero_page_in_gather'], 'flush, then put'],
  ] as const)('in %s with %p a zap gives it back: %s', (release, changes, says) => {
    const b = oneThread({ kernel: { release, with: changes } });
    b.run(user_load(b.cpu, 0));
    b.steps.length = 0;
    b.run(madvise_dontneed(b.cpu, mm, 0, base));
    const put = b.steps.findIndex((step) => step.kind === 'dec_and_test');
    const flush = b.steps.findIndex((step) => step.kind === 'tlb.local');
    expect([users(b), put < flush ? 'put, then flush' : 'flush, then put']).toEqual([1, says]);
  });

  test('a write splits it: one page of its own, the others zero pages', () => {
    const b = oneThread();
    b.run(user_load(b.cpu, 0));
    b.hooks.length = 0;
    b.run(user_store(b.cpu, 0, 5));
    expect(
      order(b, 'pmdp_huge_clear_flush', 'pgtable_trans_huge_withdraw', 'pmd_populate', 'ptep_clear_flush'),
    ).toEqual(['pmdp_huge_clear_flush', 'pgtable_trans_huge_withdraw', 'pmd_populate', 'ptep_clear_flush']);
    expect([data(b, mm, 0), frame(b, mm, PAGE)]).toEqual([5, ZERO_PFN]);
  });
});

describe('the shrinker of the huge zero page beside a fault', () => {
  /** The fault installs another page between the two writes of the shrinker, then the range is unmapped. */
  const wronglyCounted = (release: string): boolean => {
    const b = oneThread({ kernel: { release } });
    b.run(user_load(b.cpu, 0));
    b.run(madvise_dontneed(b.cpu, mm, 0, 2 * PAGE));
    b.run(b.cpu.store(hugeZeroCells.refcount(), 1)); // its last user has gone
    b.run(b.cpu.store(mmCells.huge_zero_page(mm.id), 0));
    let faulted = false;
    b.run(shrink_huge_zero_page_scan(b.cpu), () => {
      // Once the page is gone from the pointer; where a lock is held then, the fault waits until it is free.
      if (faulted || b.value(hugeZeroCells.page()) !== 0 || b.value(hugeZeroCells.lock()) !== 0) return;
      faulted = true;
      b.run(user_load(b.cpu, 0));
    });
    b.run(user_load(b.cpu, 0));
    const head = frame(b, mm, 0);
    b.run(madvise_dontneed(b.cpu, mm, 0, 2 * PAGE));
    return b.value(pageCells.entire_mapcount(head)) < 0; // taken for a huge page that is mapped
  };
  test.each([
    ['v5.8', false],
    ['v5.19', true],
    ['v6.1', true],
    ['v6.1.192', false],
  ])('in %s its frame number is lost: %s', (release, lost) => expect(wronglyCounted(release)).toBe(lost));
});

test('the end of an address space takes mmap_lock since 5.17', () => {
  const locks = (release: string): number => {
    const b = oneThread({ kernel: { release } });
    b.run(user_store(b.cpu, base, 11));
    b.steps.length = 0;
    b.run(mmput(b.cpu, mm));
    return b.steps.filter(({ kind, cells }) => kind === 'down_write' && cells !== undefined).length;
  };
  expect([locks('v5.13') < locks('v5.17'), locks('v5.17')]).toEqual([true, locks('v6.1')]);
});
