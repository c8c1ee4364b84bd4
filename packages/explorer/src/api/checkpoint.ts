/**
 * A checkpoint: a search that is written to a file as it goes, so that another process can resume it. Columns of
 * numbers and plain values, by name.
 */

/** A column of numbers, or a part of one. */
export type Numbers = Int32Array | Uint8Array;

/** Consecutive rows of a column. */
export interface Rows {
  /** Numbers per row. */
  readonly width: number;
  /** Owned by the search, which goes on changing them: valid only until `write` has returned. */
  readonly numbers: Numbers;
}

/** Rows that are written together. */
export interface Piece extends Rows {
  readonly column: string;
  /** Do these rows replace all that were written to the column before? */
  readonly whole: boolean;
}

/** What is written together: new rows of columns, and plain values, which replace those before. */
export interface Block {
  /** Does a search begin with this block? Then all blocks before belong to another search and are void. */
  readonly first: boolean;
  /** JSON values by name. */
  readonly plain: Readonly<Record<string, unknown>>;
  /** May be iterated once: records are packed on demand. */
  readonly pieces: Iterable<Piece>;
}

/** All blocks of one search, read back. */
export interface Saved {
  readonly plain: Readonly<Record<string, unknown>>;
  /** Number of rows of a column; 0 when it was never written. */
  rows(column: string): number;
  /** The rows of a column, beginning with the last that were written whole. */
  pieces(column: string): Iterable<Rows>;
  /** The error for a checkpoint that the search cannot resume. */
  refuse(why: string): Error;
}

/** Where a search writes checkpoints. */
export interface Checkpoint {
  /** What an earlier process has written; absent: the search begins anew. */
  readonly saved?: Saved;
  /** Least seconds of work between two blocks. Blocks that take long to write are further apart. */
  readonly every: number;
  /** Writes a block atomically: after a kill it is there whole or not at all. */
  write(block: Block): void;
}
