/** What a CPU does for each instruction of x86, in steps of the machine. SDM volume 2. */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import { UPDATES, type Register, type ThreadState, type Update } from './instruction-set.ts';
import type { Word } from './litmus-test.ts';
import { fits, isInMemory, type InMemory, type Operand } from './x86-operands.ts';

/** One instruction, understood. */
export type Instruction = (cpu: Cpu, state: ThreadState) => Op;

const bitsOf = (n: bigint, bits: number): bigint => BigInt.asUintN(bits, n);
const number = (state: ThreadState, word: Word): bigint =>
  typeof word === 'bigint' ? word : state.notModelled(`the address of ${word.location} is used as a number`);

/** What a register, or a part of one, holds. An address is moved as a whole or not at all. */
function read(state: ThreadState, { key, bits, shift }: Register, addressBits: number): Word {
  const word = state.registers.get(key) ?? 0n;
  if (typeof word !== 'bigint')
    return bits === addressBits && shift === 0
      ? word
      : state.notModelled(`a part of the address of ${word.location} is moved`);
  return bitsOf(word >> BigInt(shift), bits);
}

/** A write of 32 bits clears those above; narrower ones keep the rest (SDM volume 1, 3.4.1.1). */
function write(state: ThreadState, { key, bits, shift }: Register, word: Word): void {
  if (bits >= 32 || typeof word !== 'bigint') {
    state.registers.set(key, word);
    return;
  }
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
  const rest = number(state, state.registers.get(key) ?? 0n);
  state.registers.set(key, (rest & ~mask) | (word << BigInt(shift)));
}

function addressed(state: ThreadState, o: InMemory, bits: number): Ref {
  return state.cell(locationAt(state, o), bits);
}

/** Where an operand in memory is. Of a base and an index one holds an address, and the other a number. */
export function locationAt(state: ThreadState, { displacement, index, ...base }: InMemory): string {
  const from = 'location' in base ? { location: base.location } : (state.registers.get(base.pointer.key) ?? 0n);
  const by = index ? (state.registers.get(index.register.key) ?? 0n) : 0n;
  const scale = index?.scale ?? 1n;
  if (typeof from !== 'bigint') {
    const signed = typeof by === 'bigint' ? BigInt.asIntN(state.addressBits, by * scale) : undefined;
    if (signed === undefined) return state.notModelled('two addresses are added');
    return state.displaced(from.location, BigInt.asIntN(state.addressBits, displacement) + signed);
  }
  const key = 'pointer' in base ? base.pointer.key : '';
  if (typeof by === 'bigint' || scale !== 1n) return state.fail(`${key} holds no address`);
  return state.displaced(by.location, BigInt.asIntN(state.addressBits, from + displacement));
}

function* get(cpu: Cpu, state: ThreadState, o: Operand, bits: number): Op<Word> {
  if ('immediate' in o)
    return fits(o.immediate, bits)
      ? bitsOf(o.immediate, bits)
      : state.fail(`${o.immediate} does not fit in ${bits} bits`);
  if ('addressOf' in o)
    return bits === state.addressBits
      ? { location: state.displaced(o.addressOf, o.displacement) }
      : state.notModelled(`a part of the address of ${o.addressOf} is moved`);
  if ('register' in o) return read(state, o.register, state.addressBits);
  const value = yield* cpu.load(addressed(state, o, bits));
  return state.decode(value);
}

function* set(cpu: Cpu, state: ThreadState, o: Operand, word: Word, bits: number): Op {
  if ('register' in o) write(state, o.register, word);
  else if (isInMemory(o)) yield* cpu.store(addressed(state, o, bits), state.encode(word));
}

export const mov = (to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    const word = yield* get(cpu, state, from, bits);
    yield* set(cpu, state, to, word, bits);
  };

/** An exchange with memory is atomic, with or without LOCK. */
export const xchg = (a: Operand, b: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    const [first, other] = isInMemory(a) ? [a, b] : [b, a];
    const mine = yield* get(cpu, state, other, bits);
    if (!isInMemory(first)) {
      const theirs = yield* get(cpu, state, first, bits);
      yield* set(cpu, state, first, mine, bits);
      yield* set(cpu, state, other, theirs, bits);
      return;
    }
    const old = yield* cpu.xchg(addressed(state, first, bits), state.encode(mine));
    yield* set(cpu, state, other, state.decode(old), bits);
  };

/** The address of an operand, not what is there. */
export const lea = (to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    if (!isInMemory(from)) return state.fail('lea of what is not in memory');
    yield* set(cpu, state, to, { location: locationAt(state, from) }, bits);
  };

/** Does anybody look at the flags that an instruction leaves? If nobody does, nobody has to know what was there. */
export type Flags = 'looked at' | 'lost';

/** Reads, computes and writes: in one step with LOCK, in two without. */
export const update = (
  locked: boolean,
  to: Operand,
  from: Operand,
  how: Update,
  bits: number,
  flags: Flags,
  carry: 'changes' | 'stays' = 'changes',
): Instruction =>
  function* (cpu, state) {
    if ('register' in to && 'register' in from && to.register === from.register && (how === 'xor' || how === 'sub')) {
      write(state, to.register, 0n); // whatever it holds, an address too
      setFlags(state, how, 0n, 0n, bits);
      return;
    }
    const word = yield* get(cpu, state, from, bits);
    const by = number(state, word);
    const was = yield* changed(cpu, state, locked, to, by, how, bits, flags === 'looked at' ? 'old' : 'nothing');
    if (flags === 'lost') return;
    const before = number(state, was);
    const old = carry === 'stays' ? state.registers.get(FLAGS.carry) : undefined; // INC and DEC leave it (SDM volume 2)
    setFlags(state, how, before, by, bits);
    if (carry === 'stays') state.registers.set(FLAGS.carry, old ?? 0n);
  };

/** CMP and TEST: the flags of a subtraction, or of an AND, and nothing else. */
export const compare = (to: Operand, from: Operand, how: 'sub' | 'and', bits: number): Instruction =>
  function* (cpu, state) {
    const a = yield* get(cpu, state, to, bits);
    const b = yield* get(cpu, state, from, bits);
    if (typeof a !== 'bigint' || typeof b !== 'bigint') {
      const same = typeof a !== 'bigint' && typeof b !== 'bigint' && a.location === b.location;
      const isNothing = a === 0n || b === 0n || how === 'and' || (typeof a !== 'bigint' && typeof b !== 'bigint');
      if (!isNothing) return state.notModelled('an address is compared with a number');
      setFlags(state, 'sub', same && how === 'sub' ? 0n : 1n, 0n, bits);
      return;
    }
    setFlags(state, how, a, b, bits);
  };

/** NEG and NOT. */
export const inverted = (to: Operand, how: 'neg' | 'not', bits: number, flags: Flags): Instruction =>
  function* (cpu, state) {
    const word = yield* get(cpu, state, to, bits);
    const was = number(state, word);
    yield* set(cpu, state, to, bitsOf(how === 'neg' ? -was : ~was, bits), bits);
    if (how === 'neg' && flags === 'looked at') setFlags(state, 'sub', 0n, was, bits);
  };

/** Flags are kept beside registers, 0 or 1 each. */
const FLAGS = { zero: 'ZF', sign: 'SF', carry: 'CF', overflow: 'OF' } as const;

function setFlags(state: ThreadState, how: Update, a: bigint, b: bigint, bits: number): void {
  const result = bitsOf(UPDATES[how](a, b), bits);
  const high = (n: bigint): boolean => bitsOf(n, bits) >> BigInt(bits - 1) === 1n;
  const [left, right] = [bitsOf(a, bits), bitsOf(b, bits)];
  const sign = high(result);
  const overflow =
    how === 'add'
      ? high(left) === high(right) && sign !== high(left)
      : how === 'sub' && high(left) !== high(right) && sign !== high(left);
  const carry = how === 'add' ? left + right !== result : how === 'sub' && left < right;
  const put = (flag: string, is: boolean): unknown => state.registers.set(flag, is ? 1n : 0n);
  put(FLAGS.zero, result === 0n);
  put(FLAGS.sign, sign);
  put(FLAGS.carry, carry);
  put(FLAGS.overflow, overflow);
}

const isSet = (state: ThreadState, flag: string): boolean => state.registers.get(flag) === 1n;
const zero = (s: ThreadState): boolean => isSet(s, FLAGS.zero);
const sign = (s: ThreadState): boolean => isSet(s, FLAGS.sign);
const carry = (s: ThreadState): boolean => isSet(s, FLAGS.carry);
const less = (s: ThreadState): boolean => sign(s) !== isSet(s, FLAGS.overflow);

/** What stands behind j, set and cmov. SDM volume 1, appendix B. */
export const CONDITIONS: Readonly<Record<string, (state: ThreadState) => boolean>> = {
  e: zero,
  z: zero,
  ne: (s) => !zero(s),
  nz: (s) => !zero(s),
  s: sign,
  ns: (s) => !sign(s),
  c: carry,
  b: carry,
  nae: carry,
  nc: (s) => !carry(s),
  ae: (s) => !carry(s),
  nb: (s) => !carry(s),
  be: (s) => carry(s) || zero(s),
  na: (s) => carry(s) || zero(s),
  a: (s) => !carry(s) && !zero(s),
  nbe: (s) => !carry(s) && !zero(s),
  l: less,
  nge: less,
  ge: (s) => !less(s),
  nl: (s) => !less(s),
  le: (s) => less(s) || zero(s),
  ng: (s) => less(s) || zero(s),
  g: (s) => !less(s) && !zero(s),
  nle: (s) => !less(s) && !zero(s),
};

export const setIf = (condition: string, to: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    yield* set(cpu, state, to, CONDITIONS[condition]!(state) ? 1n : 0n, bits);
  };

/** Reads its source in any case. */
export const moveIf = (condition: string, to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    const now = yield* get(cpu, state, from, bits);
    const was = yield* get(cpu, state, to, bits);
    yield* set(cpu, state, to, CONDITIONS[condition]!(state) ? now : was, bits);
  };

/** The source receives what was there, then the destination the sum: that is what stays where both are one register. */
export const xadd = (locked: boolean, to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    const by = yield* get(cpu, state, from, bits);
    if (!isInMemory(to)) {
      const was = yield* get(cpu, state, to, bits);
      yield* set(cpu, state, from, was, bits);
      yield* set(cpu, state, to, bitsOf(number(state, was) + number(state, by), bits), bits);
      setFlags(state, 'add', number(state, was), number(state, by), bits);
      return;
    }
    const old = yield* changed(cpu, state, locked, to, number(state, by), 'add', bits, 'old');
    yield* set(cpu, state, from, old, bits);
    setFlags(state, 'add', number(state, old), number(state, by), bits);
  };

function* changed(
  cpu: Cpu,
  state: ThreadState,
  locked: boolean,
  to: Operand,
  by: bigint,
  how: Update,
  bits: number,
  observes: 'old' | 'nothing',
): Op<Word> {
  if (locked && isInMemory(to)) return yield* state.update(cpu, addressed(state, to, bits), how, by, bits, observes);
  const old = yield* get(cpu, state, to, bits);
  yield* set(cpu, state, to, bitsOf(UPDATES[how](number(state, old), by), bits), bits);
  return old;
}

/** Exchanges if memory holds what the accumulator holds; else that receives what was there. */
export const cmpxchg = (to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    if (!isInMemory(to)) return state.fail('cmpxchg of two registers');
    const accumulator: Register = { key: 'rax', bits, shift: 0 };
    const expected = read(state, accumulator, state.addressBits);
    const wanted = yield* get(cpu, state, from, bits);
    const at = addressed(state, to, bits);
    const was = yield* cpu.cmpxchg(at, state.encode(expected), state.encode(wanted));
    const found = state.decode(was);
    if (was !== state.encode(expected)) write(state, accumulator, found);
    if (typeof found === 'bigint' && typeof expected === 'bigint') setFlags(state, 'sub', expected, found, bits);
    else setFlags(state, 'sub', was === state.encode(expected) ? 0n : 1n, 0n, bits);
  };

export const fence = (name: string): Instruction =>
  function* (cpu) {
    yield* cpu.fence(name);
  };
/** Orders nothing that stores of ordinary memory do not keep anyhow (SDM volume 3, 9.2). */
export const nothing: Instruction = function* () {};
