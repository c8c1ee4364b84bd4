import { tableCells } from '../../../words/objects.ts';
import { level } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { firstTable, LIFE, NOTHING_LEFT } from './pools.ts';

/**
 * Takes an empty page table; observes it, or that none is left. The level is for traces: a table is a page.
 * Source: Linux, include/asm-generic/pgalloc.h. Simplified: no table is given out a second time.
 */
export const table_alloc = stepKind('table.alloc', { level }, (p: Parts) => ({
  apply({ cpu }, store) {
    const { get, set } = reader(p);
    const taken = get(store, hw.tablesTaken(cpu));
    if (taken >= p.pool.tables) return NOTHING_LEFT;
    const table = firstTable(p, cpu) + taken;
    set(store, hw.tablesTaken(cpu), taken + 1);
    set(store, tableCells.life(table), LIFE.allocated);
    return table;
  },
  tell: ({ level: of }, observed) =>
    `allocates a ${of} table: ${observed === NOTHING_LEFT ? 'none is left' : `T${observed}`}`,
}));
