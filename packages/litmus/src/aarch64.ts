/** Instructions of AArch64 that litmus tests use, as operations. Arm Architecture Reference Manual, C6. */
import {
  bitwise,
  difference,
  isNumber,
  numberOf,
  same,
  sum,
  type AccessForm,
  type Operation,
  type Source,
  type Datum,
} from './assembly.ts';
import { assembly, bad, immediate, operandsOf, type Assembly, type Labelled } from './assembly-text.ts';
import {
  addressing,
  condition,
  cut,
  FLAGS,
  flagsOf,
  flagsOfDifference,
  flagsOfSum,
  isCondition,
  register,
  second,
  shifted,
  signed,
  sourceOf,
  target,
  type Addressing,
} from './aarch64-operands.ts';
import type { Thread } from './litmus-test.ts';
import { NotModelled } from './mistakes.ts';

type Reader = (operands: readonly string[], name: string) => readonly Labelled[];

/** Accesses of these registers and this memory are left to who models more than the order of plain memory. */
const SYSTEM =
  /^(MRS|MSR|DC|IC|TLBI|AT|SVC|HVC|SMC|ERET|BRK|UDF|WFE|WFI|WFET|SEV|SEVL|LDLAR[BH]?|STLLR[BH]?|LDXP|LDAXP|STXP|STLXP|CASPA?L?|LDG|STG|ST2G|STZG|IRG|ADDG|SUBG|PAC\w*|AUT\w*|XPAC\w*|BL|BLR|BR|RET|ADR|ADRP|LD1\w*|LD2\w*|LD3\w*|LD4\w*|ST1\w*|ST2\w*|ST3\w*|ST4\w*|LDIAPP|STILP|LDCLRP\w*|LDSETP\w*|SWPP\w*|LDTR\w*|STTR\w*|CPY\w*|SET[PME]\w*|GCS\w*|DUP|FMOV|MOVI|PTRUE|WHILE\w*)$/;
const NOTHING = /^(NOP|YIELD|HINT|PRFM|PRFUM|CSDB|BTI)$/;

const only = (operation: Labelled | undefined): readonly Labelled[] => (operation ? [operation] : []);
/** A result in a register; nothing where that is the zero register. */
const compute = (
  to: string | undefined,
  from: readonly Source[],
  as: (values: readonly Datum[]) => Datum,
): Operation | undefined => (to === undefined ? undefined : { do: 'compute', to, from, as });
const present = (...operations: readonly (Labelled | undefined)[]): readonly Labelled[] =>
  operations.filter((one) => one !== undefined);

/** `ADD X0,X1,X2`, with `S` the flags as well. */
const arithmetic: Reader = ([to, a, ...b], name) => {
  const d = register(to);
  const from = sourceOf(register(a));
  const by = second(b, d.bits);
  const minus = name.startsWith('SUB');
  const result = ([x, y]: readonly Datum[]): Datum => (minus ? difference : sum)(cut(x!, d.bits), by.read(y!), d.bits);
  const flags = ([x, y]: readonly Datum[]): Datum =>
    minus
      ? flagsOfDifference(cut(x!, d.bits), by.read(y!), d.bits)
      : flagsOfSum(cut(x!, d.bits), by.read(y!), 0n, d.bits);
  const sources = [from, by.source];
  // The flags first: the destination may be one of the sources.
  return present(name.endsWith('S') ? compute(FLAGS, sources, flags) : undefined, compute(target(d), sources, result));
};

const BITWISE: Readonly<Record<string, readonly ['and' | 'or' | 'xor', boolean]>> = {
  AND: ['and', false],
  ANDS: ['and', false],
  BIC: ['and', true],
  BICS: ['and', true],
  ORR: ['or', false],
  ORN: ['or', true],
  EOR: ['xor', false],
  EON: ['xor', true],
};
const logical: Reader = ([to, a, ...b], name) => {
  const d = register(to);
  const [op, inverted] = BITWISE[name]!;
  const by = second(b, d.bits);
  const result = ([x, y]: readonly Datum[]): Datum => {
    // Nothing is left of a value, an address too, whatever its width.
    if (op === 'xor' && !inverted && b.length === 1 && same(x!, y!)) return 0n;
    const other = by.read(y!);
    return bitwise(op, cut(x!, d.bits), inverted ? BigInt.asUintN(d.bits, ~numberOf(other)) : other, d.bits);
  };
  const sources = [sourceOf(register(a)), by.source];
  return present(
    name.endsWith('S') ? compute(FLAGS, sources, (values) => flagsOf(result(values), d.bits)) : undefined,
    compute(target(d), sources, result),
  );
};

const zero = (of: string | undefined): string => (register(of).bits === 32 ? 'WZR' : 'XZR');
const move: Reader = ([to, ...from]) => {
  const d = register(to);
  const by = second(from, d.bits);
  return only(compute(target(d), [by.source], ([value]) => cut(by.read(value!), d.bits)));
};
const moveInverted: Reader = ([to, ...from]) => {
  const d = register(to);
  const by = second(from, d.bits);
  return only(compute(target(d), [by.source], ([value]) => BigInt.asUintN(d.bits, ~numberOf(by.read(value!)))));
};
const moveKeeping: Reader = ([to, number, shift]) => {
  const d = register(to);
  const by = shift === undefined ? 0n : (immediate(/^LSL\s*(.*)$/i.exec(shift)?.[1]) ?? bad(`${shift} is no shift`));
  const part = (immediate(number) ?? bad(`${number} is no number`)) << by;
  const mask = 0xffffn << by;
  return only(compute(target(d), [sourceOf(d)], ([old]) => (BigInt.asUintN(d.bits, numberOf(old!)) & ~mask) | part));
};
const shift: Reader = ([to, a, b], name) => {
  const d = register(to);
  const by = second([b ?? ''], d.bits);
  return only(
    compute(target(d), [sourceOf(register(a)), by.source], ([x, y]) =>
      shifted(name.slice(0, 3), cut(x!, d.bits), numberOf(by.read(y!)) % BigInt(d.bits), d.bits),
    ),
  );
};
const extend: Reader = ([to, a], name) => {
  const d = register(to);
  const size = { B: 8, H: 16, W: 32 }[name[3] as 'B' | 'H' | 'W'];
  return only(
    compute(target(d), [sourceOf(register(a))], ([x]) =>
      name.startsWith('S')
        ? BigInt.asUintN(d.bits, signed(cut(x!, size), size))
        : BigInt.asUintN(size, numberOf(cut(x!, size))),
    ),
  );
};
const multiply: Reader = ([to, a, b]) => {
  const d = register(to);
  return only(
    compute(target(d), [sourceOf(register(a)), sourceOf(register(b))], ([x, y]) =>
      BigInt.asUintN(d.bits, numberOf(cut(x!, d.bits)) * numberOf(cut(y!, d.bits))),
    ),
  );
};

/** What the second value becomes where the condition does not hold. */
const OTHERWISE: Readonly<Record<string, (value: bigint) => bigint>> = {
  INC: (n) => n + 1n,
  INV: (n) => ~n,
  NEG: (n) => -n,
};
const select: Reader = ([to, a, b, on], name) => {
  const d = register(to);
  const key = target(d);
  const change = OTHERWISE[name.slice(2)];
  if (key === undefined) return [];
  return [
    {
      do: 'select',
      to: key,
      on: { register: FLAGS },
      chooses: condition(on),
      then: sourceOf(register(a)),
      otherwise: sourceOf(register(b)),
      as: (value) => cut(value, d.bits),
      orElse: (value) => (change ? BigInt.asUintN(d.bits, change(numberOf(cut(value, d.bits)))) : cut(value, d.bits)),
    },
  ];
};
const INVERTED: Readonly<Record<string, string>> = Object.fromEntries(
  ['EQ NE', 'CS CC', 'HS LO', 'MI PL', 'VS VC', 'HI LS', 'GE LT', 'GT LE'].flatMap((pair) => {
    const [a, b] = pair.split(' ') as [string, string];
    return [
      [a, b],
      [b, a],
    ];
  }),
);
const inverse = (name: string | undefined): string =>
  INVERTED[name?.toUpperCase() ?? ''] ?? bad(`${name} is no condition that can be inverted`);

const branch = (label: string | undefined, on: readonly Source[], taken: (values: readonly Datum[]) => boolean) => [
  { do: 'branch', on, taken, label: label ?? bad('it goes nowhere') } as const,
];
const isZero = (value: Datum): boolean => isNumber(value) && value === 0n;
const compareAndBranch: Reader = ([of, label], name) => {
  const { bits, ...one } = register(of);
  const wanted = name === 'CBZ';
  return branch(label, [sourceOf({ ...one, bits })], ([value]) => isZero(cut(value!, bits)) === wanted);
};
const testAndBranch: Reader = ([of, bit, label], name) => {
  const by = immediate(bit) ?? bad(`${bit} is no number`);
  const wanted = name === 'TBZ' ? 0n : 1n;
  return branch(label, [sourceOf(register(of))], ([value]) => ((numberOf(value!) >> by) & 1n) === wanted);
};

/** Widths that a suffix says; without one it is that of the register. */
const width = (suffix: string | undefined, own: number): number =>
  suffix?.endsWith('B') ? 8 : suffix?.endsWith('H') ? 16 : suffix === 'SW' ? 32 : own;
const access = ({ address, at }: Addressing, bits: number): AccessForm => ({ address, at, bits });
/** The base register behind an access that changes it. */
const writtenBack = ({ base, writesBack }: Addressing): Operation | undefined =>
  writesBack === undefined
    ? undefined
    : compute(target(base), [sourceOf(base)], ([value]) => sum(value!, BigInt.asUintN(64, writesBack)));

const load: Reader = ([to, where, behind], name) => {
  const [, kind, suffix] = /^LD(R|UR|AR|APR|APUR|XR|AXR)(B|H|SB|SH|SW)?$/.exec(name)!;
  const d = register(to);
  const bits = width(suffix, d.bits);
  const from = addressing(where, behind);
  const key = target(d);
  const acquire = kind === 'AR' || kind === 'AXR' ? 'acquire' : kind!.startsWith('AP') ? 'weak acquire' : undefined;
  return present(
    {
      do: 'load',
      ...access(from, bits),
      ...(key !== undefined && { to: key }),
      as: (value) => (suffix?.startsWith('S') ? BigInt.asUintN(d.bits, signed(value, bits)) : value),
      ...(acquire && { acquire }),
      ...(kind!.endsWith('XR') && { exclusive: true }),
    },
    writtenBack(from),
  );
};
const loadPair: Reader = ([to, other, where, behind], name) => {
  const [d, e] = [register(to), register(other)];
  const bits = name === 'LDPSW' ? 32 : d.bits;
  const from = addressing(where, behind);
  const half = (one: typeof d, by: bigint): Operation => {
    const key = target(one);
    return {
      do: 'load',
      ...access(from, bits),
      at: (values) => sum(from.at(values), by),
      ...(key !== undefined && { to: key }),
      as: (value) => (name === 'LDPSW' ? BigInt.asUintN(64, signed(value, 32)) : value),
    };
  };
  const halves = [half(d, 0n), half(e, BigInt(bits / 8))];
  // Both addresses come of the base as it was.
  return present(...(d.key === from.base.key ? halves.toReversed() : halves), writtenBack(from));
};
const store: Reader = ([value, where, behind], name) => {
  const [, kind, suffix] = /^ST(R|UR|LR|LUR)(B|H)?$/.exec(name)!;
  const from = register(value);
  const bits = width(suffix, from.bits);
  const to = addressing(where, behind);
  return present(
    {
      do: 'store',
      ...access(to, bits),
      value: sourceOf(from),
      as: (one) => cut(one, bits),
      ...(kind!.startsWith('L') && { release: true }),
    },
    writtenBack(to),
  );
};
const storePair: Reader = ([value, other, where, behind]) => {
  const [from, second_] = [register(value), register(other)];
  const to = addressing(where, behind);
  const half = (one: typeof from, by: bigint): Operation => ({
    do: 'store',
    ...access(to, from.bits),
    at: (values) => sum(to.at(values), by),
    value: sourceOf(one),
    as: (word) => cut(word, from.bits),
  });
  return present(half(from, 0n), half(second_, BigInt(from.bits / 8)), writtenBack(to));
};
const storeExclusive: Reader = ([status, value, where], name) => {
  const [, release, suffix] = /^ST(L?)XR(B|H)?$/.exec(name)!;
  const from = register(value);
  const bits = width(suffix, from.bits);
  return [
    {
      do: 'store',
      ...access(addressing(where, undefined), bits),
      value: sourceOf(from),
      as: (one) => cut(one, bits),
      ...(release && { release: true }),
      exclusive: { status: target(register(status)) ?? '', success: 0n, failure: 1n },
    },
  ];
};

type Atomic = (old: bigint, by: bigint, bits: number) => bigint;
const compared =
  (signs: boolean, larger: boolean): Atomic =>
  (old, by, bits) => {
    const of = (n: bigint): bigint => (signs ? BigInt.asIntN(bits, n) : n);
    return of(old) > of(by) === larger ? old : by;
  };
const ATOMICS: Readonly<Record<string, Atomic>> = {
  ADD: (old, by) => old + by,
  CLR: (old, by) => old & ~by,
  EOR: (old, by) => old ^ by,
  SET: (old, by) => old | by,
  SMAX: compared(true, true),
  SMIN: compared(true, false),
  UMAX: compared(false, true),
  UMIN: compared(false, false),
};
const ATOMIC = /^(CAS|SWP|(?:LD|ST)(ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))(A?)(L?)([BH]?)$/;
const atomic: Reader = (operands, name) => {
  const [, kind, op, acquire, release, suffix] = ATOMIC.exec(name)!;
  const stores = kind!.startsWith('ST');
  const [first, other, where] = stores ? [operands[0], zero(operands[0]), operands[1]] : operands;
  const from = register(first);
  const bits = width(suffix, from.bits);
  const compares = kind === 'CAS';
  const to = target(register(compares ? first : other));
  const change = op === undefined ? undefined : ATOMICS[op]!;
  return [
    {
      do: 'update',
      ...access(addressing(where, undefined), bits),
      ...(to !== undefined && { to }),
      ...(acquire && { acquire: 'acquire' }),
      ...(release && { release: true }),
      operand: sourceOf(compares ? register(other) : from),
      ...(compares && { expected: sourceOf(from) }),
      swaps: change === undefined,
      becomes: (old, by) =>
        change ? BigInt.asUintN(bits, change(numberOf(old), numberOf(cut(by, bits)), bits)) : cut(by, bits),
      as: (old) => old,
      compares: (value) => cut(value, bits),
    },
  ];
};

const barrier: Reader = ([domain = 'SY'], name) => {
  if (/^NSH/i.test(domain)) throw new NotModelled(`${name} ${domain}: an order that other CPUs need not see`);
  const [, kind] = /^(?:SY|ISH|OSH|(?:ISH|OSH)?(LD|ST))$/i.exec(domain) ?? bad(`${domain} is no kind of barrier`);
  return [{ do: 'fence', fence: `${name.toLowerCase()} ${kind?.toLowerCase() ?? 'sy'}` }];
};

const FORMS: readonly (readonly [RegExp, Reader])[] = [
  [/^(ADD|SUB)S?$/, arithmetic],
  [/^CMP$/, ([a, ...b]) => arithmetic([zero(a), a!, ...b], 'SUBS')],
  [/^CMN$/, ([a, ...b]) => arithmetic([zero(a), a!, ...b], 'ADDS')],
  [/^NEGS?$/, ([to, ...b], name) => arithmetic([to!, zero(to), ...b], name === 'NEG' ? 'SUB' : 'SUBS')],
  [/^TST$/, ([a, ...b]) => logical([zero(a), a!, ...b], 'ANDS')],
  [/^(ANDS?|BICS?|ORR|ORN|EOR|EON)$/, logical],
  [/^(MOV|MOVZ)$/, move],
  [/^(MVN|MOVN)$/, moveInverted],
  [/^MOVK$/, moveKeeping],
  [/^(LSL|LSR|ASR|ROR)V?$/, shift],
  [/^([SU]XT[BH]|SXTW|UXTW)$/, extend],
  [/^MUL$/, multiply],
  [/^CS(EL|INC|INV|NEG)$/, select],
  [/^CSET$/, ([to, on]) => select([to!, zero(to), zero(to), inverse(on)], 'CSINC')],
  [/^CSETM$/, ([to, on]) => select([to!, zero(to), zero(to), inverse(on)], 'CSINV')],
  [/^C(INC|INV|NEG)$/, ([to, a, on], name) => select([to!, a!, a!, inverse(on)], `CS${name.slice(1)}`)],
  [/^B$/, ([label]) => branch(label, [], () => true)],
  [/^CBN?Z$/, compareAndBranch],
  [/^TBN?Z$/, testAndBranch],
  [/^LD(R|UR|AR|APR|APUR|XR|AXR)(B|H|SB|SH|SW)?$/, load],
  [/^LDN?P(SW)?$/, loadPair],
  [/^ST(R|UR|LR|LUR)(B|H)?$/, store],
  [/^STN?P$/, storePair],
  [/^STL?XR(B|H)?$/, storeExclusive],
  [ATOMIC, atomic],
  [/^(DMB|DSB)$/, barrier],
  [/^ISB$/, () => [{ do: 'fence', fence: 'isb' }]],
  [NOTHING, () => []],
];

/** @returns how the instruction is read, with its name */
function instruction(text: string): readonly Labelled[] {
  const [, word, rest] = /^(\S+)\s*(.*)$/.exec(text)!;
  const name = word!.toUpperCase();
  const conditional = /^B\.?([A-Z]{2})$/.exec(name)?.[1];
  if (conditional !== undefined && isCondition(conditional) && !/^B[LR]$/.test(name)) {
    const test = condition(conditional);
    return branch(rest!.trim(), [{ register: FLAGS }], ([flags]) => test(flags!));
  }
  const form = FORMS.find(([pattern]) => pattern.test(name));
  if (form) return form[1](operandsOf(rest!), name);
  if (SYSTEM.test(name)) throw new NotModelled(`the instruction ${name}`);
  return bad('no instruction that is known of AArch64');
}

/** @param where makes the name of a place of the file, for messages */
export const readAArch64 = (thread: Thread, where: (line: number, column: number) => string): Assembly =>
  assembly(thread, where, instruction);
