/** Columns of numbers that grow by doubling. */

/** The same numbers in an array that is at least twice as long; the new ones are 0. */
export function doubled<T extends Int32Array | Uint8Array>(column: T): T {
  const longer = new (column.constructor as new (length: number) => T)(column.length * 2);
  longer.set(column);
  return longer;
}
