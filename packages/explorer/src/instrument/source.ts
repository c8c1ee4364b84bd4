/** One file, parsed, with what a tree does not tell: comments, semicolons that were left out, what a name means. */
import { parse } from 'acorn';
import { resolve, type Names } from './scopes.ts';
import { isRoutine, parts, type Node, type Routine } from './tree.ts';

/** What a function is the value of: a method of a class, or of an object. */
export type Holder = Extract<Node, { type: 'MethodDefinition' | 'Property' }>;

/** One file, as it is read. */
export interface Source {
  readonly code: string;
  /** The same with spaces for comments. */
  readonly uncommented: string;
  /** Where words and signs begin. */
  readonly tokens: readonly number[];
  /** Where a semicolon was left out at the end of a line. */
  readonly semicolons: readonly number[];
  readonly names: Names;
  readonly holders: ReadonlyMap<Node, Holder>;
  /** A name no other file has. */
  readonly file: string;
}

export const isGenerator = (node: Node | undefined): node is Routine =>
  node !== undefined && isRoutine(node) && node.generator && !node.async;

/** Where the star of a generator stands. */
export const starOf = (node: Routine, { uncommented, holders }: Source): number =>
  uncommented.indexOf('*', (holders.get(node) ?? node).start);

/**
 * Reads one file.
 * @throws SyntaxError
 */
export function read(code: string, file: string): { readonly program: Node; readonly source: Source } {
  const tokens: number[] = [];
  const semicolons: number[] = [];
  const comments: (readonly [from: number, to: number])[] = [];
  const program = parse(code, {
    ecmaVersion: 2024,
    sourceType: 'module',
    allowHashBang: true,
    onToken: ({ start }) => tokens.push(start),
    onInsertedSemicolon: (at) => semicolons.push(at),
    onComment: (_block, _text, from, to) => comments.push([from, to]),
  });
  let uncommented = '';
  for (const [from, to] of comments)
    uncommented += code.slice(uncommented.length, from) + code.slice(from, to).replaceAll(/[^\n\r\u2028\u2029]/g, ' ');
  const holders = new Map<Node, Holder>();
  const collect = (node: Node): void => {
    if (node.type === 'MethodDefinition' || (node.type === 'Property' && (node.method || node.kind !== 'init')))
      holders.set(node.value, node);
    parts(node).forEach(collect);
  };
  collect(program);
  return {
    program,
    source: {
      code,
      uncommented: uncommented + code.slice(uncommented.length),
      tokens,
      semicolons,
      names: resolve(program),
      holders,
      file,
    },
  };
}
