/** Reads the text of a litmus file. */
import peggy from 'peggy';
import { FILE } from './grammar.ts';
import type {
  ArrayOfLocations,
  First,
  LitmusTest,
  Place,
  Position,
  Proposition,
  Thread,
  ValueInTest,
} from './litmus-test.ts';
import { badLitmus } from './mistakes.ts';
import { readNumeral } from './numbers.ts';

/** A test as the grammar gives it: threads in the order of the file, each with the place of its name. */
type Read = Omit<LitmusTest, 'threads' | 'initial' | 'arrays'> & {
  readonly threads: readonly (Thread & { readonly at: Position })[];
  readonly initial: readonly (First | FirstOfArray)[];
};
/** An array among the first values. */
interface FirstOfArray {
  readonly array: string;
  readonly type?: string;
  readonly length: number;
  readonly values: readonly ValueInTest[];
}
interface SyntaxProblem {
  readonly message: string;
  readonly location: { readonly start: Position };
}

/**
 * Comments become blanks, so that places in messages are those of the file. In C functions `(*` is no comment but begins with a
 * pointer; the comments of C are comments there too.
 */
export function withoutComments(text: string): string {
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

/** Instruction sets whose tests may leave the numbers of registers open. */
const SYMBOLIC = ['AArch64', 'PPC'];

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
  const symbolic = SYMBOLIC.includes(isaOf(text));
  const found = understood(
    () => made!.parse(plain, { number: readNumeral, symbolic } as peggy.ParserOptions) as Read,
    file,
  );
  const { initial, listed, proposition, filter, ...rest } = found;
  const arrays = arraysIn(initial, file);
  const elements = new Elements(arrays);
  return {
    ...rest,
    arrays,
    initial: initial.flatMap((first) => elements.firsts(first)),
    listed: listed.flatMap((place) => elements.all(place)),
    proposition: elements.in(proposition),
    ...(filter && { filter: elements.in(filter) }),
    threads: inOrder(found.threads, file),
  };
}

function arraysIn(initial: Read['initial'], file: string): readonly ArrayOfLocations[] {
  return initial.flatMap((first) => {
    if (!('array' in first)) return [];
    const { array: name, type, length, values } = first;
    if (length < Math.max(1, values.length))
      throw badLitmus(
        file,
        `${name} has ${length} elements and ${values.length} first values`,
        'An array has one element at least, and no more first values than elements.',
      );
    return [{ name, length, ...(type !== undefined && { type }) }];
  });
}

/** Arrays as their elements: `x` is the place `x[0]` where x is an array, and its address is that of the array. */
class Elements {
  private readonly lengths: ReadonlyMap<string, number>;
  constructor(arrays: readonly ArrayOfLocations[]) {
    this.lengths = new Map(arrays.map(({ name, length }) => [name, length]));
  }

  firsts(first: First | FirstOfArray): readonly First[] {
    if (!('array' in first))
      return [{ ...first, place: this.place(first.place), ...(first.value && { value: this.value(first.value) }) }];
    const { array, type = 'int', length, values } = first;
    return Array.from({ length }, (_, i) => ({
      place: { location: `${array}[${i}]` },
      type,
      ...(values[i] && { value: this.value(values[i]) }),
    }));
  }

  all(place: Place): readonly Place[] {
    const length = 'location' in place ? this.lengths.get(place.location) : undefined;
    return length === undefined || !('location' in place)
      ? [place]
      : Array.from({ length }, (_, i) => ({ location: `${place.location}[${i}]` }));
  }

  in(p: Proposition): Proposition {
    if ('is' in p) return { is: this.place(p.is), value: this.value(p.value) };
    if ('not' in p) return { not: this.in(p.not) };
    return 'every' in p ? { every: p.every.map((q) => this.in(q)) } : { some: p.some.map((q) => this.in(q)) };
  }

  private place = (place: Place): Place => ('location' in place ? { location: this.first(place.location) } : place);
  private value = (value: ValueInTest): ValueInTest =>
    'location' in value ? { location: this.first(value.location) } : value;
  private first = (name: string): string => (this.lengths.has(name) ? `${name}[0]` : name);
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
