/** Where cells stand, what they are called, and how records get their numbers. */
import { describe, expect, test } from '@jest/globals';
import { hw } from '../../src/machine/hardware.ts';
import { Layout } from '../../src/machine/layout.ts';
import { MapStore } from '../../src/machine/map-store.ts';
import { Records } from '../../src/machine/records.ts';
import { SparseStore } from '../../src/machine/sparse-store.ts';
import { region, type Ref, type Region } from '../../src/words/cells.ts';
import { mkLeaf, F } from '../../src/words/entry.ts';
import type { Geometry } from '../../src/words/geometry.ts';
import { mmCells, pageCells, tableCells, vmaCells } from '../../src/words/objects.ts';

const geometry: Geometry = { pageShift: 12, bits: { pte: 1, pmd: 1, pud: 1, p4d: 0, pgd: 1 } };
const sizes = {
  cpu: 2,
  mm: 3,
  vma: 2,
  anon_vma: 2,
  page: 4,
  table: 5,
  entry: 2,
  level: 5,
  block: 16,
  queue: 2,
  nesting: 2,
};
const one = region('one', []);
const five = region('five', ['cpu', 'mm'], { initial: 5 });
const ghost = region('a ghost', ['cpu'], { ghost: true });
const unseen = region('an unseen ghost', ['cpu'], { ghost: true });
const kinds = Object.fromEntries(
  (['entry', 'mask', 'table', 'page', 'lock', 'record', 'flag', 'number'] as const).map((shape) => [
    shape,
    region(`of ${shape}`, [], { shape }),
  ]),
) as Record<string, Region>;
const records = new Records();
const regions = [
  one,
  five,
  ghost,
  unseen,
  mmCells.pgd,
  vmaCells.attached,
  pageCells.refcount,
  tableCells.entry,
  tableCells.ptl,
  hw.tlb,
  hw.walkCache,
  hw.csd,
  hw.broadcast,
  ...Object.values(kinds),
];
const layout = new Layout(regions, sizes, new Set([ghost]), records, geometry);
const nameOf = (at: Ref): string => layout.name(layout.cell(at));

describe('cells', () => {
  test('stand side by side, in the order of their indices', () => {
    expect(layout.cell(one())).toBe(0);
    expect([0, 1].flatMap((cpu) => [0, 1, 2].map((mm) => layout.cell(five(cpu, mm))))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(layout.cell(ghost(0))).toBe(7);
    expect(layout.cell(mmCells.pgd(0))).toBe(9);
  });
  test('lead back to where they are', () => {
    for (let cell = 0; cell < layout.cellCount; cell++) expect(layout.cell(layout.refOf(cell))).toBe(cell);
    expect(layout.refOf(6)).toEqual({ region: five, at: [1, 2] });
  });
  test('out of range there are none', () => {
    for (const at of [five(2, 0), five(0, 3), five(-1, 0), five(0, -1)]) {
      expect(layout.has(at)).toBe(false);
      expect(() => layout.cell(at)).toThrow(/SD_CELL_OUT_OF_RANGE/);
    }
    expect(() => layout.cell(five(0, 3))).toThrow('five[0][3]: index 1 is 3, but there are 3 of that kind (mm)');
    expect(() => layout.cell(five(7, 3))).toThrow('index 0 is 7');
    expect(layout.has(five(1, 2))).toBe(true);
    expect(() => layout.refOf(layout.cellCount)).toThrow(/there is no cell/);
    expect(() => layout.refOf(-1)).toThrow(/there is no cell -1/);
  });
  test('of a region that nobody declares there are none either', () => {
    const stranger = region('stranger', ['cpu']);
    expect(() => layout.cell(stranger(0))).toThrow(/SD_UNDECLARED_CELL/);
    expect(layout.has(stranger(0))).toBe(true);
    expect(layout.keeps(stranger)).toBe(false);
    expect([layout.keeps(ghost), layout.keeps(unseen), layout.keeps(one)]).toEqual([true, false, true]);
  });
  test('begin with what their region says', () => {
    expect([layout.initial(0), layout.initial(1), layout.initial(6), layout.initial(7)]).toEqual([0, 5, 5, 0]);
    expect(layout.startingValues).toEqual([{ base: 1, end: 7, value: 5 }]);
  });
  test('of blocks stand in rows', () => {
    expect(layout.blockRows.map(({ base, end, length }) => [layout.refOf(base).region, end - base, length])).toEqual([
      [hw.tlb, 2 * 3 * 5 * 16, 16],
      [hw.walkCache, 2 * 3 * 5 * 16, 16],
    ]);
  });
  test('are ghosts, or sets, or neither', () => {
    expect([layout.isGhost(7), layout.isGhost(0)]).toEqual([true, false]);
    expect([layout.isSet(layout.cell(kinds['mask']!())), layout.isSet(0)]).toEqual([true, false]);
  });
  test('of two regions with one name are a mistake', () => {
    expect(() => new Layout([one, region('one', ['cpu'])], sizes, new Set(), records, geometry)).toThrow(/two regions/);
  });
});

test('names for people', () => {
  expect(
    [
      one(),
      five(1, 0),
      five(1, 2),
      mmCells.pgd(2),
      vmaCells.attached(1),
      pageCells.refcount(3),
      tableCells.entry(4, 1),
      tableCells.ptl(4),
      hw.csd(0, 1),
      hw.tlb(1, 0, 0, 3),
      hw.tlb(1, 2, 1, 3),
      hw.walkCache(0, 0, 2, 1),
      hw.walkCache(0, 1, 4, 0),
    ].map(nameOf),
  ).toEqual([
    'one',
    'CPU1 five',
    'CPU1 five',
    'mm2.pgd',
    'area1.attached',
    'P3.refcount',
    'T4[1]',
    'T4.ptl',
    `CPU0->CPU1 ${hw.csd.regionName}`,
    `CPU1 ${hw.tlb.regionName} of page 3`,
    `CPU1 ${hw.tlb.regionName} of pages 6..7 in mm2`,
    `CPU0 ${hw.walkCache.regionName} of pages 4..7 (pud)`,
    `CPU0 ${hw.walkCache.regionName} of pages 0..7 (pgd) in mm1`,
  ]);
});

test('values for people', () => {
  const value = (shape: string, it: number): string => layout.value(layout.cell(kinds[shape]!()), it);
  const list = records.idOf([4, 5]);
  const named = records.idOf({ name: 'flush' }, 'flush');
  const other = records.idOf({ n: 1 });
  expect([value('entry', 0), value('entry', mkLeaf(5, F.PRESENT))]).toEqual(['none', 'P5 r']);
  expect([value('mask', 0), value('mask', 0b101)]).toEqual(['none', 'cpu0+cpu2']);
  expect([value('table', 0), value('table', 3), value('page', 0), value('page', 3)]).toEqual([
    'none',
    'T3',
    'none',
    'P3',
  ]);
  expect([0, 1, 2, -1].map((it) => value('lock', it))).toEqual(['free', 'held', '2 holders', 'write']);
  expect([value('flag', 1), value('number', 7)]).toEqual(['1', '7']);
  expect([0, list, named, other].map((it) => value('record', it))).toEqual(['none', '[4, 5]', 'flush', '{"n":1}']);
});

describe('records', () => {
  test('that are equal have one number, from 1 on', () => {
    const it = new Records();
    expect([it.idOf({ n: 1 }), it.idOf([2]), it.idOf({ n: 1 }), it.idOf({ n: 1 }, 'code')]).toEqual([1, 2, 1, 3]);
    expect([it.get(0), it.get(1), it.get(2), it.get(9)]).toEqual([undefined, { n: 1 }, [2], undefined]);
    expect(it.numbered()).toEqual([
      ['', '{"n":1}'],
      ['', '[2]'],
      ['code', '{"n":1}'],
    ]);
  });
  test('get the numbers that others gave them, unless they have other ones', () => {
    const first = new Records();
    first.idOf({ n: 1 });
    first.idOf([2], 'code');
    const second = new Records();
    second.idOf({ n: 1 });
    expect(second.renumber(first.numbered())).toBe(true);
    expect(second.get(1)).toEqual({ n: 1 });
    // Code cannot be read from a text: who made the record makes it again.
    expect(second.get(2)).toBeUndefined();
    expect([second.idOf([2], 'code'), second.get(2), second.idOf([3])]).toEqual([2, [2], 3]);
    expect(second.renumber(first.numbered())).toBe(false);
    const third = new Records();
    third.idOf([2], 'code');
    expect(third.renumber(first.numbered())).toBe(false);
    expect(third.numbered()).toEqual([['code', '[2]']]);
    const plain = new Records();
    expect(plain.renumber([['', '[7]']])).toBe(true);
    expect([plain.get(1), plain.idOf([7])]).toEqual([[7], 1]);
  });
});

describe('a store for a real address space holds what a plain one does', () => {
  const wide = { ...sizes, block: 1000, table: 700 };
  const big = new Layout(regions, wide, new Set([ghost]), records, geometry);
  const plain = new MapStore((cell) => big.initial(cell));
  const sparse = new SparseStore(big);
  const both = (cell: number, value: number): void => {
    plain.set(cell, value);
    sparse.set(cell, value);
  };
  test('to begin with', () => {
    for (const cell of [0, 1, 6, 7, 511, 512, 513, big.cell(hw.tlb(0, 0, 0, 0)), big.cellCount - 1])
      expect([cell, sparse.get(cell)]).toEqual([cell, plain.get(cell)]);
  });
  test('and when cells were written, before blocks, among them, and behind them', () => {
    const cells = [
      0,
      6,
      511,
      512,
      1024,
      big.cell(tableCells.entry(699, 1)),
      big.cell(hw.tlb(1, 2, 4, 999)),
      big.cell(hw.walkCache(0, 0, 0, 0)),
      big.cell(hw.csd(1, 1)),
      big.cellCount - 1,
    ];
    cells.forEach((cell, i) => both(cell, i + 1));
    both(cells[6]!, 0);
    both(cells[7]!, 9);
    for (let cell = 0; cell < big.cellCount; cell += cell < 1500 ? 1 : 61)
      expect([cell, sparse.get(cell)]).toEqual([cell, plain.get(cell)]);
    for (const cell of cells) expect([cell, sparse.get(cell)]).toEqual([cell, plain.get(cell)]);
  });
  test('of a long range in a row it knows what is held', () => {
    const store = new SparseStore(big);
    const at = (block: number): number => big.cell(hw.tlb(0, 1, 0, block));
    for (const block of [3, 70, 900]) store.set(at(block), 5);
    store.set(big.cell(hw.tlb(0, 2, 0, 4)), 5);
    store.set(at(70), 0);
    expect(store.held(at(0), at(0) + 1000)).toEqual([at(3), at(900)]);
    expect(store.held(at(4), at(900))).toEqual([]);
    expect(store.held(at(3), at(901))).toEqual([at(3), at(900)]);
    expect(store.held(at(0), at(65))).toEqual([at(3)]);
    expect(store.held(at(0), at(64))).toBeUndefined();
    expect(store.held(0, 100)).toBeUndefined();
    expect(store.held(big.cell(hw.tlb(0, 0, 0, 0)), big.cell(hw.tlb(0, 0, 0, 999)))).toEqual([]);
  });
});
