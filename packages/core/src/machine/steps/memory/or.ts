import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { NOTHING, says, updates } from './access.ts';

/** atomic_or, set_bit: sets bits, and observes nothing. Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Bitwise". */
export const or = stepKind('or', { at: cell, bits: number }, () => ({
  // Values have more than 32 bits, so the new bits are added.
  ...updates((old, { bits }: { bits: number }) => old + (bits & ~old), NOTHING),
  ...says('set bits of'),
}));
