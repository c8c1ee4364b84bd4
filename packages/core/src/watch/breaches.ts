/** Breaches that are noticed in the middle of a step: a flag of their own, set for good, which is judged after it. */
import { region } from '../words/cells.ts';
import type { Facts } from '../words/facts.ts';

/** By the watcher that sets it. Its value says what was seen: 1 + a frame or a token. */
export const breach = {
  freed: region('ghost.reached a freed page', [], { ghost: true }),
  lost: region('ghost.read something else', [], { ghost: true }),
  removed: region('ghost.reached a removed page', [], { ghost: true }),
  forbidden: region('ghost.access without permission', [], { ghost: true }),
  foreign: region('ghost.saw what another process stored', [], { ghost: true }),
};

/** Steps in which user code reaches a page. */
export const ACCESSES = ['mmu.lookup', 'mmu.finish'] as const;

/** Is the flag still down? */
export const unbroken =
  (flag: keyof typeof breach) =>
  (facts: Facts): boolean =>
    facts.value(breach[flag]()) === 0;
/** What the flag says was seen. */
export const seenBy = (facts: Facts, flag: keyof typeof breach): number => facts.value(breach[flag]()) - 1;
