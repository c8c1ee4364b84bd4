/** Pages of ranges and areas: the one place where watchers go through them. */
import type { Range } from '../words/address.ts';
import { areaNow } from '../words/areas.ts';
import type { Facts } from '../words/facts.ts';
import type { Geometry } from '../words/geometry.ts';
import { blockOf, PAGE_SIZE, spaceOf } from '../words/geometry.ts';
import { vmaCells, type Mm, type Vma } from '../words/objects.ts';
import type { AtEnd } from '../words/watch.ts';

/** One base page of an address space. */
export interface Page {
  readonly mm: Mm;
  /** Its number, and its first byte. */
  readonly page: number;
  readonly va: number;
}

/** Numbers of the base pages of a range, in order. */
export function pagesIn(g: Geometry, { start, end }: Range): number[] {
  const first = blockOf(g, 'pte', start);
  return Array.from({ length: blockOf(g, 'pte', Math.min(end, spaceOf(g)) - 1) - first + 1 }, (_, i) => first + i);
}

/** The areas that are mapped, with the bounds they have now. */
export const mappedAreas = ({ facts, vmas }: Pick<AtEnd, 'facts' | 'vmas'>): Vma[] =>
  vmas.flatMap((vma) => areaNow(facts.geometry, vma, facts.value(vmaCells.attached(vma.id))) ?? []);

/** Every base page of every area that is mapped now. */
export function* mappedPages({ facts, vmas }: AtEnd): Generator<Page> {
  for (const vma of mappedAreas({ facts, vmas }))
    for (const page of pagesIn(facts.geometry, vma)) yield pageOf(facts, vma.mm, page);
}

/** Every base page of every address space, whether an area holds it or not. */
export function* allPages({ facts, mms }: AtEnd): Generator<Page> {
  for (const mm of mms)
    for (const page of pagesIn(facts.geometry, { start: 0, end: spaceOf(facts.geometry) }))
      yield pageOf(facts, mm, page);
}

const pageOf = (facts: Facts, mm: Mm, page: number): Page => ({ mm, page, va: page * PAGE_SIZE(facts.geometry) });

/** `page 2`, and whose, where there are several address spaces. */
export const pageName = ({ mms }: Pick<AtEnd, 'mms'>, { mm, page }: Pick<Page, 'mm' | 'page'>): string =>
  mms.length > 1 ? `page ${page} of address space ${mm.id}` : `page ${page}`;
