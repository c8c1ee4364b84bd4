/** What an invalidation names, in words. */
import type { Invalidation } from '../../../words/cpu.ts';
import { blockOf } from '../../../words/geometry.ts';
import type { Parts } from '../../parts.ts';

export const invalidationOf = (p: Parts, record: number): Invalidation => p.records.get(record) as Invalidation;

/** `pages 0..1 (pte leaves) and walk caches` */
export function showInvalidation(p: Parts, { start, end, leaves, walkCache }: Invalidation): string {
  const page = (va: number): number => blockOf(p.geometry, 'pte', va);
  const isAll = end >= p.layout.sizes.block * 2 ** p.geometry.pageShift;
  const range = isAll ? 'everything' : `pages ${page(start)}..${page(end - 1)}`;
  return `${range}${leaves.length === 1 ? ` (${leaves[0]} leaves)` : ''}${walkCache === 'none' ? '' : ' and walk caches'}`;
}
