/** Reads columns of a checkpoint back into growable arrays. */
import type { Numbers, Saved } from '../api/checkpoint.ts';

/** Smallest array; larger ones are doubled. */
const LEAST = 256;

/**
 * A column of numbers, with room to grow.
 * @param used how many numbers there must be
 */
export const column = (saved: Saved, name: string, used: number) =>
  fill(saved, name, used, new Int32Array(lengthFor(used)));

/** The same for a column of bytes. */
export const bytes = (saved: Saved, name: string, used: number) =>
  fill(saved, name, used, new Uint8Array(lengthFor(used)));

/** A column that was written whole, as long as it was. */
export function exactly(saved: Saved, name: string) {
  const rows = saved.rows(name);
  return fill(saved, name, rows, new Int32Array(rows));
}

/** The same for a column of bytes. */
export function exactBytes(saved: Saved, name: string) {
  const rows = saved.rows(name);
  return fill(saved, name, rows, new Uint8Array(rows));
}

/** A plain value of a checkpoint. */
export function plain<T>(saved: Saved, name: string): T {
  const value = saved.plain[name];
  if (value === undefined) throw saved.refuse(`it has no ${name}`);
  return value as T;
}

/** @throws the error of `saved` when a column has another number of rows */
export function mustHave(saved: Saved, name: string, rows: number): void {
  if (saved.rows(name) !== rows)
    throw saved.refuse(`it has ${saved.rows(name)} rows of ${name} where there have to be ${rows}`);
}

function fill<T extends Numbers>(saved: Saved, name: string, used: number, into: T): T {
  mustHave(saved, name, used);
  let at = 0;
  for (const { numbers } of saved.pieces(name)) {
    if (numbers.constructor !== into.constructor) throw saved.refuse(`its ${name} are numbers of another size`);
    into.set(numbers, at);
    at += numbers.length;
  }
  return into;
}

function lengthFor(used: number): number {
  let length = LEAST;
  // One more than is in use: some columns say where the next row begins.
  while (length <= used) length *= 2;
  return length;
}
