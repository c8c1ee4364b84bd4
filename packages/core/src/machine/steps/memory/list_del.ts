import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { NOTHING, says, updates } from './access.ts';
import { idOfList, listAt } from './lists.ts';

/** list_del: takes a number out of a list, wherever it stands. Source: Linux, include/linux/list.h. Simplified: one action. */
export const list_del = stepKind('list_del', { at: cell, value: number }, (p: Parts) => ({
  ...updates(
    (old, { value }: { value: number }) =>
      idOfList(
        p,
        listAt(p, old).filter((one) => one !== value),
      ),
    NOTHING,
  ),
  ...says('remove from'),
}));
