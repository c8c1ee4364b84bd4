/** Programs of machines that order memory loosely: instructions as small operations on registers, of which memory accesses are some. */
import { NotModelled } from './mistakes.ts';

/** What a register or a word of memory holds: a number that is not negative, or an address in or near a location. */
export type Datum = bigint | Address;
export interface Address {
  readonly location: string;
  /** In bytes. */
  readonly offset: bigint;
}

export type Source = { readonly register: string } | { readonly value: Datum };

/** What an access is like, beside where it goes to. */
export interface AccessForm {
  readonly address: readonly Source[];
  /** Computes the address. */
  at(values: readonly Datum[]): Datum;
  readonly bits: number;
  readonly acquire?: 'acquire' | 'weak acquire';
  readonly release?: boolean;
}

/** An exclusive store says whether it was done. */
export interface Exclusive {
  readonly status: string;
  readonly success: Datum;
  readonly failure: Datum;
  /** What it says depends on its address and value. */
  readonly depends?: true;
}

export type Operation =
  | {
      readonly do: 'compute';
      readonly to: string;
      readonly from: readonly Source[];
      as(values: readonly Datum[]): Datum;
    }
  /** One of two values, chosen by a third one: what was chosen depends on the choice for stores alone. */
  | {
      readonly do: 'select';
      readonly to: string;
      readonly on: Source;
      chooses(value: Datum): boolean;
      readonly then: Source;
      readonly otherwise: Source;
      as(value: Datum): Datum;
      orElse(value: Datum): Datum;
    }
  | { readonly do: 'branch'; readonly on: readonly Source[]; taken(values: readonly Datum[]): boolean; to: number }
  | ({ readonly do: 'load'; readonly to?: string; as(value: Datum): Datum; readonly exclusive?: boolean } & AccessForm)
  | ({
      readonly do: 'store';
      readonly value: Source;
      as(value: Datum): Datum;
      /** Succeeds only where nobody stored behind the exclusive load before it. */
      readonly exclusive?: Exclusive;
    } & AccessForm)
  /** Reads and writes at once. With `expected` it writes only where that was there, and is a load otherwise. */
  | ({
      readonly do: 'update';
      readonly to?: string;
      readonly operand: Source;
      readonly expected?: Source;
      /** What is written does not depend on what was there. */
      readonly swaps: boolean;
      /** What is written. */
      becomes(old: Datum, operand: Datum): Datum;
      /** What the register gets. */
      as(old: Datum): Datum;
      /** What the operand that is compared is, in the width of the access. */
      compares(value: Datum): Datum;
    } & AccessForm)
  | { readonly do: 'fence'; readonly fence: string };

export type AccessOperation = Extract<Operation, { do: 'load' | 'store' | 'update' }>;

/** How what values are made of is kept track of: by what the memory order needs to know. */
export interface Tracking<D> {
  readonly nothing: D;
  join(a: D, b: D): D;
  /** Of a value that was chosen by another one. */
  picked(value: D, by: D): D;
}

/** Where a thread stands. Never changed in place. */
export interface Local<D> {
  readonly at: number;
  readonly registers: ReadonlyMap<string, { readonly value: Datum; readonly made: D }>;
  /** What decided the branches so far. */
  readonly control: D;
}

/** What a thread does next: an access whose address and operands are known, or a barrier. */
export type Next<D> =
  | { readonly do: 'fence'; readonly fence: string; readonly local: Local<D> }
  /** A loop begins anew. */
  | { readonly do: 'jump back'; readonly local: Local<D> }
  | { readonly do: 'end'; readonly local: Local<D> }
  | {
      readonly do: 'access';
      readonly operation: AccessOperation;
      readonly address: Datum;
      readonly addressMade: D;
      readonly value: Datum;
      readonly valueMade: D;
      readonly expected?: Datum;
      readonly expectedMade: D;
      readonly local: Local<D>;
    };

export const valueOf = <D>({ registers }: Local<D>, source: Source): Datum =>
  'value' in source ? source.value : (registers.get(source.register)?.value ?? 0n);
const madeBy = <D>(track: Tracking<D>, { registers }: Local<D>, source: Source): D =>
  'value' in source ? track.nothing : (registers.get(source.register)?.made ?? track.nothing);
const allMade = <D>(track: Tracking<D>, local: Local<D>, sources: readonly Source[]): D =>
  sources.reduce((made, source) => track.join(made, madeBy(track, local, source)), track.nothing);

/** @param to undefined: the value goes nowhere */
export const withRegister = <D>(local: Local<D>, to: string | undefined, value: Datum, made: D): Local<D> =>
  to === undefined ? local : { ...local, registers: new Map(local.registers).set(to, { value, made }) };

/** Computes up to the next access or barrier, and stops where a loop begins anew. */
export function next<D>(program: readonly Operation[], from: Local<D>, track: Tracking<D>): Next<D> {
  let local = from;
  for (;;) {
    const operation = program[local.at];
    if (!operation) return { do: 'end', local };
    const here = local.at;
    local = { ...local, at: here + 1 };
    switch (operation.do) {
      case 'compute': {
        const made = allMade(track, local, operation.from);
        local = withRegister(local, operation.to, operation.as(operation.from.map((s) => valueOf(local, s))), made);
        break;
      }
      case 'select':
        local = selected(operation, local, track);
        break;
      case 'branch': {
        const values = operation.on.map((source) => valueOf(local, source));
        const taken = operation.taken(values);
        const control = track.join(local.control, allMade(track, local, operation.on));
        local = { ...local, at: taken ? operation.to : local.at, control };
        if (taken && operation.to <= here) return { do: 'jump back', local };
        break;
      }
      case 'fence':
        return { do: 'fence', fence: operation.fence, local };
      case 'load':
      case 'store':
      case 'update':
        return accessed(operation, local, track);
    }
  }
}

function selected<D>(operation: Extract<Operation, { do: 'select' }>, local: Local<D>, track: Tracking<D>): Local<D> {
  const first = operation.chooses(valueOf(local, operation.on));
  const source = first ? operation.then : operation.otherwise;
  const value = valueOf(local, source);
  const made = track.picked(madeBy(track, local, source), madeBy(track, local, operation.on));
  return withRegister(local, operation.to, first ? operation.as(value) : operation.orElse(value), made);
}

function accessed<D>(operation: AccessOperation, local: Local<D>, track: Tracking<D>): Next<D> {
  const operand =
    operation.do === 'store' ? operation.value : operation.do === 'update' ? operation.operand : undefined;
  const expected = operation.do === 'update' ? operation.expected : undefined;
  return {
    do: 'access',
    operation,
    address: operation.at(operation.address.map((source) => valueOf(local, source))),
    addressMade: allMade(track, local, operation.address),
    value: operand ? valueOf(local, operand) : 0n,
    valueMade: operand ? madeBy(track, local, operand) : track.nothing,
    ...(expected && { expected: valueOf(local, expected) }),
    expectedMade: expected ? madeBy(track, local, expected) : track.nothing,
    local,
  };
}

const cannot = (what: string): never => {
  throw new NotModelled(what);
};
export const isNumber = (value: Datum): value is bigint => typeof value === 'bigint';

/** Arithmetic of addresses: as far as it is known what comes out wherever a location lies. */
export function sum(a: Datum, b: Datum, bits = 64): Datum {
  if (isNumber(a) && isNumber(b)) return BigInt.asUintN(bits, a + b);
  if (!isNumber(a) && !isNumber(b)) return cannot('two addresses are added');
  const [address, by] = isNumber(a) ? [b as Address, a] : [a, b as bigint];
  if (bits < 64 && BigInt.asUintN(bits, by) !== 0n) return cannot('an address is computed with in fewer bits');
  return { location: address.location, offset: address.offset + BigInt.asIntN(bits, by) };
}
export function difference(a: Datum, b: Datum, bits = 64): Datum {
  if (isNumber(b)) return sum(a, BigInt.asUintN(bits, -b), bits);
  if (!isNumber(a) && a.location === b.location) return BigInt.asUintN(bits, a.offset - b.offset);
  return cannot('an address is subtracted from something else');
}
/** Bitwise operations give a number of an address only where they do so wherever it lies. */
export function bitwise(op: 'and' | 'or' | 'xor', a: Datum, b: Datum, bits = 64): Datum {
  if (isNumber(a) && isNumber(b)) return BigInt.asUintN(bits, op === 'and' ? a & b : op === 'or' ? a | b : a ^ b);
  if (same(a, b)) return op === 'xor' ? 0n : a;
  const [address, by] = isNumber(a) ? [b, a] : [a, b];
  if (by === 0n) return op === 'and' ? 0n : address;
  return cannot(`bits of an address are computed with (${op})`);
}
export const same = (a: Datum, b: Datum): boolean =>
  isNumber(a) || isNumber(b) ? a === b : a.location === b.location && a.offset === b.offset;
/** A number of at most so many bits; of an address, all or nothing. */
export function narrowed(value: Datum, bits: number, addressBits: number): Datum {
  if (isNumber(value)) return BigInt.asUintN(bits, value);
  return bits >= addressBits ? value : cannot(`a part of the address of ${value.location} is moved`);
}
export const numberOf = (value: Datum): bigint =>
  isNumber(value) ? value : cannot(`the address of ${value.location} is used as a number`);
