/** Registers of x86 and their parts, and operands in the syntax of AT&T (`X86_64`) and of Intel (`X86`). */
import type { Register } from './instruction-set.ts';
import { readNumeral } from './numbers.ts';

/** A place in memory: a location, or where a register points, and how many bytes behind it. */
export type InMemory = ({ readonly location: string } | { readonly pointer: Register }) & {
  readonly displacement: bigint;
  /** Adds what a register holds, so many times. */
  readonly index?: { readonly register: Register; readonly scale: bigint };
};
export type Operand =
  | { readonly immediate: bigint }
  | { readonly addressOf: string; readonly displacement: bigint }
  | { readonly register: Register }
  | InMemory;

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
 * `$1`, `$x`, `%rax`, `(x)`, `x`, `x+4`, `x[1]`, `(%rax)`, `4(%rax)`, `(%rax,%rcx,4)`, `x(%rip)`; of Intel also `1`, `EAX`, `[x]`, `[x+4]`,
 * `[EAX]`, `[EAX+ECX*4]`, `DWORD PTR [x]`.
 * @returns a text that says what is wrong with it, when it is not understood
 */
export function readOperand(text: string, isa: string): Operand | string {
  const isIntel = isa === 'X86';
  const plain = isIntel ? text.replace(/^(?:byte|word|dword|qword)\s+ptr\s*/i, '') : text;
  const number = /^(\$?)\s*(-?)((?:\d|').*)$/.exec(plain);
  if (number && !/[(+[]/.test(plain)) {
    const [, dollar, minus, digits] = number;
    if (!isIntel && dollar === '') return `"${text}" is the memory at that address; a number is written $${text}`;
    const numeral = readNumeral(digits!);
    if (typeof numeral === 'string') return numeral;
    return { immediate: minus ? -numeral.value : numeral.value };
  }
  const address = /^\$([a-z_]\w*)(?:\+(\d+)|\[(\d+)\])?$/i.exec(plain);
  if (address) return { addressOf: elementName(address[1]!, address[3]), displacement: BigInt(address[2] ?? 0) };
  const bare = plain.replace(/^%/, '');
  const register = isIntel || plain.startsWith('%') ? registerOf(bare, isa) : undefined;
  if (register) return { register };
  if (/^%\w+$/.test(plain)) return `${isa} has no register ${bare}`;
  if (!isIntel && registerOf(plain, isa)) return `a register is written %${plain}`;
  return (isIntel ? inBrackets(plain, isa) : inParentheses(plain, isa)) ?? `"${text}" is no operand that is known`;
}

const elementName = (name: string, index: string | undefined): string =>
  index === undefined ? name : `${name}[${Number(index)}]`;

/** AT&T: displacement(base, index, scale). A name without a sign is that of a location, whatever it is. */
function inParentheses(text: string, isa: string): Operand | string | undefined {
  const [, before = '', inside] = /^([^(]*)(?:\(([^)]*)\))?$/.exec(text.replaceAll(' ', '')) ?? [];
  const named = sumOf(before);
  if (typeof named !== 'object') return named;
  const [base = '', index = '', scale = '1'] = inside?.split(',') ?? [];
  if (/^%e?rip$|^%rip$/i.test(base)) return named.location === undefined ? undefined : inMemory(named);
  if (!base.startsWith('%') && index === '') {
    const there = sumOf(base);
    const one = named.location === undefined ? there : inside === undefined || base === '' ? named : undefined;
    return typeof one === 'object'
      ? inMemory({ ...one, displacement: named.displacement + (one === named ? 0n : one.displacement) })
      : one;
  }
  const pointer = base === '' ? undefined : pointerOf(base.replace(/^%/, ''), isa);
  if (typeof pointer === 'string') return pointer;
  const by = index === '' ? undefined : pointerOf(index.replace(/^%/, ''), isa);
  if (typeof by === 'string') return by;
  return joined(named, pointer, by && { register: by, scale: BigInt(scale) });
}

/** Intel: [base + index*scale + displacement]. */
function inBrackets(text: string, isa: string): Operand | string | undefined {
  const [, before = '', inside] = /^(\w*)\[([^\]]*)\]$/.exec(text.replaceAll(' ', '')) ?? [];
  if (inside === undefined) return undefined;
  if (before !== '' && /^\d+$/.test(inside))
    return inMemory({ location: elementName(before, inside), displacement: 0n });
  let [rest, pointer, index]: [string[], Register?, { register: Register; scale: bigint }?] = [before ? [before] : []];
  for (const term of inside
    .replaceAll('-', '+-')
    .split('+')
    .filter((one) => one !== '')) {
    const [, name = '', scale] = /^([a-z]\w*)(?:\*([1248]))?$/i.exec(term) ?? [];
    if (name === '' || !registerOf(name, isa)) rest = [...rest, term];
    else {
      const register = pointerOf(name, isa);
      if (typeof register === 'string') return register;
      if (scale === undefined && !pointer) pointer = register;
      else index = { register, scale: BigInt(scale ?? 1) };
    }
  }
  const named = sumOf(rest.join('+'));
  return typeof named === 'object' ? joined(named, pointer, index) : named;
}

interface Sum {
  readonly location?: string;
  readonly displacement: bigint;
}

/** `x`, `x[1]`, `x+4`, `4+x`, `-8`, or nothing. */
function sumOf(text: string): Sum | string | undefined {
  let [location, displacement]: [string | undefined, bigint] = [undefined, 0n];
  for (const term of text
    .replaceAll('-', '+-')
    .split('+')
    .filter((one) => one !== '')) {
    const [, name, index] = /^([a-z_]\w*)(?:\[(\d+)\])?$/i.exec(term) ?? [];
    if (name !== undefined && location === undefined) location = elementName(name, index);
    else if (/^-?\d/.test(term)) {
      const numeral = readNumeral(term.replace('-', ''));
      if (typeof numeral === 'string') return numeral;
      displacement += term.startsWith('-') ? -numeral.value : numeral.value;
    } else return undefined;
  }
  return { ...(location !== undefined && { location }), displacement };
}

const inMemory = ({ location, displacement }: Sum): InMemory | undefined =>
  location === undefined ? undefined : { location, displacement };

function joined(
  { location, displacement }: Sum,
  pointer: Register | undefined,
  index: InMemory['index'],
): Operand | undefined {
  const more = { displacement, ...(index && { index }) };
  if (location === undefined) return pointer && { pointer, ...more };
  if (!pointer) return { location, ...more };
  return index ? undefined : { location, displacement, index: { register: pointer, scale: 1n } };
}

/** A register as wide as an address. */
function pointerOf(name: string, isa: string): Register | string {
  const register = registerOf(name, isa);
  if (!register) return `${isa} has no register ${name}`;
  return register.bits === addressBits(isa)
    ? register
    : `${name} has ${register.bits} bits, and an address has ${addressBits(isa)}`;
}
