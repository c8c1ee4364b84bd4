/** Registers, second operands, addresses and conditions of AArch64. Arm Architecture Reference Manual, C1.2 and C6. */
import { isNumber, narrowed, numberOf, sum, type Source, type Datum } from './assembly.ts';
import { bad, immediate, operandsOf, type NamedRegister } from './assembly-text.ts';
import { NotModelled } from './mistakes.ts';

const M64 = 64;
/** The flags N, Z, C and V, as bits 3 to 0; bit 4: addresses were compared, of which it is only known whether they are equal. */
export const FLAGS = 'NZCV';
export const UNORDERED = 16n;

/** @returns undefined where it is no register; a key of '' is the zero register */
export function registerOf(name: string): NamedRegister | undefined {
  const [, width, number] = /^([WX])(\d{1,2}|ZR|%\w+)$/i.exec(name) ?? [];
  if (width === undefined || number === undefined) {
    const symbol = /^%(\w+)$/.exec(name)?.[1];
    return symbol === undefined ? undefined : { key: `%${symbol}`, bits: 64 };
  }
  const bits = width.toUpperCase() === 'W' ? 32 : 64;
  if (number.startsWith('%')) return { key: number, bits };
  if (number.toUpperCase() === 'ZR') return { key: '', bits };
  return Number(number) <= 30 ? { key: `X${Number(number)}`, bits } : undefined;
}
export const registerNames: readonly string[] = ['X', 'W'].flatMap((w) =>
  Array.from({ length: 31 }, (_, i) => `${w}${i}`),
);

export const register = (text: string | undefined): NamedRegister =>
  registerOf(text ?? '') ??
  (/^(W?SP|[BHSDQVZP]\d+)/i.test(text ?? '')
    ? notModelled(`the register ${text}`)
    : bad(`${text === undefined ? 'an operand is missing' : `${text} is no register`}`));
const notModelled = (what: string): never => {
  throw new NotModelled(what);
};
export const sourceOf = ({ key }: NamedRegister): Source => (key === '' ? { value: 0n } : { register: key });
/** Where a result goes: the zero register takes none. */
export const target = ({ key }: NamedRegister): string | undefined => (key === '' ? undefined : key);

/** A number or an address as so many bits hold it. */
export const cut = (value: Datum, bits: number): Datum => narrowed(value, bits, M64);
export const signed = (value: Datum, bits: number): bigint => BigInt.asIntN(bits, numberOf(value));

/** A second operand: a register, perhaps shifted or extended, or a number. */
export interface Second {
  readonly source: Source;
  read(value: Datum): Datum;
}

export function second(parts: readonly string[], bits: number): Second {
  const [text, how] = parts;
  const number = immediate(text);
  if (number !== undefined) {
    const [, by] = /^LSL\s*(.*)$/i.exec(how ?? '') ?? [];
    const shifted = by === undefined ? number : number << (immediate(by) ?? bad(`${how} is no shift`));
    return { source: { value: BigInt.asUintN(bits, shifted) }, read: (value) => value };
  }
  const from = register(text);
  return { source: sourceOf(from), read: extension(how, bits, from.bits) };
}

/** `LSL #2`, `SXTW`, `UXTW #2` and their like. @param own bits of the register that is changed */
export function extension(how: string | undefined, bits: number, own: number): (value: Datum) => Datum {
  if (how === undefined) return (value) => cut(value, Math.min(bits, own));
  const [, op, amount] = /^(LSL|LSR|ASR|ROR|[SU]XT[BHWX])\s*(.*)$/i.exec(how) ?? [];
  if (op === undefined) return bad(`${how} is no shift and no extension`);
  const by = amount === '' || amount === undefined ? 0n : (immediate(amount) ?? bad(`${amount} is no number`));
  const name = op.toUpperCase();
  if (name.includes('XT')) {
    const size = { B: 8, H: 16, W: 32, X: 64 }[name[3] as 'B' | 'H' | 'W' | 'X'];
    return (value) => {
      const part = size === 64 ? value : BigInt.asUintN(size, numberOf(cut(value, size)));
      const whole = name.startsWith('S') && isNumber(part) ? BigInt.asIntN(size, part) : part;
      return by === 0n && !isNumber(whole) ? whole : BigInt.asUintN(bits, numberOf(whole) << by);
    };
  }
  return (value) => shifted(name, cut(value, bits), by, bits);
}

/** @param name `LSL`, `LSR`, `ASR` or `ROR` */
export function shifted(name: string, value: Datum, by: bigint, bits: number): Datum {
  if (by === 0n) return value;
  const n = BigInt.asUintN(bits, numberOf(value));
  const amount = by % BigInt(bits);
  if (name === 'LSL') return BigInt.asUintN(bits, n << amount);
  if (name === 'LSR') return n >> amount;
  if (name === 'ASR') return BigInt.asUintN(bits, BigInt.asIntN(bits, n) >> amount);
  return BigInt.asUintN(bits, (n >> amount) | (n << (BigInt(bits) - amount)));
}

/** Where an access goes to, and what its base register holds behind it. */
export interface Addressing {
  readonly address: readonly Source[];
  at(values: readonly Datum[]): Datum;
  readonly base: NamedRegister;
  /** What is added to the base, where the access writes it back. */
  readonly writesBack?: bigint;
}

/** @param behind what stands behind the brackets: a number that is added to the base afterwards */
export function addressing(text: string | undefined, behind: string | undefined): Addressing {
  const [, inside, mark] = /^\[\s*([^\]]*?)\s*\](!?)$/.exec(text ?? '') ?? [];
  if (inside === undefined) return bad(`${text ?? 'nothing'} is no address`);
  const [first, ...more] = operandsOf(inside);
  const base = register(first);
  if (base.bits !== 64 || base.key === '') bad(`${first} is no base of an address`);
  const from = sourceOf(base);
  if (behind !== undefined) {
    const by = immediate(behind) ?? bad(`${behind} is no number`);
    if (more.length > 0) bad('an address has two offsets');
    return { address: [from], at: ([value]) => value!, base, writesBack: by };
  }
  const by = more.length === 0 ? 0n : immediate(more[0]);
  if (by !== undefined)
    return {
      address: [from],
      at: ([value]) => sum(value!, BigInt.asUintN(64, by)),
      base,
      ...(mark === '!' && { writesBack: by }),
    };
  const index = second(more, 64);
  if (register(more[0]).bits === 32 && more.length < 2) bad(`${more[0]} needs an extension`);
  return { address: [from, index.source], at: ([a, b]) => sum(a!, index.read(b!)), base };
}

type Test = (flags: bigint) => boolean;
const n: Test = (f) => (f & 8n) !== 0n;
const z: Test = (f) => (f & 4n) !== 0n;
const c: Test = (f) => (f & 2n) !== 0n;
const v: Test = (f) => (f & 1n) !== 0n;
const CONDITIONS: Readonly<Record<string, Test>> = {
  EQ: z,
  NE: (f) => !z(f),
  CS: c,
  HS: c,
  CC: (f) => !c(f),
  LO: (f) => !c(f),
  MI: n,
  PL: (f) => !n(f),
  VS: v,
  VC: (f) => !v(f),
  HI: (f) => c(f) && !z(f),
  LS: (f) => !c(f) || z(f),
  GE: (f) => n(f) === v(f),
  LT: (f) => n(f) !== v(f),
  GT: (f) => !z(f) && n(f) === v(f),
  LE: (f) => z(f) || n(f) !== v(f),
  AL: () => true,
};
export const isCondition = (name: string): boolean => name.toUpperCase() in CONDITIONS;

/** @returns a test of the flags */
export function condition(name: string | undefined): (flags: Datum) => boolean {
  const test = CONDITIONS[name?.toUpperCase() ?? ''] ?? bad(`${name} is no condition`);
  const ofEqual = test === CONDITIONS['EQ'] || test === CONDITIONS['NE'] || test === CONDITIONS['AL'];
  return (flags) => {
    const bits = numberOf(flags);
    if ((bits & UNORDERED) !== 0n && !ofEqual) notModelled('addresses are compared by their size');
    return test(bits);
  };
}

/** The flags of a sum. @param carry 1 for a subtraction, whose second operand is inverted */
export function flagsOfSum(a: Datum, b: Datum, carry: bigint, bits: number): bigint {
  if (!isNumber(a) || !isNumber(b)) return notModelled('flags of a sum with an address');
  const [x, y] = [BigInt.asUintN(bits, a), BigInt.asUintN(bits, b)];
  const result = BigInt.asUintN(bits, x + y + carry);
  const overflow = BigInt.asIntN(bits, x) + BigInt.asIntN(bits, y) + carry !== BigInt.asIntN(bits, result);
  return flagsOf(result, bits) | (x + y + carry >= 1n << BigInt(bits) ? 2n : 0n) | (overflow ? 1n : 0n);
}
export function flagsOfDifference(a: Datum, b: Datum, bits: number): bigint {
  if (isNumber(a) && isNumber(b)) return flagsOfSum(a, BigInt.asUintN(bits, ~b), 1n, bits);
  const equal = !isNumber(a) && !isNumber(b) && a.location === b.location && a.offset === b.offset;
  return UNORDERED | (equal ? 4n : 0n);
}
export const flagsOf = (result: Datum, bits: number): bigint =>
  isNumber(result)
    ? ((result >> BigInt(bits - 1)) & 1n ? 8n : 0n) | (result === 0n ? 4n : 0n)
    : notModelled('flags of an address');
