import { pageCells } from '../../../words/objects.ts';
import { frame } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { reader, type Parts } from '../../parts.ts';
import { ended, LIFE } from './pools.ts';

/**
 * Gives all frames back that were allocated with this one; observes 1 where they were free already.
 * Source: Linux, mm/page_alloc.c, `__free_pages`. Says nothing about references: callers count.
 */
export const page_free = stepKind('page.free', { frame }, (p: Parts) => ({
  apply({ frame: pfn }, store) {
    const { get, set } = reader(p);
    const order = get(store, pageCells.order(pfn));
    for (let f = pfn; f < pfn + 2 ** order; f++) set(store, pageCells.life(f), ended(get(store, pageCells.life(f))));
    return get(store, pageCells.life(pfn)) === LIFE.freedTwice ? 1 : 0;
  },
  tell: ({ frame: pfn }) => `frees P${pfn}`,
}));
