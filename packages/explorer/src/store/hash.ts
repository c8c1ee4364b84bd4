/** Hashing of 32-bit numbers. */

/**
 * In a constant: in the sandbox of a test runner every global is looked up anew, which made searches twenty times
 * slower.
 */
export const { imul } = Math;

/** Spreads the bits of a number over all 32 (the end of MurmurHash3). */
export function mix(x: number): number {
  x = imul(x ^ (x >>> 16), 0x85ebca6b);
  x = imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * What a value at a place adds to the low half of a fingerprint. 0 adds nothing, so that a new place that holds 0
 * changes no fingerprint.
 */
export const lowPart = (place: number, value: number, seed: number): number =>
  value === 0 ? 0 : mix(imul(place ^ seed, 0x9e3779b1) + value);

/** The same for the high half, mixed differently. */
export const highPart = (place: number, value: number, seed: number): number =>
  value === 0 ? 0 : mix(imul(value, 0x2c1b3c6d) ^ imul(place + imul(seed, 0x85ebca6b), 0x297a2d39));
