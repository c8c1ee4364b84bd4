/** Finding and removing what a CPU remembers of translations, as functions over a store. */
import type { CpuId, Va } from '../words/address.ts';
import type { Cell } from '../words/cells.ts';
import {
  F,
  frameOf,
  has,
  isLeaf,
  isTable,
  isValid,
  mapsPage,
  tableOf,
  type Entry,
  type Pfn,
  type Table,
} from '../words/entry.ts';
import type { Invalidation } from '../words/cpu.ts';
import {
  blockOf,
  entriesOf,
  indexOf,
  levelIndex,
  PAGE_SIZE,
  sizeOf,
  spaceOf,
  walkLevels,
  type Level,
} from '../words/geometry.ts';
import { tableCells } from '../words/objects.ts';
import { CAREFUL, type InsufficientRights, type MachineSpec } from '../words/spec.ts';
import type { Store } from '@shootdown/explorer';
import { hw } from './hardware.ts';
import { reader, type Parts } from './parts.ts';

/** Levels whose entries may be leaves: base pages and huge pages. */
export const LEAF_LEVELS: readonly Level[] = ['pte', 'pmd'];

/** The frame of the base page at `va`, below a leaf of `level`. */
export const frameAt = (p: Parts, level: Level, entry: Entry, va: Va): Pfn =>
  frameOf(entry) + Math.floor((va % sizeOf(p.geometry, level)) / PAGE_SIZE(p.geometry));

/**
 * May the hardware use a remembered (or just read) leaf as it is? A write needs the dirty flag: setting it means going
 * to memory again.
 */
export const usable = (entry: Entry, write: boolean): boolean =>
  has(entry, F.PRESENT | F.USER | F.ACCESSED | F.LEAF) && (!write || has(entry, F.WRITE | F.DIRTY));

/** What the hardware may do with a write through an entry that it remembers, if the entry does not do for it as it is. Nothing is remembered: it walks. */
export function withRights(
  { insufficientRights: { does } = CAREFUL, hardwareDirty }: Pick<MachineSpec, 'insufficientRights' | 'hardwareDirty'>,
  entry: Entry,
): InsufficientRights['does'] {
  if (!usable(entry, false) || usable(entry, true)) return 'walks again';
  if (has(entry, F.FAULTED)) return 'faults';
  if (!has(entry, F.WRITE) || hardwareDirty === 'never') return does;
  // Writable and clean. To set dirty the hardware goes to memory; where it need not do that, it may fault.
  return hardwareDirty === 'always' || does === 'walks again' ? 'walks again' : 'may fault';
}

/** Blocks of `level` that overlap the range, within the address space: an empty range overlaps none. */
export function blocks(p: Parts, level: Level, start: Va, end: Va): readonly [number, number] {
  if (start >= end) return [0, 0];
  const size = sizeOf(p.geometry, level);
  return [Math.floor(Math.max(0, start) / size), Math.ceil(Math.min(end, spaceOf(p.geometry)) / size)];
}

/** Removes from one CPU what an invalidation names. */
export function invalidate(p: Parts, store: Store, cpu: CpuId, what: Invalidation): void {
  const asids = Array.from({ length: p.layout.sizes.mm }, (_, i) => i).filter(
    (asid) => what.asid < 0 || what.asid === asid,
  );
  const drop = (region: typeof hw.tlb, asid: number, level: Level, start: Va, end: Va): void => {
    const [first, last] = blocks(p, level, start, end);
    if (first >= last) return;
    // Blocks stand side by side. A real address space has too many of them to look at each.
    const from = p.layout.cell(region(cpu, asid, levelIndex(level), first));
    const known = store.held?.(from, from + last - first);
    if (known) for (const cell of known) store.set(cell, 0);
    else for (let cell = from; cell < from + last - first; cell++) if (store.get(cell) !== 0) store.set(cell, 0);
  };
  for (const asid of asids) {
    for (const level of what.leaves) drop(hw.tlb, asid, level, what.start, what.end);
    if (what.walkCache === 'none') continue;
    const [start, end] = what.walkCache === 'all' ? [0, spaceOf(p.geometry)] : [what.start, what.end];
    for (const level of walkLevels(p.geometry)) if (level !== 'pte') drop(hw.walkCache, asid, level, start, end);
  }
}

/** Where a hardware walk starts: the lowest table the CPU remembers the way to, or the root. */
export function walkStart(p: Parts, store: Store, cpu: CpuId, va: Va): { level: Level; table: Table } | undefined {
  const { get } = reader(p);
  const asid = get(store, hw.asid(cpu));
  const levels = walkLevels(p.geometry);
  for (let i = levels.length - 1; i > 0; i--) {
    const upper = levels[i - 1] as Level;
    const table = get(store, hw.walkCache(cpu, asid, levelIndex(upper), blockOf(p.geometry, upper, va)));
    if (table !== 0) return { level: levels[i] as Level, table };
  }
  const root = get(store, hw.root(cpu));
  return root === 0 ? undefined : { level: levels[0] as Level, table: root };
}

/** The leaf that the tables hold for `va`, walking memory as it is now. */
export function leafInMemory(p: Parts, store: Store, root: Table, va: Va): { level: Level; entry: Entry } | undefined {
  const { level, cell } = endOfWalk(p, store, root, va);
  const entry = cell === undefined ? 0 : store.get(cell);
  return mapsPage(entry) ? { level, entry } : undefined;
}

/** The cell of the entry in which a walk to `va` ends: a leaf, or whatever leads no further. */
export const leafCell = (p: Parts, store: Store, root: Table, va: Va): Cell => endOfWalk(p, store, root, va).cell ?? 0;

function endOfWalk(p: Parts, store: Store, root: Table, va: Va): { level: Level; cell?: Cell } {
  const levels = walkLevels(p.geometry);
  let table = root;
  let last: Cell | undefined;
  for (const level of levels) {
    const at = tableCells.entry(table, indexOf(p.geometry, level, va));
    // A pointer that leads nowhere leads to no leaf.
    if (table === 0 || !p.layout.has(at)) break;
    last = p.layout.cell(at);
    const entry = store.get(last);
    if (isLeaf(entry) || !isValid(entry) || !isTable(entry)) return { level, cell: last };
    table = tableOf(entry);
  }
  return last === undefined ? { level: 'pte' } : { level: 'pte', cell: last };
}

/** Entries of the biggest table. */
export const widest = (p: Parts): number => Math.max(...walkLevels(p.geometry).map((l) => entriesOf(p.geometry, l)));
