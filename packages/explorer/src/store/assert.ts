/** Assertions about the engine itself: on in tests and with SHOOTDOWN_ASSERT=1, free otherwise. */

/** Are assertions on? Ask first, so that what they compute costs nothing when they are off. */
export const ASSERTS = process.env['SHOOTDOWN_ASSERT'] === '1';

/** @throws Error unless it holds: a bug of the engine, never of the code that it explores */
export function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`assertion of the explorer failed: ${what}`);
}
