/** Collects what a checkpoint does not hold yet. */
import type { Block, Numbers, Piece, Rows, Saved } from '../api/checkpoint.ts';
import { imul } from './hash.ts';

/** Remembers what was written. Every part of a search hands in its own columns and values. */
export class Saving {
  private readonly rowsWritten = new Map<string, number>();
  /** Per column that is written whole: its checksum. */
  private readonly sums = new Map<string, number>();
  private plainValues: Record<string, unknown> = {};
  private pieces: Iterable<Piece>[] = [];
  private first: boolean;

  /** @param saved blocks that exist already: new ones are appended */
  constructor(private readonly saved?: Saved) {
    this.first = saved === undefined;
  }

  /** A plain value; it replaces the one before, and must not change afterwards. */
  plain(name: string, value: unknown): void {
    this.plainValues[name] = value;
  }

  /**
   * A column that only grows.
   * @param used numbers in use
   */
  grows(column: string, numbers: Numbers, used: number): void {
    this.rows(column, used, (from) => [{ width: 1, numbers: numbers.subarray(from, used) }]);
  }

  /**
   * Rows that never change once written.
   * @param rowsFrom yields the rows from a number on
   */
  rows(column: string, count: number, rowsFrom: (from: number) => Iterable<Rows>): void {
    const from = this.rowsWritten.get(column) ?? this.saved?.rows(column) ?? 0;
    if (from < count) this.pieces.push(piecesOf(column, rowsFrom(from)));
    this.rowsWritten.set(column, count);
  }

  /** A column in which anything may change. It is written again only when its checksum has changed. */
  whole(column: string, numbers: Numbers): void {
    const sum = sumOf(numbers);
    if (this.sums.get(column) === sum) return;
    this.sums.set(column, sum);
    this.pieces.push([{ column, width: 1, whole: true, numbers }]);
  }

  /** Everything handed in since the last block. */
  block(): Block {
    const { first, plainValues: plain, pieces } = this;
    this.first = false;
    this.plainValues = {};
    this.pieces = [];
    return { first, plain, pieces: joined(pieces) };
  }
}

function* piecesOf(column: string, rows: Iterable<Rows>): Iterable<Piece> {
  for (const { width, numbers } of rows) yield { column, width, whole: false, numbers };
}

function* joined(lists: readonly Iterable<Piece>[]): Iterable<Piece> {
  for (const list of lists) yield* list;
}

/** Checksum of a column; 53 bits, so that it is a number. */
function sumOf(numbers: Numbers): number {
  let a = numbers.length | 0;
  let b = 0x9e3779b1 | 0;
  for (let i = 0; i < numbers.length; i++) {
    a = imul(a ^ numbers[i]!, 0x01000193);
    b = imul((b << 5) ^ (b >>> 27) ^ numbers[i]!, 0x2c1b3c6d);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
