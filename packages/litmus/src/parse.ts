/** Reads the text of a litmus file. */
import peggy from 'peggy';
import { FILE } from './grammar.ts';
import type { LitmusTest, Position, Thread } from './litmus-test.ts';
import { badLitmus } from './mistakes.ts';
import { readNumeral } from './numbers.ts';

/** A test as the grammar gives it: threads in the order of the file, each with the place of its name. */
type Read = Omit<LitmusTest, 'threads'> & { readonly threads: readonly (Thread & { readonly at: Position })[] };
interface SyntaxProblem {
  readonly message: string;
  readonly location: { readonly start: Position };
}

/**
 * Comments become blanks, so that places in messages are those of the file. In C functions `(*` is no comment but begins with a
 * pointer; the comments of C are comments there too.
 */
function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  const inC = /^\s*C\b/.test(text);
  let [depth, braces, blocks] = [0, 0, 0];
  return text.replace(inC ? /\/\/[^\n]*|\/\*[^]*?\*\/|\(\*|\*\)|[^]/g : /\(\*|\*\)|[^]/g, (part) => {
    if (depth === 0 && part.startsWith('/') && part.length > 1) return blank(part);
    if (depth === 0 && part === '{') braces++;
    if (depth === 0 && part === '}' && --braces === 0) blocks++;
    const isCode = inC && braces > 0 && blocks > 0; // the first block is that of first values
    if (part === '(*' && !isCode) depth++;
    const out = depth > 0 ? blank(part) : part;
    if (part === '*)' && depth > 0) depth--;
    return out;
  });
}

let made: peggy.Parser | undefined;

/** Which instructions the file is written in: its first word. */
export const isaOf = (text: string): string => /^\s*([A-Za-z_0-9]+)/.exec(withoutComments(text))?.[1] ?? '';

/**
 * @param text contents of a `.litmus` file
 * @param file its name, for messages
 * @throws Mistake SD_BAD_LITMUS with line and column of what is not understood
 */
export function parseLitmus(text: string, file: string): LitmusTest {
  made ??= peggy.generate(FILE);
  const plain = withoutComments(text);
  const found = understood(() => made!.parse(plain, { number: readNumeral } as peggy.ParserOptions) as Read, file);
  return { ...found, threads: inOrder(found.threads, file) };
}

/** A thread is who its name says it is, wherever it stands. Each number from 0 on has to be there once. */
function inOrder(threads: Read['threads'], file: string): readonly Thread[] {
  const sorted = threads.toSorted((a, b) => a.number - b.number);
  sorted.forEach(({ number, at }, i) => {
    const where = `${file}:${at.line}:${at.column}`;
    if (number < i)
      throw badLitmus(
        where,
        `there are two threads P${number}`,
        'The number in its name is what a condition knows a thread by: give each another.',
      );
    if (number > i)
      throw badLitmus(
        where,
        `there is a thread P${number}, and none is named P${i}`,
        'Threads are counted from P0, without gaps; their order in the file does not matter.',
      );
  });
  return sorted.map(({ number, lines, parameters }) => ({ number, lines, parameters }));
}

function understood<T>(parse: () => T, file: string): T {
  try {
    return parse();
  } catch (error) {
    const { message, location } = error as SyntaxProblem;
    throw location === undefined
      ? error
      : badLitmus(
          `${file}:${location.start.line}:${location.start.column}`,
          message.replace(/\.$/, ''),
          'The format is that of herd7: a head, { first values }, one column for each thread, a condition.',
        );
  }
}
