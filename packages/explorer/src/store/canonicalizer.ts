/** What stored states need of canonical fingerprints, so that the store knows nothing of symmetry. */
import type { Saved } from '../api/checkpoint.ts';
import type { Saving } from './saving.ts';

/** Decides which records count as equal, when that is not plain equality. */
export interface Canonicalizer {
  /** Both halves of the fingerprint of the record that `compute` was called for. */
  readonly low: number;
  readonly high: number;
  /** The permutation under which `matches` found two records equal, per process its image; undefined: the identity. */
  readonly permutation: { readonly processImages: Int32Array } | undefined;
  /** Computes the fingerprint of a record. */
  compute(chunk: Int32Array, base: number, seed: number): void;
  /** Does the known record equal the computed one? */
  matches(known: Int32Array, at: number, chunk: Int32Array, base: number): boolean;
  /** A word of a record changes from `old` to `value`. */
  update(chunk: Int32Array, base: number, word: number, old: number, value: number, seed: number): void;
  /** For assertions: are the sums of a record what its words make? */
  areSumsRight(chunk: Int32Array, base: number, seed: number): boolean;
  /** Records have new words. */
  learnWords(): void;
  save(to: Saving): void;
  load(from: Saved): void;
}
