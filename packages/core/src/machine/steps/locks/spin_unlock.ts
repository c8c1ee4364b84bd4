import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/** Gives the lock back: a store with release semantics. Source: Linux, include/asm-generic/qspinlock.h, `queued_spin_unlock`. */
export const spin_unlock = stepKind(
  'spin_unlock',
  { lock: cell },
  () => ({
    ...changes(() => 0),
    stores: ({ lock }) => ({ at: lock, value: 0 }),
    ...saysLock('spin_unlock'),
  }),
  'store',
);
