/** What the steps of a user access observe, beside where a walk starts. */

/** Result of `mmu.lookup` on a hit, and of `mmu.finish` when the access was made. */
export const HIT = 1;
/** Result of `mmu.lookup` where the CPU faults from a translation that it remembers. */
export const RIGHTS_FAULT = 2;
/** Results of `mmu.finish`: the entry changed under the walk; the hardware leaves the flag to software. */
export const AGAIN = 0;
export const FLAG_FAULT = 2;
