/** Reads the text of a litmus file. */
import peggy from 'peggy';
import { badLitmus } from './mistakes.ts';
import { FILE } from './grammar.ts';
import { placeName, placesOf, type LitmusTest, type Place, type Proposition, type Word } from './litmus-test.ts';

/** A value as the grammar gives it. */
type Value = { readonly number: string } | { readonly location: string };
interface Read {
  readonly isa: string;
  readonly name: string;
  readonly initial: readonly { readonly place: Place; readonly value: Value }[];
  readonly threads: readonly (readonly string[])[];
  readonly observed: readonly Place[];
  readonly quantifier: LitmusTest['quantifier'];
  readonly condition: string;
}
interface SyntaxProblem { readonly message: string; readonly location: { readonly start: { readonly line: number; readonly column: number } } }

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
/** Reads `text` by a rule of the grammar; the parser is made once. */
function read(text: string, startRule: 'file' | 'proposition'): unknown {
  made ??= peggy.generate(FILE, { allowedStartRules: ['file', 'proposition'] });
  return made.parse(text, { startRule });
}

/** Which instructions the file is written in: its first word. */
export const isaOf = (text: string): string => /^\s*([A-Za-z_0-9]+)/.exec(withoutComments(text))?.[1] ?? '';

/**
 * @param text contents of a `.litmus` file
 * @param file its name, for messages
 * @param register the widest name of a register, such as `rax` for `EAX`
 * @throws Mistake SD_BAD_LITMUS with line and column of what is not understood
 */
export function parseLitmus(text: string, file: string, register: (name: string) => string = (name) => name): LitmusTest {
  const plain = withoutComments(text);
  const found = understood(() => read(plain, 'file') as Read, file);
  const widest = (place: Place): Place => ('location' in place ? place : { thread: place.thread, register: register(place.register), written: place.register });
  const word = (value: Value): Word => ('location' in value ? value : BigInt.asUintN(64, negatable(value.number)));
  const proposition = (p: unknown): Proposition => {
    const it = p as { is?: Place; value?: Value; not?: unknown; every?: unknown[]; some?: unknown[] };
    if (it.is) return { is: widest(it.is), value: word(it.value as Value) };
    if (it.not !== undefined) return { not: proposition(it.not) };
    return it.every ? { every: it.every.map(proposition) } : { some: (it.some ?? []).map(proposition) };
  };
  const whole = proposition(read(found.condition, 'proposition'));
  const observed = new Map([...placesOf(whole), ...found.observed.map(widest)].map((place) => [placeName(place), place]));
  const stray = [...observed.values(), ...found.initial.map(({ place }) => widest(place))].find((place) => 'thread' in place && place.thread >= found.threads.length);
  if (stray) throw badLitmus(file, `${placeName(stray)} belongs to no thread: there are ${found.threads.length}`, 'Threads are counted from 0.');
  return {
    isa: found.isa, name: found.name, threads: found.threads, quantifier: found.quantifier, condition: found.condition, proposition: whole,
    initial: found.initial.map(({ place, value }) => ({ place: widest(place), value: word(value) })),
    observed: [...observed.values()].sort((a, b) => (placeName(a) < placeName(b) ? -1 : 1)),
  };
}

const negatable = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));

function understood<T>(parse: () => T, file: string): T {
  try {
    return parse();
  } catch (error) {
    const { message, location } = error as SyntaxProblem;
    throw location === undefined ? error : badLitmus(`${file}:${location.start.line}:${location.start.column}`, message.replace(/\.$/, ''), 'The format is that of herd7: a head, { first values }, one column for each thread, a condition.');
  }
}
