/** Pointers that lead nowhere: what kernel code under test computed where no cell is, in words. */
import { refName, type Ref } from '../words/cells.ts';
import type { Layout } from './layout.ts';

/** Why code that went through such a pointer does not go on: Linux would have crashed there, or worse. That it did is a claim that breaks. */
export const CRASHED = 'the code went through a pointer that leads nowhere';

/** Kinds of things whose number 0 is a null pointer. */
const COUNTED_FROM_ONE = new Set(['table', 'page']);

/**
 * Does a pointer lead to something? Not if an index is out of range, and not if a table or a frame is number 0, which nobody is given.
 * @param at what code wants to use
 */
export const leadsNowhere = (layout: Layout, at: Ref): boolean =>
  (at.at[0] === 0 && COUNTED_FROM_ONE.has(at.region.dims[0] ?? '')) || !layout.has(at);

/**
 * Says what is wrong with it: `ptl[-48]: P48 is no page table`.
 * @param at a reference that leads nowhere
 */
export function tellWild(layout: Layout, at: Ref): string {
  const i = at.at.findIndex((n, k) => !(n >= 0 && n < layout.sizes[at.region.dims[k]!]));
  const [kind, index] = [at.region.dims[Math.max(0, i)], at.at[Math.max(0, i)] ?? Number.NaN];
  return `${refName(at)}: ${why(kind ?? 'cell', index)}`;
}

/** Numbers that `tableOf` and `frameOf` took from an entry of the other kind are below 0. */
function why(kind: string, index: number): string {
  if (index === 0)
    return kind === 'table' ? 'a null pointer is taken for a page table' : 'a null pointer is taken for a page';
  if (index < 0 && kind === 'table') return `P${-index} is no page table, a leaf was taken for one`;
  if (index < 0 && kind === 'page') return `T${-index} is no page, a page table was taken for one`;
  return `there is no ${kind} ${index}`;
}
