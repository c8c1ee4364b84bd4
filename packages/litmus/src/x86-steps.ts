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
  if ('location' in o) return state.cell(o.location, bits);
  const word = state.registers.get(o.pointer.key);
  return word === undefined || typeof word === 'bigint'
    ? state.fail(`${o.pointer.key} holds no address`)
    : state.cell(word.location, bits);
}

function* get(cpu: Cpu, state: ThreadState, o: Operand, bits: number): Op<Word> {
  if ('immediate' in o)
    return fits(o.immediate, bits)
      ? bitsOf(o.immediate, bits)
      : state.fail(`${o.immediate} does not fit in ${bits} bits`);
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

/** Reads, computes and writes: in one step with LOCK, in two without. */
export const update = (locked: boolean, to: Operand, from: Operand, how: Update, bits: number): Instruction =>
  function* (cpu, state) {
    const word = yield* get(cpu, state, from, bits);
    yield* changed(cpu, state, locked, to, number(state, word), how, bits, 'nothing');
  };

/** The source receives what was there, then the destination the sum: that is what stays where both are one register. */
export const xadd = (locked: boolean, to: Operand, from: Operand, bits: number): Instruction =>
  function* (cpu, state) {
    const by = yield* get(cpu, state, from, bits);
    if (!isInMemory(to)) {
      const was = yield* get(cpu, state, to, bits);
      yield* set(cpu, state, from, was, bits);
      yield* set(cpu, state, to, bitsOf(number(state, was) + number(state, by), bits), bits);
      return;
    }
    const old = yield* changed(cpu, state, locked, to, number(state, by), 'add', bits, 'old');
    yield* set(cpu, state, from, old, bits);
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
    const expected = state.encode(read(state, accumulator, state.addressBits));
    const wanted = yield* get(cpu, state, from, bits);
    const was = yield* cpu.cmpxchg(addressed(state, to, bits), expected, state.encode(wanted));
    if (was !== expected) write(state, accumulator, state.decode(was));
  };

export const fence = (name: string): Instruction =>
  function* (cpu) {
    yield* cpu.fence(name);
  };
/** Orders nothing that stores of ordinary memory do not keep anyhow (SDM volume 3, 9.2). */
export const nothing: Instruction = function* () {};
