import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';

/**
 * Holds the lock if nobody does, and never waits: observes whether it holds it (1) or not (0).
 * Source: Linux, include/asm-generic/qspinlock.h, `queued_spin_trylock`.
 */
export const spin_trylock = stepKind('spin_trylock', { lock: cell }, () => ({
  apply({ lock }, store) {
    if (store.get(lock) !== 0) return 0;
    store.set(lock, 1);
    return 1;
  },
  tell: ({ lock }, observed, names) => `spin_trylock ${names.name(lock)} -> ${observed ? 'taken' : 'busy'}`,
}));
