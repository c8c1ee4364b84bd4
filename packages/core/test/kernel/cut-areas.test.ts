/** Areas that are asked for a part of: one thread, step by step. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  hugepage_madvise,
  madvise_free,
  mm_find_pmd,
  mprotect,
  munmap,
  split_huge_pmd_address,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { areaNow, attachedAs, CUT_AWAY, isCut, reachesInto } from '../../src/words/areas.ts';
import { isTable, pte_dirty } from '../../src/words/entry.ts';
import { entryRef, pageCells, vmaCells, type Vma } from '../../src/words/objects.ts';
import { areas, mm, oneThread, PAGE, twoLevels, type Bench } from './one-thread.ts';

const dataAt = (b: Bench, va: number): number => b.value(pageCells.data(b.facts.mappedFrame(mm, va)!));
const attached = (b: Bench, id: number): number => b.value(vmaCells.attached(id));
const whole = areas(twoLevels)[0]!;

test('the number of an area holds its bounds and flags, and is 1 when they are as declared', () => {
  const pages = 7;
  const declared: Vma = { id: 0, mm, start: 3 * PAGE, end: (3 + pages) * PAGE, thp: 'always', prot: 'read-only' };
  const bounds = fc.tuple(fc.nat(pages - 1), fc.nat(pages)).filter(([from, to]) => from < to);
  fc.assert(
    fc.property(
      bounds,
      fc.constantFrom('always', 'never'),
      fc.constantFrom('none', 'read-only', 'read-write'),
      ([from, to], thp, prot) => {
        const now: Vma = {
          ...declared,
          start: declared.start + from * PAGE,
          end: declared.start + to * PAGE,
          thp,
          prot,
        };
        const value = attachedAs(twoLevels, declared, now);
        expect(areaNow(twoLevels, declared, value)).toEqual(now);
        expect(isCut(value)).toBe(from > 0 || to < pages);
        for (let page = 0; page < pages; page++)
          expect(
            reachesInto(twoLevels, declared, value, declared.start + page * PAGE, declared.start + (page + 1) * PAGE),
          ).toBe(from <= page && page < to);
      },
    ),
  );
  expect(attachedAs(twoLevels, declared, declared)).toBe(1);
  for (const gone of [0, CUT_AWAY]) expect(areaNow(twoLevels, declared, gone)).toBeUndefined();
});

describe('munmap of half an area', () => {
  test('splits the huge page that lay in both halves; the other half stays, and everything comes back in the end', () => {
    const b = oneThread();
    const tables = b.tablesInUse();
    for (const n of [0, 1]) b.run(user_store(b.cpu, n * PAGE, n + 5));
    b.run(munmap(b.cpu, mm, 0, PAGE));
    expect(isTable(b.value(entryRef(b.run(mm_find_pmd(b.cpu, mm, PAGE))!)))).toBe(true);
    expect(b.run(user_load(b.cpu, 0))).toBe('SIGSEGV');
    expect([b.run(user_load(b.cpu, PAGE)), dataAt(b, PAGE)]).toEqual(['done', 6]);
    b.run(munmap(b.cpu, mm, 0, 2 * PAGE));
    expect([b.run(user_load(b.cpu, PAGE)), b.framesInUse(), b.tablesInUse(), b.locksHeld(), b.twice()]).toEqual([
      'SIGSEGV',
      0,
      tables + 1,
      [],
      0,
    ]); // the PMD table holds its neighbour too
  });

  test('the part above gets the handle of the area when it loses its beginning, and a piece can be found when the area itself has gone', () => {
    const b = oneThread();
    b.run(mprotect(b.cpu, mm, PAGE, 2 * PAGE, 'read-only')); // the piece is below, as in Linux
    expect([attached(b, 0) > 1, attached(b, 6) > 1]).toEqual([true, true]);
    b.run(munmap(b.cpu, mm, PAGE, 2 * PAGE));
    expect(attached(b, 0)).toBe(CUT_AWAY);
    expect([b.run(user_store(b.cpu, 0, 9)), b.run(user_load(b.cpu, PAGE))]).toEqual(['done', 'SIGSEGV']);
  });
});

describe('mprotect of half an area', () => {
  test('only that half loses the permission', () => {
    const b = oneThread();
    for (const n of [0, 1]) b.run(user_store(b.cpu, n * PAGE, n + 5));
    b.run(mprotect(b.cpu, mm, PAGE, 2 * PAGE, 'read-only'));
    expect([b.run(user_store(b.cpu, 0, 7)), b.run(user_store(b.cpu, PAGE, 8)), b.run(user_load(b.cpu, PAGE))]).toEqual([
      'done',
      'SIGSEGV',
      'done',
    ]);
    expect([dataAt(b, 0), dataAt(b, PAGE)]).toEqual([7, 6]);
  });
  test('a PROT_NONE area stays inaccessible when its huge page is split', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 0, 5));
    b.run(mprotect(b.cpu, mm, 0, 2 * PAGE, 'none'));
    b.run(munmap(b.cpu, mm, 0, PAGE));
    expect(b.run(user_load(b.cpu, PAGE))).toBe('SIGSEGV');
  });
  test('the halves become one area again when they are alike again', () => {
    const b = oneThread();
    b.run(mprotect(b.cpu, mm, PAGE, 2 * PAGE, 'none'));
    b.run(mprotect(b.cpu, mm, PAGE, 2 * PAGE, 'read-write'));
    expect([attached(b, 0), attached(b, 6)]).toEqual([CUT_AWAY, 1]); // the lower half grew over the upper one
    b.run(user_store(b.cpu, 0, 1)); // a huge page fits in
    expect(isTable(b.value(entryRef(b.run(mm_find_pmd(b.cpu, mm, 0))!)))).toBe(false);
  });
  test('stops at the first address that is not mapped', () => {
    const b = oneThread();
    b.run(munmap(b.cpu, mm, PAGE, 2 * PAGE));
    b.run(mprotect(b.cpu, mm, 0, 4 * PAGE, 'none'));
    expect([b.run(user_load(b.cpu, 0)), b.run(user_load(b.cpu, 2 * PAGE))]).toEqual(['SIGSEGV', 'done']);
  });
});

test('MADV_NOHUGEPAGE of half an area: its faults bring base pages', () => {
  const b = oneThread();
  b.run(hugepage_madvise(b.cpu, mm, 0, PAGE, 'never'));
  b.run(user_store(b.cpu, PAGE, 1));
  expect(isTable(b.value(entryRef(b.run(mm_find_pmd(b.cpu, mm, 0))!)))).toBe(true);
});

describe.each([
  ['mapped as one', false],
  ['mapped by a table', true],
] as const)('MADV_FREE of half a huge page that is %s', (_name, byTable) => {
  test('splits the page: both halves have counts of their own, and only one is clean', () => {
    const b = oneThread();
    for (const n of [0, 1]) b.run(user_store(b.cpu, n * PAGE, n + 5));
    const head = b.facts.mappedFrame(mm, 0)!;
    if (byTable) b.run(split_huge_pmd_address(b.cpu, whole, 0));
    b.run(madvise_free(b.cpu, mm, 0, PAGE));
    expect(
      [
        pageCells.order(head),
        pageCells.refcount(head),
        pageCells.refcount(head + 1),
        pageCells.mapcount(head),
        pageCells.locked(head),
        pageCells.locked(head + 1),
      ].map(b.value),
    ).toEqual([0, 1, 1, 1, 0, 0]);
    const dirty = (va: number): boolean =>
      pte_dirty(b.facts.mappedLeaf(mm, va)!) || b.value(pageCells.dirty(b.facts.mappedFrame(mm, va)!)) !== 0;
    expect([dirty(0), dirty(PAGE)]).toEqual([false, true]);
    expect([dataAt(b, 0), dataAt(b, PAGE), b.locksHeld(), b.interruptsOff()]).toEqual([5, 6, [], false]);
    b.run(munmap(b.cpu, mm, 0, 2 * PAGE));
    expect([b.framesInUse(), b.twice()]).toEqual([0, 0]);
  });
  test('leaves it whole while somebody else holds a reference', () => {
    const b = oneThread();
    b.run(user_store(b.cpu, 0, 5));
    const head = b.facts.mappedFrame(mm, 0)!;
    if (byTable) b.run(split_huge_pmd_address(b.cpu, whole, 0));
    b.run(b.cpu.add(pageCells.refcount(head), 1));
    b.run(madvise_free(b.cpu, mm, 0, PAGE));
    expect([b.value(pageCells.order(head)), b.value(pageCells.locked(head)), dataAt(b, 0)]).toEqual([1, 0, 5]);
  });
});
