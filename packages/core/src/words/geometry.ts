/** The shape of a page-table tree. The same kernel code runs on a real shape (512 entries) and on a small one (2 entries). */
import type { Va } from './address.ts';

/** Page-table levels from the leaf up, with the kernel's names. */
export const LEVELS = ['pte', 'pmd', 'pud', 'p4d', 'pgd'] as const;
export type Level = (typeof LEVELS)[number];

/** How many index bits each level has; a level with 0 bits is folded into the one above. */
export interface Geometry {
  /** log2 of the base page size in bytes. */
  readonly pageShift: number;
  readonly bits: Readonly<Record<Level, number>>;
}

const below = (level: Level): Level[] => LEVELS.slice(0, LEVELS.indexOf(level));

/** log2 of the bytes that one entry of `level` maps. */
export function shiftOf(g: Geometry, level: Level): number {
  let shift = g.pageShift;
  for (let i = 0; LEVELS[i] !== level; i++) shift += g.bits[LEVELS[i]!];
  return shift;
}

/** Powers of two: to look one up is quicker than `**`. */
const POWER = Array.from({ length: 64 }, (_, n) => 2 ** n);
const powerOf = (n: number): number => POWER[n] ?? 2 ** n;

/** Bytes that one entry of `level` maps: the page size for `pte`, the huge page size for `pmd`. */
export const sizeOf = (g: Geometry, level: Level): number => powerOf(shiftOf(g, level));

/** Entries in a table of `level`; 1 when folded. */
export const entriesOf = (g: Geometry, level: Level): number => powerOf(g.bits[level]);

/** Table index of `va` at `level`. */
export const indexOf = (g: Geometry, level: Level, va: Va): number =>
  Math.floor(va / sizeOf(g, level)) % entriesOf(g, level);

/** Number of the `level`-sized block that holds `va`, counted from address 0. */
export const blockOf = (g: Geometry, level: Level, va: Va): number => Math.floor(va / sizeOf(g, level));

export const isFolded = (g: Geometry, level: Level): boolean => g.bits[level] === 0;

/** The next level that has tables of its own, going down; `undefined` under `pte`. */
export const levelBelow = (g: Geometry, level: Level): Level | undefined =>
  below(level).findLast((l) => !isFolded(g, l));

/** Bytes of the whole address space. */
export const spaceOf = (g: Geometry): number => sizeOf(g, 'pgd') * entriesOf(g, 'pgd');

export const PAGE_SIZE = (g: Geometry): number => sizeOf(g, 'pte');
export const HPAGE_PMD_SIZE = (g: Geometry): number => sizeOf(g, 'pmd');
/** Base pages in one huge page. */
export const HPAGE_PMD_NR = (g: Geometry): number => entriesOf(g, 'pte');
export const roundDown = (va: Va, size: number): Va => Math.floor(va / size) * size;
/** End of the `level`-sized block of `va`, but not past `end`: the kernel's pXd_addr_end. */
export const addrEnd = (g: Geometry, level: Level, va: Va, end: Va): Va =>
  Math.min(roundDown(va, sizeOf(g, level)) + sizeOf(g, level), end);

/** Levels that have tables of their own, from the top down: what the hardware walks. */
export function walkLevels(g: Geometry): readonly Level[] {
  let levels = walked.get(g);
  if (!levels) walked.set(g, (levels = LEVELS.toReversed().filter((l) => !isFolded(g, l))));
  return levels;
}
const walked = new WeakMap<Geometry, readonly Level[]>();
export const levelIndex = (level: Level): number => LEVELS.indexOf(level);
export const levelAt = (index: number): Level => LEVELS[index] ?? 'pte';
