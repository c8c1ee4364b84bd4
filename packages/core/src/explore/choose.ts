/** Which processes to let move: where reductions go. */
import type { Search } from './search.ts';

/**
 * Chooses which of the processes that can move are let move. May reorder and shorten `ready[0..count)`; returns the new count.
 * This is where a partial-order reduction goes: leaving a process out must be shown to lose no verdict.
 */
export type Chooser = (ready: Int32Array, count: number, state: number, search: Search) => number;

/** No reduction. */
export const everyone: Chooser = (_ready, count) => count;
