import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { updates } from './access.ts';

/**
 * atomic_dec_and_test: takes one away, and observes whether none is left (1) or not (0).
 * Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Reference count".
 */
export const dec_and_test = stepKind('dec_and_test', { at: cell }, () => ({
  ...updates(
    (old) => old - 1,
    (_old, next) => (next === 0 ? 1 : 0),
  ),
  tell: ({ at }, observed, names) => `dec_and_test ${names.name(at)} -> ${observed ? 'zero' : 'not zero'}`,
}));
