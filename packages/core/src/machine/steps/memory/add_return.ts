import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { NEW, says, updates } from './access.ts';

/** atomic_add_return: adds, and observes the sum. Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Arithmetic". */
export const add_return = stepKind('add_return', { at: cell, n: number }, () => ({
  ...updates((old, { n }: { n: number }) => old + n, NEW),
  ...says('add_return'),
}));
