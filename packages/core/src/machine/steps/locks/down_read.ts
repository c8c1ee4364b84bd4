import { when } from '@shootdown/explorer';
import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/**
 * Waits until no writer is in, and is one reader more. Simplified: a writer who waits keeps no reader out.
 * Source: Linux, kernel/locking/rwsem.c, `down_read`.
 */
export const down_read = stepKind('down_read', { lock: cell }, () => ({
  needs: ({ lock }) => when(lock, (value) => value >= 0),
  ...changes((was) => was + 1),
  ...saysLock('down_read'),
}));
