import { POISON } from '../../../words/entry.ts';
import { tableCells } from '../../../words/objects.ts';
import { table } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { reader, type Parts } from '../../parts.ts';
import { widest } from '../../translation.ts';
import { ended, LIFE } from './pools.ts';

/**
 * Gives a page table back: its words are no entries any more, whoever still looks there. Observes 1 where it was free already.
 * Source: Linux, include/asm-generic/pgalloc.h, `pte_free`. Simplified: the next owner writes poison in the same step.
 */
export const table_free = stepKind('table.free', { table }, (p: Parts) => ({
  apply({ table: freed }, store) {
    const { get, set } = reader(p);
    const life = ended(get(store, tableCells.life(freed)));
    const first = p.layout.cell(tableCells.entry(freed, 0));
    for (let i = 0; i < widest(p); i++) store.set(first + i, POISON);
    set(store, tableCells.life(freed), life);
    return life === LIFE.freedTwice ? 1 : 0;
  },
  tell: ({ table: freed }) => `frees table T${freed}`,
}));
