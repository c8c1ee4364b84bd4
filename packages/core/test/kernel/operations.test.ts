import { describe, expect, test } from '@jest/globals';
import {
  __split_huge_pmd,
  get_user_pages_fast,
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  mm_find_pmd,
  munmap,
  put_user_pages,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { handle_pte_fault } from '../../src/kernel/fault.ts';
import { isTable, pmd_trans_huge, type Pfn } from '../../src/words/entry.ts';
import { spaceOf, type Geometry } from '../../src/words/geometry.ts';
import { entryRef, mmCells, pageCells, vmaCells, type PmdSlot } from '../../src/words/objects.ts';
import { areas, mm, oneThread, PAGE, twoLevels, withPud, type Bench } from './one-thread.ts';

const pmdAt = (b: Bench, va: number): { slot: PmdSlot; value: number } => {
  const slot = b.run(mm_find_pmd(b.cpu, mm, va))!;
  return { slot, value: b.value(entryRef(slot)) };
};
const dataAt = (b: Bench, va: number): number => b.value(pageCells.data(b.facts.mappedFrame(mm, va)!));
const refs = (b: Bench, pfn: Pfn): number => b.value(pageCells.refcount(pfn));
const order = (b: Bench, ...names: string[]): string[] => b.hooks.filter((name) => names.includes(name));
/** Nothing held, nothing freed twice, no flush outstanding. */
const expectQuiet = (b: Bench): void => {
  expect(b.locksHeld()).toEqual([]);
  expect(b.interruptsOff()).toBe(false);
  expect(b.twice()).toBe(0);
  expect(b.value(mmCells.tlb_flush_pending(0))).toBe(0);
};
const trees: [string, Geometry][] = [
  ['pgd > pmd > pte', twoLevels],
  ['pgd > pud > pmd > pte', withPud],
];

describe.each(trees)('on a tree %s', (_name, geometry) => {
  test('a store faults in a page or a huge page, and everything comes back with munmap', () => {
    const b = oneThread({ geometry });
    const tables = b.tablesInUse();
    expect(b.run(user_store(b.cpu, 0, 11))).toBe('done');
    expect(b.run(user_store(b.cpu, 2 * PAGE, 12))).toBe('done');
    expect(pmd_trans_huge(pmdAt(b, 0).value)).toBe(true);
    expect(isTable(pmdAt(b, 2 * PAGE).value)).toBe(true);
    expect([dataAt(b, 0), dataAt(b, 2 * PAGE)]).toEqual([11, 12]);
    // the huge page's deposited table, and the table of the other
    expect(b.value(mmCells.pgtables_bytes(0))).toBe(2);
    expect(b.framesInUse()).toBe(3);

    b.run(munmap(b.cpu, mm, 0, 4 * PAGE));
    expect(b.framesInUse()).toBe(0);
    expect(b.value(mmCells.pgtables_bytes(0))).toBe(0);
    expect(b.tablesInUse()).toBe(tables);
    expect(b.value(vmaCells.attached(0))).toBe(0);
    expect(b.run(user_load(b.cpu, 0))).toBe('SIGSEGV');
    expectQuiet(b);
  });

  test('tables stay where a neighbour needs them', () => {
    const b = oneThread({ geometry });
    b.run(user_store(b.cpu, 0, 1));
    b.run(user_store(b.cpu, 2 * PAGE, 2));
    const tables = b.tablesInUse();
    b.run(munmap(b.cpu, mm, 2 * PAGE, 4 * PAGE));
    expect(b.tablesInUse()).toBe(tables - 1); // its PTE table; the PMD table holds the neighbour's huge entry
    expect(dataAt(b, 0)).toBe(1);
    expect(order(b, 'pmd_clear', 'pte_free_tlb', 'pud_clear', 'pmd_free_tlb', 'tlb_flush')).toEqual([
      'pmd_clear',
      'pte_free_tlb',
      'tlb_flush',
    ]);
  });

  test('a whole tree is freed from the leaves up, after the flush', () => {
    const b = oneThread({ geometry });
    b.run(user_store(b.cpu, 2 * PAGE, 2));
    b.hooks.length = b.steps.length = 0;
    b.run(munmap(b.cpu, mm, 0, 4 * PAGE));
    expect(
      order(
        b,
        'ptep_get_and_clear_full',
        'pmd_clear',
        'pte_free_tlb',
        'pud_clear',
        'pmd_free_tlb',
        'p4d_clear',
        'pud_free_tlb',
        'tlb_flush',
      ),
    ).toEqual([
      'ptep_get_and_clear_full',
      'pmd_clear',
      'pte_free_tlb',
      'pud_clear',
      'pmd_free_tlb',
      ...(geometry === withPud ? ['p4d_clear', 'pud_free_tlb'] : []),
      'tlb_flush',
    ]);
    const kinds = b.steps.map((step) => step.kind);
    expect(kinds.indexOf('tlb.local')).toBeLessThan(kinds.indexOf('page.free'));
    expect(kinds.indexOf('page.free')).toBeLessThan(kinds.indexOf('table.free'));
  });
});

describe('faults', () => {
  test('no area, and no permission to write', () => {
    const b = oneThread();
    const last = spaceOf(twoLevels) - PAGE;
    expect(b.run(user_store(b.cpu, 4 * PAGE, 1))).toBe('SIGSEGV');
    expect(b.run(user_load(b.cpu, last))).toBe('done');
    expect(b.run(user_store(b.cpu, last, 1))).toBe('SIGSEGV');
    expectQuiet(b);
  });

  test('a fault deposits before it sets the huge PMD', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, PAGE, 5));
    expect(order(b, 'pte_alloc_one', 'pgtable_trans_huge_deposit', 'set_pmd_at', 'update_mmu_cache_pmd')).toEqual([
      'pte_alloc_one',
      'pgtable_trans_huge_deposit',
      'set_pmd_at',
      'update_mmu_cache_pmd',
    ]);
    expect(dataAt(b, PAGE)).toBe(5);
  });
});

describe('MADV_DONTNEED', () => {
  test('of a huge page frees it and its deposited table; the next load finds zero', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 0, 7));
    b.hooks.length = 0;
    b.run(madvise_dontneed(b.cpu, mm, 0, 2 * PAGE));
    expect(order(b, 'pmdp_huge_get_and_clear_full', 'pgtable_trans_huge_withdraw', 'pte_free', 'tlb_flush')).toEqual([
      'pmdp_huge_get_and_clear_full',
      'pgtable_trans_huge_withdraw',
      'pte_free',
      'tlb_flush',
    ]);
    expect([b.framesInUse(), b.value(mmCells.pgtables_bytes(0))]).toEqual([0, 0]);
    b.run(user_load(b.cpu, 0));
    expect(dataAt(b, 0)).toBe(0);
    expectQuiet(b);
  });

  test('of half a huge page splits it first; the page is freed with its last frame', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 0, 7));
    b.run(user_store(b.cpu, PAGE, 8));
    b.run(madvise_dontneed(b.cpu, mm, 0, PAGE));
    expect(isTable(pmdAt(b, 0).value)).toBe(true);
    expect([b.framesInUse(), dataAt(b, PAGE)]).toEqual([2, 8]);
    b.run(madvise_dontneed(b.cpu, mm, PAGE, 2 * PAGE));
    expect(b.framesInUse()).toBe(0);
    expectQuiet(b);
  });

  test('a full gather flushes under the page-table lock, then frees, then goes on', () => {
    const b = oneThread({ numbers: { MMU_GATHER_BUNDLE: 1 } });
    b.run(user_store(b.cpu, 2 * PAGE, 1));
    b.run(user_store(b.cpu, 3 * PAGE, 2));
    b.hooks.length = b.steps.length = 0;
    b.run(madvise_dontneed(b.cpu, mm, 2 * PAGE, 4 * PAGE));
    const seen = b.steps
      .map((step) => step.kind)
      .filter((kind) => ['spin_lock', 'spin_unlock', 'tlb.local', 'page.free'].includes(kind));
    expect(seen).toEqual([
      'spin_lock',
      'tlb.local',
      'spin_unlock',
      'page.free',
      'spin_lock',
      'tlb.local',
      'spin_unlock',
      'page.free',
    ]);
    expectQuiet(b);
  });

  test('beside another gather it flushes although it found nothing, since 4.13', () => {
    for (const [release, flushed] of [
      ['v4.5', 0],
      ['v4.13', 1],
    ] as const) {
      const b = oneThread({ kernel: { release } });
      b.run(b.cpu.add(mmCells.tlb_flush_pending(0), 1)); // the other one
      b.run(madvise_dontneed(b.cpu, mm, 2 * PAGE, 4 * PAGE));
      expect(order(b, 'tlb_flush').length).toBe(flushed);
    }
  });

  test('areas are flushed one by one where gathers do not merge them', () => {
    for (const [merge, flushed] of [
      [true, 1],
      [false, 3],
    ] as const) {
      const b = oneThread({ config: { MMU_GATHER_MERGE_VMAS: merge } });
      b.run(user_store(b.cpu, 0, 1));
      b.run(user_store(b.cpu, 2 * PAGE, 1));
      b.hooks.length = 0;
      b.run(munmap(b.cpu, mm, 0, 4 * PAGE)); // two areas, then the tables
      expect(order(b, 'tlb_flush').length).toBe(flushed);
    }
  });
});

describe('splitting', () => {
  test('invalidates, withdraws, fills the table, then links it', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 0, 7));
    const head = b.facts.mappedFrame(mm, 0)!;
    b.hooks.length = 0;
    b.run(__split_huge_pmd(b.cpu, areas(twoLevels)[0]!, pmdAt(b, 0).slot, 0));
    expect(order(b, 'pmdp_invalidate', 'pgtable_trans_huge_withdraw', 'set_pte_at', 'pmd_populate')).toEqual([
      'pmdp_invalidate',
      'pgtable_trans_huge_withdraw',
      'set_pte_at',
      'set_pte_at',
      'pmd_populate',
    ]);
    expect([b.facts.mappedFrame(mm, 0), b.facts.mappedFrame(mm, PAGE)]).toEqual([head, head + 1]);
    expect([refs(b, head), b.value(pageCells.mapcount(head)), b.value(pageCells.mapcount(head + 1))]).toEqual([
      2, 1, 1,
    ]);
    expect(b.value(pageCells.dirty(head))).toBe(1);
    expectQuiet(b);
  });
});

describe('collapse', () => {
  const filled = (wanted: Parameters<typeof oneThread>[0] = {}): Bench => {
    const b = oneThread(wanted);
    b.run(user_store(b.cpu, 2 * PAGE, 21));
    b.run(user_store(b.cpu, 3 * PAGE, 22));
    b.hooks.length = b.steps.length = 0;
    return b;
  };

  test('clears and flushes before it looks at reference counts, copies after that, deposits before it sets the PMD', () => {
    const b = filled();
    const [first, second] = [b.facts.mappedFrame(mm, 2 * PAGE)!, b.facts.mappedFrame(mm, 3 * PAGE)!];
    expect(b.run(khugepaged_collapse(b.cpu, mm, 2 * PAGE))).toBe('SCAN_SUCCEED');
    expect(
      order(
        b,
        'pmdp_collapse_flush',
        'tlb_remove_table_sync_one',
        'ptep_get_and_clear',
        'pgtable_trans_huge_deposit',
        'set_pmd_at',
      ),
    ).toEqual([
      'pmdp_collapse_flush',
      'tlb_remove_table_sync_one',
      'ptep_get_and_clear',
      'ptep_get_and_clear',
      'pgtable_trans_huge_deposit',
      'set_pmd_at',
    ]);
    const at = (kind: string, ref: { region: unknown; at: readonly number[] }): number =>
      b.steps.findIndex(
        (s) => s.kind === kind && s.cells[0] === b.machine.parts.layout.cell(ref as ReturnType<typeof pageCells.data>),
      );
    const flush = b.steps.findIndex((s) => s.kind === 'tlb.local');
    expect(flush).toBeLessThan(at('load', pageCells.refcount(first)));
    expect(at('load', pageCells.refcount(second))).toBeLessThan(at('load', pageCells.data(first)));

    expect(pmd_trans_huge(pmdAt(b, 2 * PAGE).value)).toBe(true);
    expect([dataAt(b, 2 * PAGE), dataAt(b, 3 * PAGE)]).toEqual([21, 22]);
    expect([refs(b, first), refs(b, second), b.framesInUse(), b.value(mmCells.pgtables_bytes(0))]).toEqual([
      0, 0, 2, 1,
    ]);
    expectQuiet(b);
    // what was deposited serves a split, and goes in the end
    b.run(madvise_dontneed(b.cpu, mm, 2 * PAGE, 3 * PAGE));
    expect(dataAt(b, 3 * PAGE)).toBe(22);
    b.run(munmap(b.cpu, mm, 2 * PAGE, 4 * PAGE));
    expect(b.framesInUse()).toBe(0);
    expectQuiet(b);
  });

  test('waits for lockless walkers since 6.1', () => {
    const b = filled({ kernel: { release: 'v6.0' } });
    b.run(khugepaged_collapse(b.cpu, mm, 2 * PAGE));
    expect(b.hooks).not.toContain('tlb_remove_table_sync_one');
  });

  test('puts the table back when a page is pinned', () => {
    const b = filled();
    const pinned = b.run(get_user_pages_fast_only(b.cpu, 3 * PAGE, 1, 'write'));
    const frames = b.framesInUse();
    expect(b.run(khugepaged_collapse(b.cpu, mm, 2 * PAGE))).toBe('SCAN_PAGE_COUNT');
    expect(isTable(pmdAt(b, 2 * PAGE).value)).toBe(true);
    expect(b.framesInUse()).toBe(frames);
    expect([dataAt(b, 2 * PAGE), dataAt(b, 3 * PAGE)]).toEqual([21, 22]);
    b.run(put_user_pages(b.cpu, pinned));
    expect(b.run(khugepaged_collapse(b.cpu, mm, 2 * PAGE))).toBe('SCAN_SUCCEED');
    expectQuiet(b);
  });

  test('says why it does not happen', () => {
    const b = oneThread();
    expect(b.run(khugepaged_collapse(b.cpu, mm, 4 * PAGE))).toBe('SCAN_VMA_NULL');
    b.run(user_load(b.cpu, 0));
    expect(b.run(khugepaged_collapse(b.cpu, mm, 0))).toBe('SCAN_PMD_MAPPED');
    expect(b.framesInUse()).toBe(2);
    expectQuiet(b);
  });
});

describe('the PMD changes under readers of mmap_lock', () => {
  // another page of the same PMD table is there, so that the walk comes as far as the PMD of the huge range, which is none
  const start = (release: string): { b: Bench; pmdp: PmdSlot } => {
    const b = oneThread({ kernel: { release } });
    b.run(user_store(b.cpu, 2 * PAGE, 1));
    return { b, pmdp: pmdAt(b, 0).slot };
  };

  test('a zap that saw none finds a huge page: taken for a bad entry before 3.4', () => {
    for (const release of ['v2.6.38', 'v3.4']) {
      const { b, pmdp } = start(release);
      const others = b.meanwhile([(step) => b.loads(step, pmdp, 2), () => b.run(user_store(b.cpu, 0, 5))]);
      const zap = (): void => b.run(madvise_dontneed(b.cpu, mm, 0, 2 * PAGE), others);
      if (release === 'v3.4') expect(zap).not.toThrow();
      else expect(zap).toThrow(/pmd_clear_bad/);
    }
  });

  test('a fault loses against a huge page that goes away again: none is walked as a table before 4.5', () => {
    for (const release of ['v4.1', 'v4.5']) {
      const { b, pmdp } = start(release);
      const others = b.meanwhile(
        [(step) => step.kind === 'table.alloc', () => b.run(user_store(b.cpu, 0, 5))],
        // after that pmd_install reads the PMD, then pmd_trans_unstable
        [(step) => b.loads(step, pmdp, 2), () => b.run(madvise_dontneed(b.cpu, mm, 0, 2 * PAGE))],
      );
      const fault = (): void => b.run(handle_pte_fault(b.cpu, areas(twoLevels)[0]!, 0, 'write', pmdp), others);
      if (release === 'v4.5') expect(fault).not.toThrow();
      else expect(fault).toThrow(/points to no table/);
    }
  });
});

describe('GUP', () => {
  test('pins base pages and frames of huge pages, across tables', () => {
    const b = oneThread();
    for (const n of [0, 2, 3]) b.run(user_store(b.cpu, n * PAGE, n + 1));
    const pages = b.run(get_user_pages_fast_only(b.cpu, PAGE, 3, 'write'));
    expect(pages).toEqual([1, 2, 3].map((n) => b.facts.mappedFrame(mm, n * PAGE)));
    expect(pages.map((pfn) => refs(b, pfn))).toEqual([0, 2, 2]); // a huge page counts at its head
    expect(refs(b, b.facts.mappedFrame(mm, 0)!)).toBe(2);
    b.run(put_user_pages(b.cpu, pages));
    expectQuiet(b);
  });

  test('stops at what is not mapped; the slow way faults it in', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 2 * PAGE, 1));
    expect(b.run(get_user_pages_fast_only(b.cpu, 2 * PAGE, 2, 'read'))).toHaveLength(1);
    const pages = b.run(get_user_pages_fast(b.cpu, 2 * PAGE, 2, 'write'));
    expect(pages).toEqual([b.facts.mappedFrame(mm, 2 * PAGE), b.facts.mappedFrame(mm, 3 * PAGE)]);
    expect(b.run(get_user_pages_fast(b.cpu, 0, 1, 'write'))).toEqual([b.facts.mappedFrame(mm, 0)]);
    expectQuiet(b);
  });

  test('drops the page when the PMD changed under it, since 6.1', () => {
    for (const [release, pinned] of [
      ['v6.0', 1],
      ['v6.1', 0],
    ] as const) {
      // the table is detached by somebody else right after GUP read the PTE
      const b: Bench = oneThread({
        kernel: { release },
        layer: {
          *ptep_get_lockless(cpu, ptep) {
            const pte = yield* cpu.read_entry(ptep);
            yield* cpu.store(entryRef(pmdAt(b, 2 * PAGE).slot), 0);
            return pte;
          },
        },
      });
      b.run(user_store(b.cpu, 2 * PAGE, 1));
      const pfn = b.facts.mappedFrame(mm, 2 * PAGE)!;
      expect(b.run(get_user_pages_fast_only(b.cpu, 2 * PAGE, 1, 'write'))).toHaveLength(pinned);
      expect(refs(b, pfn)).toBe(1 + pinned);
    }
  });
});
