/** A search that is written down, so that another process can go on with it: columns of numbers and plain values, by name. */

/** A column, or a part of one. */
export type Numbers = Int32Array | Uint8Array;

/** Some rows of a column, one after the other. */
export interface Rows {
  /** Numbers in a row. */
  readonly width: number;
  /** Of a search that goes on in them: they are worth something only until `write` has returned. */
  readonly numbers: Numbers;
}

/** Rows that are written at one time. */
export interface Piece extends Rows {
  readonly column: string;
  /** Do these rows take the place of all that were written before? */
  readonly whole: boolean;
}

/** What is written at one time: what is new in columns, and plain values, which take the place of those before. */
export interface Block {
  /** Does a search begin with it? All blocks before belong to another one then, and are worth nothing. */
  readonly first: boolean;
  /** JSON, by name. */
  readonly plain: Readonly<Record<string, unknown>>;
  /** To be gone through once: records are packed as they are asked for. */
  readonly pieces: Iterable<Piece>;
}

/** All blocks of one search, read back. */
export interface Saved {
  readonly plain: Readonly<Record<string, unknown>>;
  /** Rows of a column; 0 for one that nobody wrote. */
  rows(column: string): number;
  /** The rows of a column, from the last that was written whole on. */
  pieces(column: string): Iterable<Rows>;
  /** The error for a search that cannot go on with it. */
  refuse(why: string): Error;
}

/** Where a search is written down as it goes. */
export interface Checkpoint {
  /** What a process before this one has written; absent: nothing. */
  readonly saved?: Saved;
  /** Seconds of work between two blocks, at least. Blocks that take long to write are further apart. */
  readonly every: number;
  /** Keeps a block, so that it is there whole or not at all when the process is killed. */
  write(block: Block): void;
}
