/** What claims are told of a state: known answers for each question. */
import { describe, expect, test } from '@jest/globals';
import { StoreFacts } from '../../src/machine/facts.ts';
import { hw } from '../../src/machine/hardware.ts';
import { MapStore } from '../../src/machine/map-store.ts';
import { perCpu } from '../../src/words/cells.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import { mmCells, pageCells, tableCells } from '../../src/words/objects.ts';
import { CPUS, machineOf, POOL, type Cells, type Wanted } from '../steps/known.ts';

const PAGE = 4096;
const MM = { id: 0 };
const OTHER = { id: 1 };
const [PTE, PMD, PGD] = [0, 1, 4];
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const page5 = mkLeaf(5, USED);
const lazy = perCpu('lazy', 'flag');
const owes = perCpu('owes');

function factsOf(given: Cells, wanted: Wanted = {}): StoreFacts {
  const { parts } = machineOf(wanted);
  const cells = new Map(
    given.map(([ref, held]) => [parts.layout.cell(ref), typeof held === 'number' ? held : parts.records.idOf(held)]),
  );
  return new StoreFacts(parts, new MapStore((cell) => parts.layout.initial(cell), cells));
}
/** CPUs 0 and 2 have the first address space loaded, CPU 1 the second. */
const loaded: Cells = [
  [hw.root(0), 1],
  [hw.root(1), 2],
  [hw.asid(1), 1],
  [hw.root(2), 1],
];
/** Of the first address space: T1 on top, T2 below, T3 below that. */
const tree: Cells = [
  [mmCells.pgd(0), 1],
  [tableCells.entry(1, 0), mkTable(2)],
  [tableCells.entry(2, 0), mkTable(3)],
  [tableCells.entry(3, 1), page5],
  [tableCells.entry(2, 1), mkLeaf(6, USED)],
];

test('sizes', () => {
  const facts = factsOf([]);
  expect(facts.frames).toBe((CPUS + 1) * POOL.frames);
  expect(facts.tables).toBe(1 + CPUS * POOL.tables);
  expect(facts.online).toBe(0b111);
  expect(facts.cpus).toEqual([0, 1, 2]);
});

test('cells, and those that do not exist', () => {
  const facts = factsOf([[pageCells.refcount(3), 2], ...tree]);
  expect(facts.value(pageCells.refcount(3))).toBe(2);
  expect(facts.value(pageCells.refcount(1000))).toBe(0);
  expect(facts.entry({ level: 'pte', table: 3, index: 1 })).toBe(page5);
  expect(facts.entry({ level: 'pte', table: 99, index: 1 })).toBe(0);
  expect(facts.refOf(facts.cellOf(pageCells.refcount(3)))).toEqual(pageCells.refcount(3));
});

test('what is loaded', () => {
  const facts = factsOf(loaded);
  expect([0, 1, 2].map((cpu) => facts.loaded(cpu))).toEqual([MM, OTHER, MM]);
  expect(factsOf([]).loaded(0)).toBeUndefined();
});

test('who has a root loaded that is not that of the address space any more', () => {
  const moved: Cells = [...loaded, [mmCells.pgd(0), 3], [mmCells.pgd(1), 2]];
  expect([factsOf(moved).onOldRoot(MM), factsOf(moved).onOldRoot(OTHER)]).toEqual([0b101, 0]);
  expect(factsOf([...moved, [hw.root(2), 3]]).onOldRoot(MM)).toBe(0b001);
  expect(factsOf([[mmCells.pgd(0), 3]]).onOldRoot(MM)).toBe(0);
});

describe('who holds a translation', () => {
  const held: Cells = [
    ...loaded,
    [hw.tlb(0, 0, PTE, 3), page5],
    [hw.tlb(1, 0, PTE, 3), page5],
    [hw.tlb(2, 0, PMD, 1), page5],
  ];
  test.each<[string, StoreFacts, number, number, ('pte' | 'pmd')[] | undefined, number]>([
    ['a page: who remembers it, and has its address space loaded', factsOf(held), 3, 4, undefined, 0b101],
    ['by level: base pages', factsOf(held), 3, 4, ['pte'], 0b001],
    ['by level: huge pages', factsOf(held), 3, 4, ['pmd'], 0b100],
    ['a huge page that the range only touches', factsOf(held), 2, 3, undefined, 0b100],
    ['before it', factsOf(held), 0, 2, undefined, 0],
    ['after it', factsOf(held), 4, 8, undefined, 0],
    ['nothing', factsOf(held), 3, 3, undefined, 0],
    [
      'a lazy CPU does not use what it remembers',
      factsOf([...held, [lazy(0), 1]], { spec: { lazy, cells: [lazy] } }),
      3,
      4,
      undefined,
      0b100,
    ],
    [
      'who has to flush before it runs on holds nothing',
      factsOf([...held, [owes(2), 2]], { spec: { owesFlush: { at: owes, bits: 2 }, cells: [owes] } }),
      3,
      4,
      undefined,
      0b001,
    ],
    [
      'for another reason it does',
      factsOf([...held, [owes(2), 1]], { spec: { owesFlush: { at: owes, bits: 2 }, cells: [owes] } }),
      3,
      4,
      undefined,
      0b101,
    ],
  ])('%s', (_says, facts, first, end, levels, cpus) =>
    expect(facts.tlbHolders(MM, first * PAGE, end * PAGE, levels)).toBe(cpus),
  );

  test('of the other address space', () => {
    const facts = factsOf([...loaded, [hw.tlb(1, 1, PTE, 3), page5], [hw.tlb(0, 1, PTE, 3), page5]]);
    expect(facts.tlbHolders(OTHER, 3 * PAGE, 4 * PAGE)).toBe(0b010);
  });
});

test('who remembers the way to a lowest table, lazy or not', () => {
  const facts = factsOf(
    [
      ...loaded,
      [hw.walkCache(0, 0, PMD, 1), 3],
      [hw.walkCache(2, 0, PGD, 0), 2],
      [hw.walkCache(1, 0, PMD, 1), 3],
      [lazy(0), 1],
    ],
    { spec: { lazy, cells: [lazy] } },
  );
  expect(facts.walkCacheHolders(MM, 2 * PAGE, 4 * PAGE)).toBe(0b001);
  expect(facts.walkCacheHolders(MM, 0, 2 * PAGE)).toBe(0);
});

test('who walks a table', () => {
  const facts = factsOf(
    [
      [ghosts.walking(1, PMD), 3],
      [ghosts.walking(2, PTE), 2],
      [ghosts.hardwareWalking(0), 3],
    ],
    { ghosts: [ghosts.walking, ghosts.hardwareWalking] },
  );
  expect([facts.walkersOf(3), facts.walkersOf(2), facts.walkersOf(1)]).toEqual([0b010, 0b100, 0]);
  expect([facts.hardwareWalkersOf(3), facts.hardwareWalkersOf(2)]).toEqual([0b001, 0]);
});

describe('what the tables map', () => {
  test.each<[string, number, number | undefined, number | undefined]>([
    ['a base page', 1 * PAGE, 5, page5],
    ['the first frame of a huge page', 2 * PAGE, 6, mkLeaf(6, USED)],
    ['the second', 3 * PAGE, 7, mkLeaf(6, USED)],
    ['nothing where the entry is empty', 0, undefined, undefined],
    ['nothing where the table is missing', 4 * PAGE, undefined, undefined],
  ])('%s', (_says, va, frame, leaf) => {
    expect(factsOf(tree).mappedFrame(MM, va)).toBe(frame);
    expect(factsOf(tree).mappedLeaf(MM, va)).toBe(leaf);
  });

  test('nothing of an address space without a root', () => {
    expect(factsOf(tree).mappedFrame(OTHER, PAGE)).toBeUndefined();
    expect(factsOf(tree).entryCell(OTHER, PAGE)).toBe(0);
  });
  test('a migration entry maps no page, a PROT_NONE entry does', () => {
    const swap = mkLeaf(5, F.SWAP);
    const none = mkLeaf(5, F.PROTNONE);
    expect(factsOf([...tree, [tableCells.entry(3, 1), swap]]).mappedLeaf(MM, PAGE)).toBeUndefined();
    expect(factsOf([...tree, [tableCells.entry(3, 1), none]]).mappedLeaf(MM, PAGE)).toBe(none);
  });
  test('a table that does not exist leads nowhere', () => {
    const facts = factsOf([...tree, [tableCells.entry(2, 0), mkTable(99)]]);
    expect(facts.mappedLeaf(MM, PAGE)).toBeUndefined();
    expect(facts.entryCell(MM, PAGE)).toBe(facts.cellOf(tableCells.entry(2, 0)));
  });
  test('the cell in which a walk ends', () => {
    const facts = factsOf(tree);
    const cells = [1, 0, 3, 4].map((page) => facts.entryCell(MM, page * PAGE));
    expect(cells).toEqual(
      [tableCells.entry(3, 1), tableCells.entry(3, 0), tableCells.entry(2, 1), tableCells.entry(1, 1)].map((at) =>
        facts.cellOf(at),
      ),
    );
    const notPresent = factsOf([...tree, [tableCells.entry(1, 0), mkTable(2) - F.PRESENT]]);
    expect(notPresent.entryCell(MM, PAGE)).toBe(facts.cellOf(tableCells.entry(1, 0)));
    const neither = factsOf([...tree, [tableCells.entry(1, 0), F.PRESENT]]);
    expect(neither.entryCell(MM, PAGE)).toBe(facts.cellOf(tableCells.entry(1, 0)));
  });
});

test('lists', () => {
  const facts = factsOf([[tableCells.pmd_huge_pte(2), [4, 5]]]);
  expect(facts.list(tableCells.pmd_huge_pte(2))).toEqual([4, 5]);
  expect(facts.list(tableCells.pmd_huge_pte(1))).toBeUndefined();
});

test('what a CPU remembers and may use: by level', () => {
  const facts = factsOf([
    ...loaded,
    [hw.tlb(1, 1, PTE, 3), page5],
    [hw.tlb(1, 1, PMD, 1), mkLeaf(6, USED)],
    [hw.tlb(0, 0, PTE, 3), mkLeaf(5, USED & ~F.ACCESSED)],
    [hw.tlb(0, 0, PTE, 4), mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED)],
  ]);
  expect(facts.remembered(0, 4 * PAGE).length).toBe(1);
  expect(facts.remembered(1, 3 * PAGE)).toEqual([
    { level: 'pte', entry: page5 },
    { level: 'pmd', entry: mkLeaf(6, USED) },
  ]);
  expect(facts.remembered(1, 4 * PAGE)).toEqual([]);
  expect(facts.remembered(0, 3 * PAGE)).toEqual([]);
});

test('tables that something keeps: what is in lists, and in cells that hold a table, not what CPUs remember', () => {
  const keeper = perCpu('keeper', 'table');
  const facts = factsOf(
    [
      [mmCells.pgd(0), 3],
      [tableCells.pmd_huge_pte(2), [4, 5]],
      [mmCells.cpumask(0), 7],
      [hw.rcuQueue(0), { name: 'a callback' }],
      [hw.walkCache(0, 0, PMD, 0), 7],
      [hw.root(0), 6],
      [keeper(0), 8],
    ],
    { spec: { cells: [keeper] } },
  );
  expect([...facts.tablesKept()].sort()).toEqual([3, 4, 5]);
});

describe('a CPU that faults again and again', () => {
  const readOnly = mkLeaf(5, USED & ~F.WRITE & ~F.DIRTY);
  const stale: Cells = [...loaded, ...tree, [hw.tlb(0, 0, PTE, 1), readOnly]];
  test.each<[string, boolean, Cells, Wanted]>([
    ['where what it remembers is stricter than the tables', true, stale, {}],
    [
      'not where it walks again',
      false,
      stale,
      { spec: { insufficientRights: { does: 'walks again', faultForgets: false } } },
    ],
    [
      'not where a fault forgets',
      false,
      stale,
      { spec: { insufficientRights: { does: 'faults', faultForgets: true } } },
    ],
    ['not where it remembers nothing', false, [...loaded, ...tree], {}],
    ['not where the tables are as strict', false, [...stale, [tableCells.entry(3, 1), readOnly]], {}],
    ['not where they map nothing', false, [...stale, [tableCells.entry(3, 1), 0]], {}],
    ['a huge page as well', true, [...loaded, ...tree, [hw.tlb(0, 0, PMD, 0), readOnly]], {}],
  ])('%s', (_says, keeps, given, wanted) => expect(factsOf(given, wanted).keepsFaulting(0, MM, PAGE)).toBe(keeps));
});

test('interrupts', () => {
  const facts = factsOf([
    [hw.irqOff(0), 2],
    [hw.inIrq(1), 1],
  ]);
  expect([0, 1, 2].map((cpu) => facts.interruptsOff(cpu))).toEqual([true, true, false]);
  const inside = factsOf(
    [
      [ghosts.inside(0), 1],
      [ghosts.interrupted(0, 1), 0b110],
      [ghosts.interrupted(0, 0), 0b010],
    ],
    { ghosts: [ghosts.inside, ghosts.interrupted] },
  );
  expect(inside.interruptedBy(0)).toBe(0b110);
});
