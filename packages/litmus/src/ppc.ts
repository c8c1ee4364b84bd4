/** Instructions of POWER that litmus tests use, as operations. Power ISA, books I and II. */
import {
  bitwise,
  difference,
  isNumber,
  narrowed,
  numberOf,
  same,
  sum,
  type AccessForm,
  type Operation,
  type Source,
  type Datum,
} from './assembly.ts';
import {
  assembly,
  bad,
  immediate,
  operandsOf,
  type Assembly,
  type Labelled,
  type NamedRegister,
} from './assembly-text.ts';
import type { Thread } from './litmus-test.ts';
import { NotModelled } from './mistakes.ts';

type Reader = (operands: readonly string[], name: string) => readonly Labelled[];

/** Bits of a field of the condition register: less, greater, equal, and that only the last one is known, of addresses. */
const [LESS, GREATER, EQUAL, UNORDERED] = [8n, 4n, 2n, 16n];
/** Addresses are moved in words as well: tests do not say how wide they are. */
const ADDRESS = 32;

/** @returns undefined where it is no register */
export function registerOf(name: string): NamedRegister | undefined {
  const symbol = /^%(\w+)$/.exec(name)?.[1];
  const [, number] = /^(?:r|GPR)(\d{1,2})$/i.exec(symbol ?? name) ?? [];
  if (number !== undefined) return Number(number) <= 31 ? { key: `r${Number(number)}`, bits: 64 } : undefined;
  if (symbol !== undefined) return { key: `%${symbol}`, bits: 64 };
  return undefined;
}
export const registerNames: readonly string[] = Array.from({ length: 32 }, (_, i) => `r${i}`);

const register = (text: string | undefined): string =>
  registerOf(text ?? '')?.key ??
  bad(text === undefined ? 'an operand is missing' : `${text} is no register that is known`);
const from = (text: string | undefined): Source => ({ register: register(text) });
/** Where r0 stands for zero. */
const orZero = (text: string | undefined): Source => (register(text) === 'r0' ? { value: 0n } : from(text));
const number = (text: string | undefined): bigint => immediate(text) ?? bad(`${text} is no number`);
const wide = (n: bigint): bigint => BigInt.asUintN(64, n);

const compute = (to: string, sources: readonly Source[], as: (values: readonly Datum[]) => Datum): Operation => ({
  do: 'compute',
  to,
  from: sources,
  as,
});

function compared(a: Datum, b: Datum, bits: number, signs: boolean): bigint {
  if (!isNumber(a) || !isNumber(b)) return UNORDERED | (same(a, b) ? EQUAL : 0n);
  const of = (n: bigint): bigint => (signs ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n));
  return of(a) < of(b) ? LESS : of(a) > of(b) ? GREATER : EQUAL;
}

const THREE: Readonly<Record<string, (a: Datum, b: Datum) => Datum>> = {
  add: (a, b) => sum(a, b),
  sub: (a, b) => difference(a, b),
  subf: (a, b) => difference(b, a),
  and: (a, b) => bitwise('and', a, b),
  or: (a, b) => bitwise('or', a, b),
  xor: (a, b) => bitwise('xor', a, b),
  nor: (a, b) => wide(~numberOf(bitwise('or', a, b))),
  nand: (a, b) => wide(~numberOf(bitwise('and', a, b))),
  mullw: (a, b) => wide(BigInt.asIntN(32, numberOf(a)) * BigInt.asIntN(32, numberOf(b))),
  mull: (a, b) => wide(numberOf(a) * numberOf(b)),
  mulld: (a, b) => wide(numberOf(a) * numberOf(b)),
  slw: (a, b) => BigInt.asUintN(32, numberOf(a) << (numberOf(b) & 63n)),
  srw: (a, b) => BigInt.asUintN(32, numberOf(a)) >> (numberOf(b) & 63n),
  sld: (a, b) => wide(numberOf(a) << (numberOf(b) & 127n)),
  srd: (a, b) => numberOf(a) >> (numberOf(b) & 127n),
};
const three: Reader = ([to, a, b], text) => {
  const name = text.replace('.', '');
  return withFlags(text, register(to), [from(a), from(b)], ([x, y]) => THREE[name]!(x!, y!));
};
/** A result; with a dot behind the name, compared with zero as well. */
function withFlags(
  name: string,
  to: string,
  sources: readonly Source[],
  as: (values: readonly Datum[]) => Datum,
): readonly Labelled[] {
  const flags = compute('CR0', sources, (values) => compared(as(values), 0n, 64, true));
  return [...(name.endsWith('.') ? [flags] : []), compute(to, sources, as)];
}

const IMMEDIATE: Readonly<Record<string, (a: Datum, n: bigint) => Datum>> = {
  addi: (a, n) => sum(a, wide(n)),
  addis: (a, n) => sum(a, wide(n << 16n)),
  subi: (a, n) => sum(a, wide(-n)),
  andi: (a, n) => bitwise('and', a, BigInt.asUintN(16, n)),
  ori: (a, n) => bitwise('or', a, BigInt.asUintN(16, n)),
  xori: (a, n) => bitwise('xor', a, BigInt.asUintN(16, n)),
  mulli: (a, n) => wide(numberOf(a) * n),
  slwi: (a, n) => BigInt.asUintN(32, numberOf(a) << n),
  srwi: (a, n) => BigInt.asUintN(32, numberOf(a)) >> n,
  sldi: (a, n) => wide(numberOf(a) << n),
  srdi: (a, n) => numberOf(a) >> n,
};
const withImmediate: Reader = ([to, a, n], text) => {
  const name = text.replace('.', '');
  const by = number(n);
  const source = /^(addis?|subi)$/.test(name) ? orZero(a) : from(a);
  return withFlags(text, register(to), [source], ([x]) => IMMEDIATE[name]!(x!, by));
};

const compare: Reader = (operands, name) => {
  const [field, a, b] = operands.length === 3 ? operands : ['cr0', ...operands];
  const to = /^(?:cr)?([0-7])$/i.exec(field!)?.[1] ?? bad(`${field} is no field of the condition register`);
  const bits = name.includes('d') ? 64 : 32;
  const other: Source = name.endsWith('i') ? { value: wide(number(b)) } : from(b);
  return [
    compute(`CR${to}`, [from(a), other], ([x, y]) =>
      compared(narrowed(x!, bits, ADDRESS), narrowed(y!, bits, ADDRESS), bits, !name.startsWith('cmpl')),
    ),
  ];
};

const TESTS: Readonly<Record<string, readonly [bigint, boolean]>> = {
  beq: [EQUAL, true],
  bne: [EQUAL, false],
  blt: [LESS, true],
  bge: [LESS, false],
  bnl: [LESS, false],
  bgt: [GREATER, true],
  ble: [GREATER, false],
  bng: [GREATER, false],
};
const branch: Reader = (operands, text) => {
  const [field, label] = operands.length === 2 ? operands : ['cr0', ...operands];
  const of = /^(?:cr)?([0-7])$/i.exec(field!)?.[1] ?? bad(`${field} is no field of the condition register`);
  const [bit, wanted] = TESTS[text.replace(/[-+]$/, '')]!;
  const taken = ([flags]: readonly Datum[]): boolean => {
    const bits = numberOf(flags!);
    if ((bits & UNORDERED) !== 0n && bit !== EQUAL) throw new NotModelled('addresses are compared by their size');
    return ((bits & bit) !== 0n) === wanted;
  };
  return [{ do: 'branch', on: [{ register: `CR${of}` }], taken, label: label ?? bad('it goes nowhere') }];
};

const BITS: Readonly<Record<string, number>> = { b: 8, h: 16, w: 32, d: 64 };

/** An address with its base, for accesses that change the base. */
type Place = Pick<AccessForm, 'address' | 'at'>;
/** `8(r1)`; as some tests have it `r2,8,r1`. */
function displaced(operands: readonly string[]): Place & { readonly base: string; readonly by: bigint } {
  const [text, base] =
    operands.length === 2 ? operands : (/^([-+\w]*)\s*\(\s*(%?\w+)\s*\)$/.exec(operands[0] ?? '')?.slice(1) ?? []);
  if (base === undefined) return bad(`${operands.join()} is no address`);
  const by = text === '' ? 0n : number(text);
  return { address: [orZero(base)], at: ([value]) => sum(value!, wide(by)), base: register(base), by };
}
const indexed = ([a, b]: readonly string[]): Place => ({
  address: [orZero(a), from(b)],
  at: ([x, y]) => sum(x!, y!),
});
const place = (form: string, operands: readonly string[]): Place =>
  form.includes('x') ? indexed(operands) : displaced(operands);
/** The base register behind an access that changes it. */
const changedBase = (form: string, operands: readonly string[]): Operation[] => {
  if (!form.includes('u')) return [];
  if (form.includes('x')) {
    const [a, b] = operands;
    return [compute(register(a), [from(a), from(b)], ([x, y]) => sum(x!, y!))];
  }
  const { base, by } = displaced(operands);
  return [compute(base, [{ register: base }], ([value]) => sum(value!, wide(by)))];
};

const LOAD = /^l(?:(b|h|w)(z|a)|(d))(u?x?)$/;
const load: Reader = ([to, ...where], name) => {
  const [, narrow, how, , form] = LOAD.exec(name)!;
  const bits = BITS[narrow ?? 'd']!;
  return [
    {
      do: 'load',
      ...place(form!, where),
      bits,
      to: register(to),
      as: (value) => (how === 'a' ? wide(BigInt.asIntN(bits, numberOf(value))) : value),
    },
    ...changedBase(form!, where),
  ];
};
const STORE = /^st(b|h|w|d)(u?x?)$/;
const store: Reader = ([value, ...where], name) => {
  const [, width, form] = STORE.exec(name)!;
  const bits = BITS[width!]!;
  return [
    { do: 'store', ...place(form!, where), bits, value: from(value), as: (one) => narrowed(one, bits, ADDRESS) },
    ...changedBase(form!, where),
  ];
};
const RESERVE = /^l(b|h|w|d)arx$/;
const loadAndReserve: Reader = ([to, ...where], name) => [
  {
    do: 'load',
    ...indexed(where),
    bits: BITS[RESERVE.exec(name)![1]!]!,
    to: register(to),
    as: (value) => value,
    exclusive: true,
  },
];
const CONDITIONAL = /^st(b|h|w|d)cx\.$/;
const storeConditional: Reader = ([value, ...where], name) => {
  const bits = BITS[CONDITIONAL.exec(name)![1]!]!;
  return [
    {
      do: 'store',
      ...indexed(where),
      bits,
      value: from(value),
      as: (one) => narrowed(one, bits, ADDRESS),
      exclusive: { status: 'CR0', success: EQUAL, failure: 0n, depends: true },
    },
  ];
};

const fence =
  (name: string): Reader =>
  () => [{ do: 'fence', fence: name }];
const sync: Reader = ([kind]) => {
  const n = kind === undefined ? 0n : number(kind);
  return n === 0n || n === 2n
    ? fence('sync')([], '')
    : n === 1n
      ? fence('lwsync')([], '')
      : bad(`there is no sync ${n} that is known`);
};

const FORMS: readonly (readonly [RegExp, Reader])[] = [
  [/^li$/, ([to, n]) => [compute(register(to), [], () => wide(number(n)))]],
  [/^lis$/, ([to, n]) => [compute(register(to), [], () => wide(number(n) << 16n))]],
  [/^mr\.?$/, ([to, a], name) => withFlags(name, register(to), [from(a)], ([value]) => value!)],
  [/^neg\.?$/, ([to, a], name) => withFlags(name, register(to), [from(a)], ([value]) => wide(-numberOf(value!)))],
  [/^not\.?$/, ([to, a], name) => withFlags(name, register(to), [from(a)], ([value]) => wide(~numberOf(value!)))],
  [/^(add|subf?|and|or|xor|nor|nand|mull|mullw|mulld|s[lr][wd])\.?$/, three],
  [/^(addis?|subi|andi\.|ori|xori|mulli|s[lr][wd]i\.?)$/, withImmediate],
  [/^cmpl?[wd]i?$/, compare],
  [/^b(eq|ne|lt|ge|nl|gt|le|ng)[-+]?$/, branch],
  [/^b$/, ([label]) => [{ do: 'branch', on: [], taken: () => true, label: label ?? bad('it goes nowhere') }]],
  [LOAD, load],
  [STORE, store],
  [RESERVE, loadAndReserve],
  [CONDITIONAL, storeConditional],
  [/^(hw|m)?sync$/, sync],
  // Of memory accesses it orders what sync orders.
  [/^ptesync$/, fence('sync')],
  [/^lwsync$/, fence('lwsync')],
  [/^eieio$/, fence('eieio')],
  [/^isync$/, fence('isync')],
  // Cache hints order nothing.
  [/^(nop|dcbf|dcbst|dcbt|dcbtst|dcbi)$/, () => []],
];
const OTHER =
  /^(bl|blr|bctr|bctrl|bdnz|mtlr|mflr|mtctr|mfctr|mfcr|mtcr|lmw|stmw|lq|stq|lqarx|stqcx\.|tlbie|tlbiel|tlbsync|slbie|icbi|mtspr|mfspr|tbegin\.?|tend\.?|tabort\.?|cr\w+|rl\w+|sraw?i?|srad?i?|div\w+|ext\w+|cntlz\w+|wait|sc|rfid|isel)$/;

function instruction(text: string): readonly Labelled[] {
  const [, word, rest] = /^(\S+)\s*(.*)$/.exec(text)!;
  const name = word!.toLowerCase();
  const form = FORMS.find(([pattern]) => pattern.test(name));
  if (form) return form[1](operandsOf(rest!), name);
  if (OTHER.test(name)) throw new NotModelled(`the instruction ${name}`);
  return bad('no instruction that is known of PPC');
}

/** @param where makes the name of a place of the file, for messages */
export const readPpc = (thread: Thread, where: (line: number, column: number) => string): Assembly =>
  assembly(thread, where, instruction);
