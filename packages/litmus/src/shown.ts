/** How words are read where the test looks at them: with the width and the sign of their place. */
import { NotModelled } from './mistakes.ts';
import type { ValueInTest, Word } from './litmus-test.ts';
import { wrapped, type Type } from './types.ts';

/** What is looked at: some bits of a cell. */
export interface View {
  /** As the file has it, for messages. */
  readonly name: string;
  readonly bits: number;
  /** The lowest of them. */
  readonly shift: number;
  /** Absent: they have no sign. */
  readonly type?: Type;
  /** What stands above the bits of the cell, where the location is wider than what instructions touch of it. */
  readonly above?: bigint;
  readonly addressBits: number;
}

/** How many bits a value of the place has. */
export const widthOf = ({ bits, type, above }: View): number => (above !== undefined && type ? type.bits : bits);

/**
 * In decimal, or the name of a location.
 * @param word what the cell holds
 * @throws NotModelled
 */
export function shown(view: View, word: Word): string {
  if (typeof word !== 'bigint') {
    if (view.shift > 0 || view.bits < view.addressBits)
      throw new NotModelled(`${view.name} is a part of the address of ${word.location}`);
    return word.location;
  }
  const here = BigInt.asUintN(view.bits, word >> BigInt(view.shift));
  return String(asTyped(view, ((view.above ?? 0n) << BigInt(view.bits)) | here));
}

/** The bits as the type has them. What a register holds beyond its declared type is shown too, never cut off. */
function asTyped(view: View, bits: bigint): bigint {
  const { type } = view;
  if (!type) return bits;
  if (type.is === 'char' && bits > 127n)
    throw new NotModelled(
      `${view.name} is a char that holds ${bits}, and whether a char has a sign depends on the kernel`,
    );
  if (bits < 1n << BigInt(type.bits)) return wrapped(type, bits);
  return wrapped({ ...type, bits: widthOf(view) }, bits);
}

/**
 * A value of the file as `shown` has it.
 * @returns undefined when the place can never hold it
 */
export function shownValue(view: View, value: ValueInTest): string | undefined {
  if ('location' in value) return value.location;
  const bits = patternOf(view, value);
  return bits === undefined ? undefined : String(asTyped(view, bits));
}

/**
 * The bits of a number, if a place has room for it. A decimal number is compared as C does it: where the type has a sign, bits that
 * stand for a negative number are not equal to the large number they would be without; unsigned numbers of 32 bits and more take in
 * negative ones.
 */
function patternOf(view: View, { number, decimal }: Extract<ValueInTest, { number: bigint }>): bigint | undefined {
  const width = widthOf(view);
  const { type } = view;
  if (type?.is === 'bool') return number === 0n || number === 1n ? number : undefined;
  if (number >= 1n << BigInt(width) || number < -(1n << BigInt(width - 1))) return undefined;
  if (type && type.bits === width && decimal && wrapped(type, number) !== number && (type.signed || width < 32))
    return undefined;
  return BigInt.asUintN(width, number);
}

/** What a place with a type can hold, for messages. */
export function rangeOf(view: View): string {
  const width = widthOf(view);
  const { type } = view;
  if (type?.is === 'bool') return '0 and 1';
  const [low, high] =
    type && !type.signed && width < 32
      ? [0n, (1n << BigInt(width)) - 1n]
      : [
          -(1n << BigInt(width - 1)),
          type?.signed === true ? (1n << BigInt(width - 1)) - 1n : (1n << BigInt(width)) - 1n,
        ];
  return `${low} to ${high}`;
}
