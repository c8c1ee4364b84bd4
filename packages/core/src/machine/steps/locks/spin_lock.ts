import { zero } from '@shootdown/explorer';
import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/**
 * Waits until nobody holds the lock, and holds it. Simplified: no order among those who wait (ticket or queued locks have one).
 * Source: Linux, Documentation/locking/spinlocks.rst.
 */
export const spin_lock = stepKind('spin_lock', { lock: cell }, () => ({
  needs: ({ lock }) => zero(lock),
  ...changes(() => 1),
  ...saysLock('spin_lock'),
}));
