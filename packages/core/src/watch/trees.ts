/** The page tables of every address space, as they stand where everything has ended. */
import type { Facts } from '../words/facts.ts';
import {
  F,
  frameOf,
  hasAny,
  isLeaf,
  isTable,
  isValid,
  mapsPage,
  tableOf,
  type Entry,
  type Pfn,
  type Table,
} from '../words/entry.ts';
import { entriesOf, HPAGE_PMD_NR, roundDown, walkLevels, type Level } from '../words/geometry.ts';
import { mmCells, pageCells, tableCells, type Mm, type Slot } from '../words/objects.ts';
import type { AtEnd } from '../words/watch.ts';

/** One entry that maps something, or holds the place of what will be mapped. */
export interface Leaf {
  readonly mm: Mm;
  readonly slot: Slot;
  readonly entry: Entry;
}

/** What is found from the roots. */
export interface Trees {
  readonly leaves: readonly Leaf[];
  readonly tables: ReadonlySet<Table>;
}

const ALLOCATED = 1;

/** Walks the tables of every address space that has not been given back. */
export function treesOf({ facts, mms }: AtEnd): Trees {
  const leaves: Leaf[] = [];
  const tables = new Set<Table>();
  for (const mm of mms) {
    const root = facts.value(mmCells.pgd(mm.id));
    if (root !== 0 && facts.value(tableCells.life(root)) === ALLOCATED) walk(facts, mm, root, 0, leaves, tables);
  }
  return { leaves, tables };
}

function walk(facts: Facts, mm: Mm, table: Table, depth: number, leaves: Leaf[], tables: Set<Table>): void {
  const level: Level | undefined = walkLevels(facts.geometry)[depth];
  if (level === undefined || tables.has(table)) return;
  tables.add(table);
  for (let index = 0; index < entriesOf(facts.geometry, level); index++) {
    const slot: Slot = { level, table, index };
    const entry = facts.entry(slot);
    if (isLeaf(entry)) leaves.push({ mm, slot, entry });
    else if (isValid(entry) && isTable(entry)) walk(facts, mm, tableOf(entry), depth + 1, leaves, tables);
  }
}

/** The frame where the counts of a page are. */
export function headOf(facts: Facts, frame: Pfn): Pfn {
  const head = roundDown(frame, HPAGE_PMD_NR(facts.geometry));
  return facts.value(pageCells.order(head)) > 0 ? head : frame;
}

/** Mappings of each page, by its head: an entry of a base page counts one, a huge entry counts one. The zero pages count nothing. */
export function mappingsOf(facts: Facts, { leaves }: Trees, hugeZero: Pfn): ReadonlyMap<Pfn, readonly Leaf[]> {
  const found = new Map<Pfn, Leaf[]>();
  for (const leaf of leaves) {
    if (!mapsPage(leaf.entry) || hasAny(leaf.entry, F.SPECIAL) || frameOf(leaf.entry) === hugeZero) continue;
    const head = headOf(facts, frameOf(leaf.entry));
    found.set(head, [...(found.get(head) ?? []), leaf]);
  }
  return found;
}
