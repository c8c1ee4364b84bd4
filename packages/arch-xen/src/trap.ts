/** A plain write to a read-only page traps into Xen, which emulates it where it can: in lowest tables. */
import type { WriteTrap } from '@shootdown/core/plugin';
import { xen } from './cells.ts';
import { rule, RULES } from './rules.ts';
import { L1 } from './typing.ts';

/**
 * Linux lets locked updates of PTEs (xchg in ptep_get_and_clear, btr in ptep_set_wrprotect) run into this trap: Xen decodes
 * the instruction and does it in one piece, so that accessed and dirty are not lost.
 */
export const writablePagetables: WriteTrap = {
  readOnly: xen.readOnly,
  rules: RULES.map(({ says }) => says),
  judge(value, table, how) {
    if (how === 'freed') return rule('freed writable');
    const type = value(xen.type(table));
    if (type === L1) return 0;
    return rule(type > L1 ? 'upper by hypercall' : 'pinned under lock');
  },
};
