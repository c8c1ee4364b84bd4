import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { NOTHING, says, updates } from './access.ts';

/** atomic_andnot, clear_bit: clears bits, and observes nothing. Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Bitwise". */
export const andnot = stepKind('andnot', { at: cell, bits: number }, () => ({
  ...updates((old, { bits }: { bits: number }) => old - (old & bits), NOTHING),
  ...says('clear bits of'),
}));
