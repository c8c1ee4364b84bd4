/** Growable arrays: columns of numbers that grow by doubling. */

/** A copy of a column in an array of twice the length; the new numbers are 0. */
export function doubled<T extends Int32Array | Uint8Array>(column: T): T {
  const longer = new (column.constructor as new (length: number) => T)(column.length * 2);
  longer.set(column);
  return longer;
}
