/** Source maps of texts that were put together from pieces of another. */
import type { MovedText } from './moved.ts';

/** A place in a text, and where what stands there comes from. Lines and columns are counted from 0. */
export type Segment = readonly [line: number, column: number, fromLine: number, fromColumn: number];

/** A source map, version 3. */
export interface SourceMapJson {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * @param original the text that the pieces are from
 * @param tokens where its words and signs begin, in order: as finely does the map tell places
 */
export function segmentsOf({ text, pieces }: MovedText, original: string, tokens: readonly number[]): Segment[] {
  const to = placesIn(text);
  const from = placesIn(original);
  return pieces.flatMap((piece) => {
    const end = piece.from + piece.length;
    const inside = [];
    for (let i = firstFrom(tokens, piece.from + 1); i < tokens.length && tokens[i]! < end; i++) inside.push(tokens[i]!);
    return [piece.from, ...inside].map((at): Segment => [...to(piece.at + at - piece.from), ...from(at)]);
  });
}

/** @param source name of the file in which the segments begin */
export function sourceMapOf(segments: readonly Segment[], source: string): SourceMapJson {
  let mappings = '';
  let line = 0;
  let last: Segment = [0, 0, 0, 0];
  for (const segment of segments) {
    const [toLine, column, fromLine, fromColumn] = segment;
    const first = line < toLine || mappings === '';
    for (; line < toLine; line++) mappings += ';';
    if (!first) mappings += ',';
    const numbers = [column - (first ? 0 : last[1]), 0, fromLine - last[2], fromColumn - last[3]];
    mappings += numbers.map(variableLength).join('');
    last = segment;
  }
  return { version: 3, sources: [source], names: [], mappings };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Five bits a digit, the lowest first; the sign is the lowest bit of all. */
function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/** Line and column of an offset in a text. */
function placesIn(text: string): (at: number) => [line: number, column: number] {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (at) => {
    const line = firstFrom(starts, at + 1) - 1;
    return [line, at - starts[line]!];
  };
}

/** Index of the first number that is not below another, of numbers in order. */
function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
