/** Values of C: a word and its type. Numbers wrap as the kernel's compiler options have it (-fno-strict-overflow, Makefile). */
import type { Ref } from '@shootdown/core/plugin';
import type { ThreadState } from './instruction-set.ts';
import type { Word } from './litmus-test.ts';
import { commonType, INT, pointerTo, VOID, wrapped, type Type } from './types.ts';

/** A number is the one that its type says, with its sign; an address may be of an integer type too, if that is wide enough. */
export interface Value {
  readonly word: Word;
  readonly type: Type;
}

export const NOTHING: Value = { word: 0n, type: VOID };
export const truth = (is: boolean): Value => ({ word: is ? 1n : 0n, type: INT });
export const isTrueValue = ({ word }: Value): boolean => word !== 0n;
export const addressOf = (location: string, type: Type): Value => ({ word: { location }, type: pointerTo(type) });

/** The value as another type has it. */
export function converted(state: ThreadState, value: Value, type: Type): Value {
  const { word } = value;
  if (type.is === 'void') return NOTHING;
  if (value.type.is === 'void') return state.fail('a value is used that is none: what is called gives nothing back');
  if (type.is === 'bool') return { word: isTrueValue(value) ? 1n : 0n, type };
  if (typeof word !== 'bigint')
    return type.bits === 64
      ? { word, type }
      : state.notModelled(`a part of the address of ${word.location} is kept in ${type.name}`);
  // include/linux/compiler.h takes char as it comes: before 6.2 x86 gave it a sign, since then the kernel has -funsigned-char.
  if (type.is === 'char' && (word < 0n || word > 127n))
    return state.notModelled(
      `a char is given ${word}, and whether a char has a sign depends on the kernel: say signed char or unsigned char`,
    );
  return { word: wrapped(type, word), type };
}

/** The bits that memory and registers keep. */
export const bitsOf = ({ word, type }: Value): Word =>
  typeof word === 'bigint' ? BigInt.asUintN(type.bits, word) : word;

/** The value whose bits these are. */
export const ofBits = (state: ThreadState, word: Word, type: Type): Value => converted(state, { word, type }, type);

const number = (state: ThreadState, { word, type }: Value): bigint => {
  if (type.is === 'void') return state.fail('a value is used that is none: what is called gives nothing back');
  return typeof word === 'bigint'
    ? word
    : state.notModelled(`something is computed from the address of ${word.location}`);
};

const ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};
const RELATIONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** What an operator makes of two values. Both are converted to one type first (C11 6.3.1.8). */
export function computed(state: ThreadState, op: string, a: Value, b: Value): Value {
  if (op === '==' || op === '!=') {
    const same = sameAddress(state, a, b);
    if (same !== undefined) return truth(same === (op === '=='));
  }
  const moved = movedAddress(state, op, a, b);
  if (moved) return moved;
  const type = commonType(a.type, b.type);
  const [left, right] = [wrapped(type, number(state, a)), wrapped(type, number(state, b))];
  const relation = RELATIONS[op];
  return relation ? truth(relation(left, right)) : { word: wrapped(type, ARITHMETIC[op]!(left, right)), type };
}

/** The address of another element, so many behind the one that a pointer leads to (C11 6.5.6). */
function movedAddress(state: ThreadState, op: string, a: Value, b: Value): Value | undefined {
  const [to, by] = op === '+' && typeof a.word === 'bigint' ? [b, a] : [a, b];
  if ((op !== '+' && op !== '-') || typeof to.word === 'bigint' || typeof by.word !== 'bigint' || !to.type.to)
    return undefined;
  if (by.type.is === 'pointer') return undefined;
  const own = to.type.to.is === 'void' ? state.typeOf(to.word.location) : to.type.to;
  const bytes = (op === '+' ? by.word : -by.word) * BigInt(own.bits / 8);
  return { word: { location: state.displaced(to.word.location, bytes) }, type: to.type };
}

/** Is an address compared: with another, or with nothing? */
function sameAddress(state: ThreadState, { word: a }: Value, { word: b }: Value): boolean | undefined {
  if (typeof a === 'bigint') {
    if (typeof b === 'bigint') return undefined;
  } else if (typeof b !== 'bigint') return a.location === b.location;
  const number = typeof a === 'bigint' ? a : (b as bigint);
  return number === 0n ? false : state.notModelled(`an address is compared with ${number}`);
}

/** A place in memory, and the type of what is there. */
export interface Target {
  readonly location: string;
  readonly type: Type;
  readonly at: Ref;
}

/** Where an address leads. Its type says what is there; what an integer leads to says the location. */
export function target(state: ThreadState, { word, type }: Value, use: 'lock' | 'number' = 'number'): Target {
  if (typeof word === 'bigint') return state.fail(`${word} is used as an address`);
  const own = state.typeOf(word.location);
  const named = type.to === undefined || type.to.is === 'void' ? own : type.to;
  return { location: word.location, type: named, at: state.cell(word.location, named, use) };
}
