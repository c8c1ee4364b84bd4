/** Changes of protection and MADV_FREE, one thread at a time: which hooks, in which order, in which release. */
import { describe, expect, test } from '@jest/globals';
import {
  madvise_free,
  mprotect,
  split_huge_pmd_address,
  task_numa_work,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { F, has, isTable, pmd_dirty, pmd_protnone, pmd_write, pmd_young, type Pmd } from '../../src/words/entry.ts';
import { entryRef, mmCells, pageCells } from '../../src/words/objects.ts';
import { areas, mm, oneThread, PAGE, twoLevels, type Bench } from './one-thread.ts';

const order = (b: Bench, ...names: string[]): string[] => b.hooks.filter((name) => names.includes(name));
const leaf = (b: Bench, va: number): Pmd => b.facts.mappedLeaf(mm, va) ?? 0;
const HUGE = [0, 2 * PAGE] as const;
const SMALL = [2 * PAGE, 4 * PAGE] as const;
const touched = (release = 'v6.1'): Bench => {
  const b = oneThread({ kernel: { release } });
  b.run(user_store(b.cpu, 0, 1));
  for (const n of [2, 3]) b.run(user_store(b.cpu, n * PAGE, n));
  b.hooks.length = b.steps.length = 0;
  return b;
};
const quiet = (b: Bench): void => {
  expect(b.locksHeld()).toEqual([]);
  expect(b.value(mmCells.tlb_flush_pending(0))).toBe(0);
};
const forms = ['pmdp_huge_get_and_clear', 'pmdp_invalidate', 'pmdp_invalidate_ad'];

describe('mprotect', () => {
  test.each([
    ['v4.5', ['pmdp_huge_get_and_clear', 'set_pmd_at', 'flush_tlb_range']],
    ['v4.13', ['pmdp_invalidate', 'set_pmd_at', 'flush_tlb_range']],
    ['v5.8', ['pmdp_invalidate', 'set_pmd_at', 'flush_tlb_range']],
  ])('%s: of a huge page it flushes the range itself', (release, hooks) => {
    const b = touched(release);
    b.run(mprotect(b.cpu, mm, ...HUGE, 'read-only'));
    const seen = order(b, ...forms, 'set_pmd_at', 'flush_tlb_range');
    expect([...new Set(seen)]).toEqual(expect.arrayContaining(hooks));
    expect(seen[0]).toBe(hooks[0]);
    expect(seen.at(-1)).toBe('flush_tlb_range');
    quiet(b);
  });

  test('since 5.19 the flush is gathered, and comes last', () => {
    const b = touched();
    b.run(mprotect(b.cpu, mm, ...HUGE, 'read-only'));
    expect(order(b, 'pmdp_invalidate_ad', 'huge_pmd_needs_flush', 'tlb_flush')).toEqual([
      'pmdp_invalidate_ad',
      'huge_pmd_needs_flush',
      'tlb_flush',
    ]);
    quiet(b);
  });

  test('of base pages goes entry by entry between start and commit', () => {
    const b = touched();
    b.run(mprotect(b.cpu, mm, ...SMALL, 'read-only'));
    const one = ['ptep_modify_prot_start', 'ptep_modify_prot_commit', 'pte_needs_flush'];
    expect(order(b, 'arch_enter_lazy_mmu_mode', ...one, 'arch_leave_lazy_mmu_mode', 'tlb_flush')).toEqual([
      'arch_enter_lazy_mmu_mode',
      ...one,
      ...one,
      'arch_leave_lazy_mmu_mode',
      'tlb_flush',
    ]);
    quiet(b);
  });

  test('what the area allows decides: stores fail, then work again after a fault; contents and dirty stay', () => {
    for (const [start] of [HUGE, SMALL]) {
      const b = touched();
      const frame = b.facts.mappedFrame(mm, start);
      b.run(mprotect(b.cpu, mm, start, start + 2 * PAGE, 'read-only'));
      expect([pmd_write(leaf(b, start)), pmd_dirty(leaf(b, start))]).toEqual([false, true]);
      expect(b.run(user_load(b.cpu, start))).toBe('done');
      expect(b.run(user_store(b.cpu, start, 9))).toBe('SIGSEGV');
      b.run(mprotect(b.cpu, mm, start, start + 2 * PAGE, 'read-write'));
      expect(b.run(user_store(b.cpu, start, 9))).toBe('done');
      expect(b.facts.mappedFrame(mm, start)).toBe(frame);
      b.run(mprotect(b.cpu, mm, start, start + 2 * PAGE, 'none'));
      expect(b.run(user_load(b.cpu, start))).toBe('SIGSEGV');
      expect(b.value(pageCells.data(frame!))).toBe(9);
      quiet(b);
    }
  });

  test('to what it is already changes nothing', () => {
    const b = touched();
    b.run(mprotect(b.cpu, mm, ...HUGE, 'read-write'));
    expect(b.hooks).toEqual([]);
  });
});

describe('NUMA balancing', () => {
  test('takes access away and remembers that it may be written; a fault gives it back', () => {
    for (const [start] of [HUGE, SMALL]) {
      const b = touched();
      b.run(task_numa_work(b.cpu, mm, start, start + 2 * PAGE));
      const marked = leaf(b, start);
      expect([pmd_protnone(marked), pmd_write(marked), has(marked, F.PRESENT)]).toEqual([true, true, false]);
      b.hooks.length = 0;
      b.run(task_numa_work(b.cpu, mm, start, start + 2 * PAGE)); // marked already
      expect(order(b, 'pmdp_invalidate_ad', 'ptep_modify_prot_start', 'tlb_flush')).toEqual([]);
      expect(b.run(user_store(b.cpu, start, 8))).toBe('done');
      expect(b.value(pageCells.data(b.facts.mappedFrame(mm, start)!))).toBe(8);
      quiet(b);
    }
  });

  test('of a part of a huge page splits its PMD', () => {
    const b = touched();
    b.run(task_numa_work(b.cpu, mm, 0, PAGE));
    expect(order(b, 'pmdp_invalidate', 'pmd_populate')).toEqual(['pmdp_invalidate', 'pmd_populate']);
    quiet(b);
  });
});

describe('MADV_FREE', () => {
  test.each([
    ['v4.5', 'pmdp_huge_get_and_clear_full'],
    ['v4.13', 'pmdp_invalidate'],
    ['v6.1', 'pmdp_invalidate'],
  ])('%s: takes a huge PMD out by %s', (release, hook) => {
    const b = touched(release);
    b.run(madvise_free(b.cpu, mm, ...HUGE));
    expect(order(b, 'pmdp_huge_get_and_clear_full', 'pmdp_invalidate', 'tlb_flush')).toEqual([hook, 'tlb_flush']);
    expect(b.hooks.indexOf('set_pmd_at')).toBeGreaterThan(b.hooks.indexOf(hook));
    expect([pmd_dirty(leaf(b, 0)), pmd_young(leaf(b, 0)), pmd_write(leaf(b, 0))]).toEqual([false, false, true]);
    b.run(user_store(b.cpu, 0, 4));
    expect(pmd_dirty(leaf(b, 0))).toBe(true);
    quiet(b);
  });

  test('of base pages makes each old and clean, and keeps the page', () => {
    const b = touched();
    const frames = b.framesInUse();
    b.run(madvise_free(b.cpu, mm, ...SMALL));
    expect(order(b, 'ptep_get_and_clear_full', 'set_pte_at', 'tlb_flush')).toEqual([
      'ptep_get_and_clear_full',
      'set_pte_at',
      'ptep_get_and_clear_full',
      'set_pte_at',
      'tlb_flush',
    ]);
    expect([pmd_dirty(leaf(b, 3 * PAGE)), b.framesInUse()]).toEqual([false, frames]);
    quiet(b);
  });
});

test('a split before 4.16 took the table before it stopped the hardware', () => {
  const b = touched('v4.14');
  b.run(split_huge_pmd_address(b.cpu, areas(twoLevels)[0]!, 0));
  expect(
    order(b, 'pmdp_huge_split_prepare', 'pgtable_trans_huge_withdraw', 'set_pte_at', 'pmdp_invalidate', 'pmd_populate'),
  ).toEqual([
    'pmdp_huge_split_prepare',
    'pgtable_trans_huge_withdraw',
    'set_pte_at',
    'set_pte_at',
    'pmdp_invalidate',
    'pmd_populate',
  ]);
  expect(b.value(pageCells.dirty(b.facts.mappedFrame(mm, 0)!))).toBe(1);
  expect(isTable(b.value(entryRef({ level: 'pmd', table: 2, index: 0 })))).toBe(true);
  quiet(b);
});
