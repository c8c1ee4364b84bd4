/** Instructions of x86 that litmus tests use, in the syntax of AT&T (`X86_64`: source first) and of Intel (`X86`: destination first). */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import type { Instruction, InstructionSet, ThreadState } from './instruction-set.ts';
import type { Word } from './litmus-test.ts';

type Operand = { readonly immediate: bigint } | { readonly register: string } | { readonly location: string } | { readonly pointer: string };

const register = (name: string): string => {
  const plain = name.toLowerCase();
  const old = /^[er]?([abcd])[xlh]$/.exec(plain) ?? /^[er]?([sd]i|[sb]p)l?$/.exec(plain);
  if (old) return `r${old[1]}${/^[abcd]$/.test(old[1]!) ? 'x' : ''}`;
  return plain.replace(/^(r\d+)[dwb]$/, '$1');
};
const isRegister = (name: string): boolean => /^(r([abcd]x|[sd]i|[sb]p|[89]|1[0-5]))$/.test(register(name));

/** `$1`, `%rax`, `(x)`, `(%rax)`, `x(%rip)`; `1`, `EAX`, `[x]`, `[EAX]`. */
function operand(text: string): Operand | undefined {
  const immediate = /^\$?(-?(?:0x[0-9a-f]+|\d+))$/i.exec(text)?.[1];
  if (immediate !== undefined) return { immediate: immediate.startsWith('-') ? -BigInt(immediate.slice(1)) : BigInt(immediate) };
  const inside = /^[([]\s*(%?\w+)\s*[)\]]$/.exec(text)?.[1] ?? /^(\w+)\(%rip\)$/i.exec(text)?.[1];
  const name = (inside ?? text).replace(/^%/, '');
  if (isRegister(name)) return inside === undefined ? { register: register(name) } : { pointer: register(name) };
  return inside !== undefined && /^[a-z_]\w*$/i.test(name) ? { location: name } : undefined;
}

const inMemory = (o: Operand): o is Extract<Operand, { location: string } | { pointer: string }> => 'location' in o || 'pointer' in o;

function addressed(state: ThreadState, o: Extract<Operand, { location: string } | { pointer: string }>): Ref {
  if ('location' in o) return state.cell(o.location);
  const word = state.registers.get(o.pointer);
  return word === undefined || typeof word === 'bigint' ? state.fail(`${o.pointer} holds no address`) : state.cell(word.location);
}
function* get(cpu: Cpu, state: ThreadState, o: Operand): Op<Word> {
  if ('immediate' in o) return BigInt.asUintN(64, o.immediate);
  if ('register' in o) return state.registers.get(o.register) ?? 0n;
  const value = yield* cpu.load(addressed(state, o));
  return state.decode(value);
}
function* set(cpu: Cpu, state: ThreadState, o: Operand, word: Word): Op {
  if ('register' in o) state.registers.set(o.register, word);
  else if (inMemory(o)) yield* cpu.store(addressed(state, o), state.encode(word));
}
const number = (state: ThreadState, word: Word): bigint => (typeof word === 'bigint' ? word : state.fail(`the address of ${word.location} is used as a number`));

const mov = (to: Operand, from: Operand): Instruction =>
  function* (cpu, state) {
    const word = yield* get(cpu, state, from);
    yield* set(cpu, state, to, word);
  };

/** An exchange with memory is atomic, with or without LOCK. */
const xchg = (a: Operand, b: Operand): Instruction =>
  function* (cpu, state) {
    const [memory, other] = inMemory(a) ? [a, b] : [b, a];
    const mine = yield* get(cpu, state, other);
    if (!inMemory(memory)) {
      const theirs = yield* get(cpu, state, memory);
      yield* set(cpu, state, memory, mine);
      yield* set(cpu, state, other, theirs);
      return;
    }
    const old = yield* cpu.xchg(addressed(state, memory), state.encode(mine));
    yield* set(cpu, state, other, state.decode(old));
  };

/** Reads, computes and writes: in one step with LOCK, in two without. `also` receives what was there before. */
const readModifyWrite = (locked: boolean, to: Operand, from: Operand, next: (old: bigint, by: bigint) => bigint, also?: Operand): Instruction =>
  function* (cpu, state) {
    const word = yield* get(cpu, state, from);
    const by = number(state, word);
    if (!locked || !inMemory(to)) {
      const before = yield* get(cpu, state, to);
      yield* set(cpu, state, to, BigInt.asUintN(64, next(number(state, before), by)));
      if (also) yield* set(cpu, state, also, before);
      return;
    }
    const at = addressed(state, to);
    for (;;) {
      // A locked instruction is one step: what another CPU changed between look and exchange makes it look again.
      const seen = yield* cpu.load(at);
      const old = state.decode(seen);
      const was = yield* cpu.cmpxchg(at, seen, state.encode(BigInt.asUintN(64, next(number(state, old), by))));
      if (was !== seen) continue;
      if (also) yield* set(cpu, state, also, old);
      return;
    }
  };

/** Exchanges if memory holds what rax holds; rax receives what was there. */
const cmpxchg = (to: Operand, from: Operand): Instruction =>
  function* (cpu, state) {
    if (!inMemory(to)) return state.fail('cmpxchg of two registers');
    const [expected, wanted] = [state.registers.get('rax') ?? 0n, yield* get(cpu, state, from)];
    const was = yield* cpu.cmpxchg(addressed(state, to), state.encode(expected), state.encode(wanted));
    state.registers.set('rax', state.decode(was));
  };

const fence = (name: string): Instruction => function* (cpu) { yield* cpu.fence(name); };
/** Orders nothing that stores of ordinary memory do not keep anyhow (SDM volume 3, 9.2). */
const nothing: Instruction = function* () {};

const ALU: Readonly<Record<string, (old: bigint, by: bigint) => bigint>> = {
  add: (old, by) => old + by, sub: (old, by) => old - by, and: (old, by) => old & by, or: (old, by) => old | by, xor: (old, by) => old ^ by,
};
const ONE: Operand = { immediate: 1n };

/** Name and operands as they stand; an operand that is not understood is undefined. */
function partsOf(text: string): { readonly locked: boolean; readonly name: string; readonly operands: readonly (Operand | undefined)[] } | undefined {
  const words = /^(lock\s+)?([a-z]+)\s*(.*)$/i.exec(text.trim());
  return words ? { locked: words[1] !== undefined, name: words[2]!.toLowerCase(), operands: words[3] ? words[3].split(/,(?![^([]*[)\]])/).map((o) => operand(o.trim())) : [] } : undefined;
}

function instruction(text: string, isa: string): Instruction | undefined {
  const parts = partsOf(text);
  if (!parts || parts.operands.includes(undefined)) return undefined;
  const { locked, name, operands: given } = parts;
  const [to, from] = (isa === 'X86' ? given : given.toReversed()) as Operand[];
  const plain = /^(mov|xchg|xadd|cmpxchg|add|sub|and|or|xor|inc|dec)[bwlq]?$/.exec(name)?.[1] ?? name;
  if (given.length === 0) return plain === 'mfence' ? fence('mfence') : plain === 'lfence' || plain === 'sfence' ? nothing : undefined;
  if (given.length === 1 && to) {
    if (plain === 'inc') return readModifyWrite(locked, to, ONE, ALU['add']!);
    return plain === 'dec' ? readModifyWrite(locked, to, ONE, ALU['sub']!) : undefined;
  }
  if (!to || !from || given.length > 2) return undefined;
  if (plain === 'mov' && 'immediate' in to) return undefined;
  if (plain === 'mov') return inMemory(to) && inMemory(from) ? undefined : mov(to, from);
  if (plain === 'xchg') return xchg(to, from);
  if (plain === 'xadd') return readModifyWrite(locked, to, from, ALU['add']!, from);
  if (plain === 'cmpxchg') return locked ? cmpxchg(to, from) : undefined;
  const alu = ALU[plain];
  return alu && readModifyWrite(locked, to, from, alu);
}

export const x86: InstructionSet = {
  isas: ['X86_64', 'X86'],
  memory: 'tso',
  register,
  locations: (text) => (partsOf(text)?.operands ?? []).flatMap((o) => (o && 'location' in o ? [o.location] : [])),
  read: (text, isa) => instruction(text, isa) ?? `"${text}" is no instruction that is known of ${isa}: known are moves, exchanges, arithmetic, LOCK and fences; no jumps`,
};
