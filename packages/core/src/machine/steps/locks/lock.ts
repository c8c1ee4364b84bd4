/** Locks are one cell: 0 free, n readers, -1 a writer; a spinlock is 0 or 1. Owners are not stored: identical CPUs stay alike. */
import type { Cell, CellNames, Store } from '@shootdown/explorer';

interface OneLock {
  readonly lock: Cell;
}

/** Changes the lock and observes nothing. */
export const changes = (value: (was: number) => number) => ({
  apply({ lock }: OneLock, store: Store): number {
    store.set(lock, value(store.get(lock)));
    return 0;
  },
});

export const saysLock = (verb: string) => ({
  tell: ({ lock }: OneLock, _observed: number, names: CellNames): string => `${verb} ${names.name(lock)}`,
});
