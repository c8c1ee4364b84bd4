/** Reads the values of options, and says what is wrong with them. */
import { InvalidArgumentError } from 'commander';
import type { Core } from './tokens.ts';

/** `a,b` as a list. */
export function names(text: string): readonly string[] {
  const found = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length === 0) throw new InvalidArgumentError('It names nothing.');
  return found;
}

/** A whole number above 0; `20_000_000` is allowed. */
export function whole(text: string): number {
  const n = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : NaN;
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return n;
}

export function positive(text: string): number {
  const n = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(n) || n <= 0) throw new InvalidArgumentError('It has to be a number above 0.');
  return n;
}

/** Mixes the fingerprints of states: a whole number of 32 bits. */
export function seed(text: string): number {
  const n = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(n < 2 ** 32))
    throw new InvalidArgumentError(
      'A seed is a whole number from 0 to 4294967295, written --compact=SEED. Without a seed write --compact behind the workloads.',
    );
  return n;
}

/** Bounds of each search, from the options of a command. */
export interface BoundOptions {
  readonly maxStates?: number;
  readonly timeout?: number;
  /** In megabytes. */
  readonly maxMemory?: number;
  /** Seed of the fingerprints that alone tell states apart. Absent: states are compared in full. */
  readonly compact?: number;
  /** Whose thresholds code compares with. Absent: both, where a verdict asks for both; else the small ones. */
  readonly thresholds?: 'both' | 'exploring' | 'machine';
  /** File with the verdicts of a run before. */
  readonly resume?: string;
  /** Seconds between two parts of a checkpoint. */
  readonly checkpointEvery?: number;
}
/** The part of the bounds on which a verdict depends. */
export const compactOf = ({
  compact,
  thresholds,
}: BoundOptions): { compact?: number; thresholds?: 'exploring' | 'machine' } => ({
  ...(compact === undefined ? {} : { compact }),
  ...whoseOf(thresholds),
});
const whoseOf = (thresholds: BoundOptions['thresholds']): { thresholds?: 'exploring' | 'machine' } =>
  thresholds === undefined || thresholds === 'both' ? {} : { thresholds };

export const boundsOf = (
  options: BoundOptions,
  core: Core,
  signal: AbortSignal,
): {
  maxStates: number;
  maxBytes?: number;
  deadlineMs?: number;
  compact?: { readonly seed: number };
  thresholds?: 'exploring' | 'machine';
  signal: AbortSignal;
} => ({
  maxStates: options.maxStates ?? core.MAX_STATES,
  ...(options.maxMemory === undefined ? {} : { maxBytes: options.maxMemory * 1e6 }),
  ...(options.timeout === undefined ? {} : { deadlineMs: options.timeout * 1000 }),
  ...(options.compact === undefined ? {} : { compact: { seed: options.compact } }),
  ...whoseOf(options.thresholds),
  signal,
});
