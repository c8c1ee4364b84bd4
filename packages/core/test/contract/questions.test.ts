/** The questions that several contracts ask. */
import { expect, test } from '@jest/globals';
import { gathered, isAtLeast, sameMapping, tableIsEmpty } from '../../src/contract/questions.ts';
import { refName } from '../../src/words/cells.ts';
import { F, mkLeaf } from '../../src/words/entry.ts';
import type { Facts } from '../../src/words/facts.ts';
import { tableCells } from '../../src/words/objects.ts';
import { gather, geometry } from './one-cpu.ts';

const facts = (cells: Record<string, number> = {}): Facts =>
  ({ geometry, value: (at: Parameters<typeof refName>[0]) => cells[refName(at)] ?? 0 }) as unknown as Facts;
const base = F.PRESENT | F.USER;

test('flags that hardware sets do not make another mapping', () => {
  expect(sameMapping(mkLeaf(2 ** 30, base), mkLeaf(2 ** 30, base | F.ACCESSED | F.DIRTY | F.HASHPTE))).toBe(true);
  expect(sameMapping(mkLeaf(4, base), mkLeaf(4, base | F.WRITE))).toBe(false);
  expect(sameMapping(mkLeaf(4, base), mkLeaf(5, base))).toBe(false);
});

test('dirty as software remembers it is dirty', () => {
  expect(isAtLeast(mkLeaf(4, base | F.WRITE | F.ACCESSED | F.SWDIRTY), mkLeaf(4, base | F.WRITE | F.DIRTY))).toBe(true);
  expect(isAtLeast(mkLeaf(4, base | F.DIRTY), mkLeaf(4, base | F.WRITE | F.DIRTY))).toBe(false);
  expect(isAtLeast(mkLeaf(4, base | F.WRITE), mkLeaf(4, base | F.WRITE | F.DIRTY))).toBe(false);
});

test('a table with one entry is not empty', () => {
  expect(tableIsEmpty(facts(), 7, 'pte')).toBe(true);
  expect(tableIsEmpty(facts({ [refName(tableCells.entry(7, 1))]: mkLeaf(4, base) }), 7, 'pte')).toBe(false);
});

test('a gather covers its range, or the whole address space', () => {
  expect(gathered(facts(), gather())).toEqual([4096, 8192]);
  expect(gathered(facts(), gather({ fullmm: true }))).toEqual([0, 32768]);
});
