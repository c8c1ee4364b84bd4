/** Types of C and of the heads of litmus files: how many bits a word has, and whether the highest one is a sign. As Linux has them on x86. */
import { didYouMean } from '@shootdown/core';
import type { Numeral } from './numbers.ts';

/** Numbers of a number of bits, `bool`, pointers and locks. */
export interface Type {
  /** As a message has it. */
  readonly name: string;
  readonly bits: number;
  readonly signed: boolean;
  /** Absent: a number. `char`: a number of whose sign nothing is known. */
  readonly is?: 'bool' | 'char' | 'lock' | 'pointer' | 'srcu' | 'void';
  /** What a pointer points to. */
  readonly to?: Type;
}

const number = (name: string, bits: number, signed: boolean): Type => ({ name, bits, signed });
export const INT = number('int', 32, true);
export const VOID: Type = { name: 'void', bits: 0, signed: false, is: 'void' };
const UNSIGNED = number('unsigned int', 32, false);
export const LONG = number('long', 64, true);
const UNSIGNED_LONG = number('unsigned long', 64, false);

/** The readers of sleepable RCU: no number that a thread could read. */
const SRCU: Type = { name: 'struct srcu_struct', bits: 32, signed: false, is: 'srcu' };

/** @returns a pointer to words of a type */
export const pointerTo = (to: Type): Type => ({ name: `${to.name} *`, bits: 64, signed: false, is: 'pointer', to });

/** Names that are one word. include/uapi/asm-generic/int-ll64.h, include/linux/types.h. */
const NAMED = new Map<string, Type>([
  ...[8, 16, 32, 64].flatMap((bits) =>
    [`u${bits}`, `__u${bits}`, `uint${bits}_t`]
      .map((name): [string, Type] => [name, number(name, bits, false)])
      .concat(
        [`s${bits}`, `__s${bits}`, `int${bits}_t`].map((name): [string, Type] => [name, number(name, bits, true)]),
      ),
  ),
  ...['intptr_t', 'ssize_t', 'ptrdiff_t', 'atomic64_t', 'atomic_long_t'].map((name): [string, Type] => [
    name,
    number(name, 64, true),
  ]),
  ...['uintptr_t', 'size_t'].map((name): [string, Type] => [name, number(name, 64, false)]),
  ['atomic_t', number('atomic_t', 32, true)],
  ['bool', { name: 'bool', bits: 8, signed: false, is: 'bool' }],
  ['_Bool', { name: 'bool', bits: 8, signed: false, is: 'bool' }],
  ['spinlock_t', { name: 'spinlock_t', bits: 32, signed: false, is: 'lock' }],
  ['void', VOID],
]);
const SIZES: Readonly<Record<string, number>> = { '': 32, char: 8, short: 16, long: 64, 'long long': 64 };
const PARTS = ['unsigned', 'signed', 'char', 'short', 'int', 'long'];
const QUALIFIERS = ['volatile', 'const'];

/** Every word that types are made of. */
export const TYPE_WORDS: readonly string[] = [...QUALIFIERS, ...PARTS, ...NAMED.keys(), 'struct', 'srcu_struct'];

/** As wide as an address: of 32 bits where addresses are. */
const AS_ADDRESSES = /^(?:(?:unsigned )?long|u?intptr_t|ptrdiff_t|s?size_t|atomic_long_t)$/;

/**
 * @param text such as `unsigned long`, `volatile u8`, `atomic_t`, `int **`
 * @param addressBits bits of an address: 64, or 32
 * @returns a text that says what is wrong with it, when it is no type that is known
 */
export function readType(text: string, addressBits = 64): Type | string {
  const words = text
    .replaceAll('*', ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && !QUALIFIERS.includes(word));
  const base = ofWords(words);
  if (base === undefined) {
    const near = words
      .map((word) => (TYPE_WORDS.includes(word) ? undefined : didYouMean(word, TYPE_WORDS)))
      .find((word) => word !== undefined);
    return `"${text.trim()}" is no type that is known${near === undefined ? '' : `: did you mean ${near}?`}`;
  }
  const type = (text.match(/\*/g) ?? []).reduce((to) => pointerTo(to), base);
  return type.is === 'pointer' || AS_ADDRESSES.test(type.name) ? { ...type, bits: addressBits } : type;
}

function ofWords(words: readonly string[]): Type | undefined {
  if (words.length === 1 && NAMED.has(words[0]!)) return NAMED.get(words[0]!);
  if (words.join(' ') === SRCU.name) return SRCU;
  if (words.length === 0 || words.some((word) => !PARTS.includes(word))) return undefined;
  const count = (word: string): number => words.filter((other) => other === word).length;
  const size = words.filter((word) => ['char', 'short', 'long'].includes(word)).join(' ');
  const bits = SIZES[size];
  if (
    bits === undefined ||
    count('int') > 1 ||
    count('unsigned') + count('signed') > 1 ||
    (size === 'char' && count('int') > 0)
  )
    return undefined;
  const signed = count('unsigned') === 0;
  if (size === 'char' && signed && count('signed') === 0) return { name: 'char', bits, signed, is: 'char' };
  return number(`${signed ? (size === 'char' ? 'signed ' : '') : 'unsigned '}${size || 'int'}`, bits, signed);
}

/** The type of a number that stands in C (C11 6.4.4.1): the first of those its writing allows that has room for it. */
export function typeOfNumeral({ value, decimal, unsigned, long }: Numeral): Type {
  const may = [INT, UNSIGNED, LONG, UNSIGNED_LONG].filter(
    (type) => (type.bits === 64 || !long) && (type.signed ? !unsigned : unsigned || !decimal),
  );
  return may.find((type) => holds(type, value)) ?? UNSIGNED_LONG;
}

/** Has the type room for this number? */
export const holds = ({ bits, signed }: Type, n: bigint): boolean =>
  (signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n)) === n;

/** The number that a type makes of bits, of which there may be too many: they wrap. */
export const wrapped = ({ bits, signed }: Type, n: bigint): bigint =>
  signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n);

/** What narrow numbers are before anything is computed with them (C11 6.3.1.1). */
export const promoted = (type: Type): Type => (type.bits < 32 ? INT : type);

/** The type in which two numbers are added or compared (C11 6.3.1.8). */
export function commonType(a: Type, b: Type): Type {
  const [left, right] = [promoted(a), promoted(b)];
  if (left.bits !== right.bits) return left.bits > right.bits ? left : right;
  return left.signed ? right : left;
}
