/** What the readers of assembly have in common: labels, operands, and what is said of what is not understood. */
import type { Operation } from './assembly.ts';
import type { Thread } from './litmus-test.ts';
import { badLitmus } from './mistakes.ts';

/** A register by name. */
export interface NamedRegister {
  /** Names of parts of one register share it. */
  readonly key: string;
  readonly bits: number;
}

/** One thread, read. */
export interface Assembly {
  readonly operations: readonly Operation[];
}

/** What is wrong with an instruction; the reader says where it stands. */
export class BadInstruction extends Error {}
export const bad = (what: string): never => {
  throw new BadInstruction(what);
};

/** A branch to a label, which becomes a number when all labels are known. */
export type Labelled = Operation | (Omit<Extract<Operation, { do: 'branch' }>, 'to'> & { readonly label: string });

/** @param text as `X1,[X2,#4]`: commas within brackets part nothing */
export function operandsOf(text: string): string[] {
  const parts = text.split(/,(?![^[(]*[\])])/).map((part) => part.trim());
  return parts.length === 1 && parts[0] === '' ? [] : parts;
}

/**
 * Reads the lines of a thread.
 * @param instruction makes operations of one instruction, without label; throws BadInstruction
 */
export function assembly(
  thread: Thread,
  where: (line: number, column: number) => string,
  instruction: (text: string) => readonly Labelled[],
): Assembly {
  const labels = new Map<string, number>();
  const found: { readonly operation: Labelled; readonly place: string }[] = [];
  for (const { text, at } of thread.lines) {
    const place = where(at.line, at.column);
    let rest = text.trim();
    for (let label = /^([\w.$]+)\s*:\s*/.exec(rest); label; label = /^([\w.$]+)\s*:\s*/.exec(rest)) {
      if (labels.has(label[1]!)) throw unreadable(place, `there are two labels ${label[1]}`);
      labels.set(label[1]!, found.length);
      rest = rest.slice(label[0].length);
    }
    if (rest === '') continue;
    try {
      found.push(...instruction(rest).map((operation) => ({ operation, place })));
    } catch (error) {
      if (error instanceof BadInstruction) throw unreadable(place, `"${rest}": ${error.message}`);
      throw error;
    }
  }
  const operations = found.map(({ operation, place }): Operation => {
    if (!('label' in operation)) return operation;
    const { label, ...branch } = operation;
    const to = labels.get(label);
    if (to === undefined) throw unreadable(place, `there is no label ${label} in P${thread.number}`);
    return { ...branch, to };
  });
  return { operations };
}

const unreadable = (place: string, what: string) =>
  badLitmus(place, what, 'What is known stands in packages/litmus/README.md.');

/** A number with or without `#`, decimal or hexadecimal; undefined: it is none. */
export function immediate(text: string | undefined): bigint | undefined {
  const [, minus, digits] = /^#?\s*([-+]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  return minus === '-' ? -BigInt(digits) : BigInt(digits);
}
