import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { observesCell, OLD, says, updates } from './access.ts';

/**
 * Stores a value where the expected one is, else changes nothing; observes what was there in both cases.
 * Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Swap".
 */
export const cmpxchg = stepKind('cmpxchg', { at: cell, expected: number, value: number }, (p: Parts) => ({
  ...updates((old, { expected, value }: { expected: number; value: number }) => (old === expected ? value : old), OLD),
  ...observesCell(p),
  ...says('cmpxchg'),
}));
