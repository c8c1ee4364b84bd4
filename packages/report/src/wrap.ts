/** Breaks text into lines of a given width. Works on plain text: colours come afterwards. */

/** A word that is longer than a line is cut behind one of these, where it has one. */
const JOINTS = /[_.:,/-]/g;

/**
 * Lines of at most `width` characters. Lines keep their indentation; what is carried over is indented two more.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(width, 8)));
}

function wrapLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const hanging = indent.length + 2 < width / 2 ? `${indent}  ` : '';
  const out: string[] = [];
  let current = indent;
  let empty = true;
  for (let word of line.trim().split(/ +/)) {
    if (!empty && current.length + 1 + word.length > width) {
      out.push(current);
      current = hanging;
      empty = true;
    }
    while (empty && current.length + word.length > width) {
      const cut = cutOf(word, width - current.length);
      out.push(current + word.slice(0, cut));
      word = word.slice(cut);
      current = hanging;
    }
    current += (empty ? '' : ' ') + word;
    empty = false;
  }
  return [...out, current];
}

function cutOf(word: string, room: number): number {
  const joints = [...word.slice(0, room).matchAll(JOINTS)].map((m) => m.index + 1);
  const last = joints.at(-1) ?? 0;
  return last > room / 3 ? last : room;
}

/** Text under a heading: wrapped to the columns, indented. */
export const paragraph = (text: string, columns: number, indent: number): string[] =>
  wrap(text, columns - indent).map((line) => ' '.repeat(indent) + line);
