/** Registers of x86 and their parts, and operands in the syntax of AT&T (`X86_64`) and of Intel (`X86`). */
import type { Register } from './instruction-set.ts';
import { readNumeral } from './numbers.ts';

export type InMemory = { readonly location: string } | { readonly pointer: Register };
export type Operand = { readonly immediate: bigint } | { readonly register: Register } | InMemory;

export const isInMemory = (o: Operand): o is InMemory => 'location' in o || 'pointer' in o;

/** May it stand for a word of so many bits, with a sign or without? */
export const fits = (n: bigint, bits: number): boolean => n < 1n << BigInt(bits) && n >= -(1n << BigInt(bits - 1));

const whole = (key: string): readonly (readonly [string, Register])[] => [[key, { key, bits: 64, shift: 0 }]];
const part = (name: string, key: string, bits: number, shift = 0): readonly [string, Register] => [
  name,
  { key, bits, shift },
];

/** Every name, in small letters. SDM volume 1, 3.4.1. */
const REGISTERS = new Map<string, Register>([
  ...['a', 'b', 'c', 'd'].flatMap((x) => [
    ...whole(`r${x}x`),
    part(`e${x}x`, `r${x}x`, 32),
    part(`${x}x`, `r${x}x`, 16),
    part(`${x}l`, `r${x}x`, 8),
    part(`${x}h`, `r${x}x`, 8, 8),
  ]),
  ...['si', 'di', 'sp', 'bp'].flatMap((x) => [
    ...whole(`r${x}`),
    part(`e${x}`, `r${x}`, 32),
    part(x, `r${x}`, 16),
    part(`${x}l`, `r${x}`, 8),
  ]),
  ...[8, 9, 10, 11, 12, 13, 14, 15].flatMap((n) => [
    ...whole(`r${n}`),
    part(`r${n}d`, `r${n}`, 32),
    part(`r${n}w`, `r${n}`, 16),
    part(`r${n}b`, `r${n}`, 8),
  ]),
]);
/** A CPU of 32 bits has neither the wide registers nor the low bytes of the index registers. */
const isOld = (name: string): boolean => !/^r|^(si|di|sp|bp)l$/.test(name);

export const addressBits = (isa: string): number => (isa === 'X86' ? 32 : 64);

/** @returns undefined when the instruction set has none of that name */
export function registerOf(name: string, isa: string): Register | undefined {
  const plain = name.toLowerCase();
  return isa === 'X86' && !isOld(plain) ? undefined : REGISTERS.get(plain);
}

export const registerNames = (isa: string): readonly string[] =>
  [...REGISTERS.keys()]
    .filter((name) => isa !== 'X86' || isOld(name))
    .map((name) => (isa === 'X86' ? name.toUpperCase() : name));

/**
 * `$1`, `%rax`, `(x)`, `(%rax)`, `x(%rip)`; of Intel also `1`, `EAX`, `[x]`, `[EAX]`.
 * @returns a text that says what is wrong with it, when it is not understood
 */
export function readOperand(text: string, isa: string): Operand | string {
  const immediate = /^(\$?)(-?)((?:\d|').*)$/.exec(text);
  if (immediate) {
    const [, dollar, minus, digits] = immediate;
    if (isa !== 'X86' && dollar === '') return `"${text}" is the memory at that address; a number is written $${text}`;
    const numeral = readNumeral(digits!);
    if (typeof numeral === 'string') return numeral;
    return { immediate: minus ? -numeral.value : numeral.value };
  }
  const inside = /^[([]\s*(%?\w+)\s*[)\]]$/.exec(text)?.[1] ?? /^(\w+)\(%rip\)$/i.exec(text)?.[1];
  const name = (inside ?? text).replace(/^%/, '');
  // In the syntax of AT&T a name without a sign is that of a location, whatever it is.
  const register = isa === 'X86' || (inside ?? text).startsWith('%') ? registerOf(name, isa) : undefined;
  if (isa !== 'X86' && inside === undefined && registerOf(text, isa)) return `a register is written %${text}`;
  if (register && inside === undefined) return { register };
  if (register)
    return register.bits === addressBits(isa)
      ? { pointer: register }
      : `${name} has ${register.bits} bits, and an address has ${addressBits(isa)}`;
  if (inside?.startsWith('%') === true || /^%/.test(text)) return `${isa} has no register ${name}`;
  return inside !== undefined && /^[a-z_]\w*$/i.test(name)
    ? { location: name }
    : `"${text}" is no operand that is known`;
}
