/** Areas that were cut become one again where Linux lets them (vma_merge): seen in how often a zap of all of them flushes. */
import { expect, test } from '@jest/globals';
import { measure, MEASURE_DEFAULTS, type CountedCall } from '@shootdown/core';
import { x86 } from '../../arch-x86/src/index.ts';

const flushes = (setUp: readonly CountedCall[], length = '8 page'): [flushCalls: number, ipis: number] => {
  const counted: CountedCall[] = [{ call: 'madvise', at: 'a', length, advice: 'DONTNEED' }];
  const { columns } = measure(
    x86,
    { name: 'any', says: 'Any.', setUp, counted },
    { ...MEASURE_DEFAULTS, mode: 'spin3' },
  );
  return [columns.flushCalls, columns.ipis];
};
const map = (at: string, length: string, prot: 'READ' | 'READ+WRITE' = 'READ+WRITE'): CountedCall => ({
  call: 'mmap',
  at,
  length,
  prot,
});
const store = (at: string, length: string): CountedCall => ({ call: 'store', at, length });
const protect = (at: string, length: string, prot: 'READ' | 'READ+WRITE'): CountedCall => ({
  call: 'mprotect',
  at,
  length,
  prot,
});
const advise = (at: string, length: string, advice: 'HUGEPAGE' | 'NOHUGEPAGE'): CountedCall => ({
  call: 'madvise',
  at,
  length,
  advice,
});
const written = [map('a', '8 page'), store('a', '8 page')];

test('the middle of an area that is protected and made writable again: one area, one flush', () => {
  const cut = [...written, protect('a + 2 page', '2 page', 'READ')];
  expect(flushes(cut)).toEqual([3, 9]);
  expect(flushes([...cut, protect('a + 2 page', '2 page', 'READ+WRITE')])).toEqual([1, 3]);
});

test('neighbours that get the same protection one after the other are one area', () => {
  const both = [protect('a + 2 page', '2 page', 'READ'), protect('a + 4 page', '2 page', 'READ')];
  expect(flushes([...written, ...both])).toEqual([3, 9]);
});

test('advice against huge pages is another flag than no advice: the area stays cut', () => {
  const advised = [...written, advise('a + 2 page', '2 page', 'HUGEPAGE')];
  expect(flushes([...advised, advise('a + 2 page', '2 page', 'NOHUGEPAGE')])).toEqual([3, 9]);
  expect(flushes([...advised, advise('a', '2 page', 'HUGEPAGE'), advise('a + 4 page', '4 page', 'HUGEPAGE')])).toEqual([
    1, 3,
  ]);
});

test('areas whose pages are found by different anon_vmas stay two', () => {
  // They lie apart when their first pages come, so each gets an anon_vma of its own.
  const apart = [map('a', 'H', 'READ'), map('a', '2 page'), map('a + 4 page', '2 page'), store('a', '2 page')];
  const filled = [...apart, store('a + 4 page', '2 page'), map('a + 2 page', '2 page'), store('a + 2 page', '2 page')];
  expect(flushes(filled, '6 page')).toEqual([2, 6]);
});

test('pages of an area that became part of another are still found by rmap', () => {
  const moved: CountedCall = { call: 'move_pages', at: 'a' };
  const joined = [map('a', 'H', 'READ'), map('a', '2 page'), store('a', '2 page'), map('a + 2 page', '2 page')];
  const { columns } = measure(
    x86,
    { name: 'any', says: 'Any.', setUp: joined, counted: [moved] },
    { ...MEASURE_DEFAULTS, mode: 'spin3' },
  );
  expect([columns.flushCalls, columns.ipis]).toEqual([1, 3]);
});
