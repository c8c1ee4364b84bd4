/** How an object that code carries along tells what of it belongs to the code's local state. */

/** A property that gives plain data: whatever code may read back from the object later. Without it, nothing of an object may change. */
export const LOCAL_STATE = Symbol.for('shootdown:local state');
