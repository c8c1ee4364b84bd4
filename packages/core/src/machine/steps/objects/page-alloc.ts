import { pageCells } from '../../../words/objects.ts';
import { number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { firstFrame, LIFE, NOTHING_LEFT } from './pools.ts';

/**
 * Takes 2^order frames side by side, with one reference; every frame knows its head; observes the first frame, or that none is left.
 * Source: Linux, mm/page_alloc.c, `alloc_pages`. Simplified: no frame is given out a second time, so that whoever uses a freed one is seen.
 */
export const page_alloc = stepKind('page.alloc', { order: number }, (p: Parts) => ({
  apply({ cpu, order }, store) {
    const { get, set } = reader(p);
    const size = 2 ** order;
    const taken = Math.ceil(get(store, hw.framesTaken(cpu)) / size) * size;
    if (taken + size > p.pool.frames) return NOTHING_LEFT;
    const pfn = firstFrame(p, cpu) + taken;
    set(store, hw.framesTaken(cpu), taken + size);
    // Frames stand side by side, and so do the words of a table.
    const life = p.layout.cell(pageCells.life(pfn));
    const head = p.layout.cell(pageCells.head(pfn));
    for (let i = 0; i < size; i++) {
      store.set(life + i, LIFE.allocated);
      store.set(head + i, pfn);
    }
    set(store, pageCells.refcount(pfn), 1);
    set(store, pageCells.order(pfn), order);
    return pfn;
  },
  tell: ({ order }, observed) =>
    `allocates ${order ? 'a huge page' : 'a page'}: ${observed === NOTHING_LEFT ? 'none is left' : `P${observed}`}`,
}));
