/**
 * The bounds and flags that an area has now, in one number. A handle says what was declared; when an area is cut, or its
 * protection changes, what holds from then on is the value of its cell `vmaCells.attached`:
 *
 *   0 not mapped · -1 not mapped, but pieces of it may be · else
 *   1 + protection (0 as declared, 1 none, 2 read-only, 3 read-write)
 *     + 4 * huge pages (0 as declared, 1 always, 2 never, 3 unadvised)
 *     + 16 * (pages cut off below + pages declared * pages cut off above)
 *
 * All functions here are pure: none is a step.
 */
import { PAGE_SIZE, type Geometry } from './geometry.ts';
import type { Protection, Vma } from './objects.ts';

const PROTECTIONS: readonly Protection[] = ['none', 'read-only', 'read-write'];
const THPS: readonly Vma['thp'][] = ['always', 'never', 'unadvised'];
const FLAGS = 4 * (1 + THPS.length);

/** The cell of an area that is not mapped itself, while pieces that were cut from it may be. */
export const CUT_AWAY = -1;

/** Number of the declared area that an area is, or is a piece of. */
export const wholeOf = (vma: Vma): number => vma.pieceOf ?? vma.id;

/** Pages cut off at both ends, in one number; 0 when the bounds are those that were declared. */
const cutOf = (attached: number): number => Math.floor((attached - 1) / FLAGS);

/** Does a mapped area share an address with a range, as it is now? Cheaper than to look at `areaNow`. */
export function reachesInto(g: Geometry, { start, end }: Vma, attached: number, from: number, to: number): boolean {
  if (attached <= 0 || start >= to || from >= end) return false;
  const cut = cutOf(attached);
  if (cut === 0) return true;
  const size = PAGE_SIZE(g);
  const pages = (end - start) / size;
  return start + (cut % pages) * size < to && from < end - Math.floor(cut / pages) * size;
}

/**
 * The area as it is now.
 * @param declared the handle as it was made
 * @param attached what its cell holds
 * @returns undefined when it is not mapped
 */
export function areaNow(g: Geometry, declared: Vma, attached: number): Vma | undefined {
  if (attached <= 0) return undefined;
  if (attached === 1) return declared;
  const size = PAGE_SIZE(g);
  const pages = (declared.end - declared.start) / size;
  const flags = (attached - 1) % FLAGS;
  const cut = cutOf(attached);
  const start = declared.start + (cut % pages) * size;
  const end = declared.end - Math.floor(cut / pages) * size;
  const thp = THPS[Math.floor(flags / 4) - 1] ?? declared.thp;
  const prot = PROTECTIONS[(flags % 4) - 1];
  return prot === undefined ? { ...declared, start, end, thp } : { ...declared, start, end, thp, prot };
}

/** What the cell of a handle holds while the area is `now`: the inverse of `areaNow`. */
export function attachedAs(g: Geometry, declared: Vma, now: Vma): number {
  const size = PAGE_SIZE(g);
  const pages = (declared.end - declared.start) / size;
  const prot = now.prot === declared.prot || now.prot === undefined ? 0 : 1 + PROTECTIONS.indexOf(now.prot);
  const thp = now.thp === declared.thp ? 0 : 1 + THPS.indexOf(now.thp);
  const below = (now.start - declared.start) / size;
  const above = (declared.end - now.end) / size;
  return 1 + prot + 4 * thp + FLAGS * (below + pages * above);
}

/** May pieces of the area be mapped beside it? Asked of the cell of a declared area. */
export const isCut = (attached: number): boolean => attached === CUT_AWAY || attached > FLAGS;
