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
import { entriesOf, walkLevels, type Level } from '../words/geometry.ts';
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
export function treesOf({ facts, mms }: Pick<AtEnd, 'facts' | 'mms'>): Trees {
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
export const headOf = (facts: Facts, frame: Pfn): Pfn => facts.value(pageCells.head(frame));

/** The frames of a folio. */
export const framesOf = (facts: Facts, head: Pfn): Pfn[] =>
  Array.from({ length: 2 ** facts.value(pageCells.order(head)) }, (_, i) => head + i);

/** Mappings that a folio counts, by base pages and as a whole. */
export const countedMappings = (facts: Facts, head: Pfn): number =>
  framesOf(facts, head).reduce(
    (sum, frame) => sum + facts.value(pageCells.mapcount(frame)),
    facts.value(pageCells.entire_mapcount(head)),
  );

/** Mappings of each folio, by its head: an entry of a base page counts one, a huge entry counts one. The zero pages count nothing. */
export function mappingsOf(facts: Facts, { leaves }: Trees, hugeZero: Pfn): ReadonlyMap<Pfn, readonly Leaf[]> {
  const found = new Map<Pfn, Leaf[]>();
  for (const leaf of leaves) {
    if (!mapsPage(leaf.entry) || hasAny(leaf.entry, F.SPECIAL) || frameOf(leaf.entry) === hugeZero) continue;
    const head = headOf(facts, frameOf(leaf.entry));
    found.set(head, [...(found.get(head) ?? []), leaf]);
  }
  return found;
}
