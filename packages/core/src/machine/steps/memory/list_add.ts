import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { NOTHING, says, updates } from './access.ts';
import { idOfList, listAt } from './lists.ts';

/** llist_add, list_add_tail: puts a number at the end of a list. Source: Linux, include/linux/llist.h. Simplified: one action. */
export const list_add = stepKind('list_add', { at: cell, value: number }, (p: Parts) => ({
  ...updates((old, { value }: { value: number }) => idOfList(p, [...listAt(p, old), value]), NOTHING),
  ...says('add to'),
}));
