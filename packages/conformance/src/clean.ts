/** A clean writable entry, and what is still one. */
import { F, frameOf, has, type Entry } from '@shootdown/core/plugin';

export const CLEAN = F.PRESENT | F.USER | F.ACCESSED | F.WRITE;

/** Does an entry still map what it mapped, with these permissions at least? */
export const maps = (entry: Entry, what: Entry, flags: number): boolean =>
  frameOf(entry) === frameOf(what) && has(entry, flags | F.LEAF);
