import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { observesCell, OLD, says, updates } from './access.ts';

/** Stores a value, and observes what was there before. Source: Linux, Documentation/atomic_t.txt, "RMW atomic operations: Swap". */
export const xchg = stepKind('xchg', { at: cell, value: number }, (p: Parts) => ({
  ...updates((_old, { value }: { value: number }) => value, OLD),
  ...observesCell(p),
  ...says('xchg'),
}));
