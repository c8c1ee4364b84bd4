import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { updates } from './access.ts';
import { idOfList, listAt } from './lists.ts';

/** Takes the first number of a list, and observes it; 0 where the list is empty. Source: Linux, include/linux/llist.h. Simplified: one action. */
export const list_take = stepKind('list_take', { at: cell }, (p: Parts) => ({
  ...updates(
    (old) => idOfList(p, listAt(p, old).slice(1)),
    (old) => listAt(p, old)[0] ?? 0,
  ),
  tell: ({ at }, observed, names) => `take from ${names.name(at)} -> ${observed}`,
}));
