import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { NOTHING, updates } from './access.ts';

/**
 * atomic_add: adds, and observes nothing, so additions may change places.
 * Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Arithmetic".
 */
export const add = stepKind('add', { at: cell, n: number }, () => ({
  ...updates((old, { n }: { n: number }) => old + n, NOTHING),
  commutes: ({ at }) => [at],
  tell: ({ at, n }, _observed, names) => `add ${n} to ${names.name(at)}`,
}));
