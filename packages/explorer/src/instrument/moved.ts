/** Texts that were put together from pieces of another, which they remember. */

/** A piece that stands at `at` and stood at `from`, character by character. */
export interface TextPiece {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

/** A text, and the pieces in it, in its order. */
export interface MovedText {
  readonly text: string;
  readonly pieces: readonly TextPiece[];
}

/** A part of a text, as it stands there. */
export const piece = (text: string, from: number, to: number): MovedText => ({
  text: text.slice(from, to),
  pieces: from < to ? [{ at: 0, from, length: to - from }] : [],
});

/** One after the other. A string is new text. */
export function joined(...parts: readonly (string | MovedText)[]): MovedText {
  const texts: string[] = [];
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part.text;
    if (typeof part !== 'string') for (const each of part.pieces) pieces.push({ ...each, at: each.at + at });
    texts.push(text);
    at += text.length;
  }
  return { text: texts.join(''), pieces };
}

/** Without the spaces around it. */
export function trimmed({ text, pieces }: MovedText): MovedText {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  return {
    text: text.slice(start, end),
    pieces: pieces.flatMap(({ at, from, length }) => {
      const first = Math.max(at, start);
      const after = Math.min(at + length, end);
      return first < after ? [{ at: first - start, from: from + first - at, length: after - first }] : [];
    }),
  };
}
