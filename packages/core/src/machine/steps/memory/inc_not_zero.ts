import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { updates } from './access.ts';

/**
 * atomic_inc_not_zero: adds one where there is one already, and observes whether it did (1) or not (0).
 * Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Reference count"; include/linux/page_ref.h.
 */
export const inc_not_zero = stepKind('inc_not_zero', { at: cell }, () => ({
  ...updates(
    (old) => (old === 0 ? 0 : old + 1),
    (old) => (old === 0 ? 0 : 1),
  ),
  tell: ({ at }, observed, names) => `inc_not_zero ${names.name(at)} -> ${observed ? 'done' : 'it is zero'}`,
}));
