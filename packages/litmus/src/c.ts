/** C with the primitives of the Linux kernel, as x86 carries them out. tools/memory-model/Documentation, arch/x86/include/asm/barrier.h. */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import peggy from 'peggy';
import { BODY, JOIN } from './c-grammar.ts';
import type { Instruction, InstructionSet, ThreadState } from './instruction-set.ts';
import type { Word } from './litmus-test.ts';

type Expression =
  | { readonly number: string }
  | { readonly name: string }
  | { readonly at: Expression }
  | { readonly addressOf: Expression }
  | { readonly op: string; readonly a: Expression; readonly b: Expression }
  | { readonly call: string; readonly args: readonly Expression[] };
type Statement =
  | { readonly do: 'block'; readonly statements: readonly Statement[] }
  | { readonly do: 'assign'; readonly to: Expression; readonly value: Expression }
  | { readonly do: 'evaluate'; readonly value: Expression }
  | { readonly do: 'if'; readonly test: Expression; readonly then: Statement; readonly otherwise: Statement };

/** What a primitive does with its arguments, which are values. The place of `READ_ONCE(*p)` is given as `p`. */
type Primitive = (cpu: Cpu, state: ThreadState, args: readonly Word[]) => Op<Word>;

const none = function* (): Op<Word> { return 0n; };
const fence: Primitive = function* (cpu) { yield* cpu.fence('smp_mb'); return 0n; };
const load: Primitive = function* (cpu, state, [from]) { return state.decode(yield* cpu.load(at(state, from))); };
const store: Primitive = function* (cpu, state, [to, value]) { yield* cpu.store(at(state, to), state.encode(value ?? 0n)); return 0n; };
const xchg: Primitive = function* (cpu, state, [to, value]) { return state.decode(yield* cpu.xchg(at(state, to), state.encode(value ?? 0n))); };
const cmpxchg: Primitive = function* (cpu, state, [to, expected, value]) {
  return state.decode(yield* cpu.cmpxchg(at(state, to), state.encode(expected ?? 0n), state.encode(value ?? 0n)));
};
/** Adds `sign` times the argument, or one. `returns`: what is given back, of the value before and after. */
const adding = (sign: bigint, by: 'one' | 'argument', returns: (before: bigint, after: bigint) => bigint): Primitive =>
  function* (cpu, state, args) {
    const [to, n] = by === 'one' ? [args[0], 1n] : [args[1], number(state, args[0] ?? 0n)];
    const after = BigInt(yield* cpu.add_return(at(state, to), Number(sign * n)));
    return returns(after - sign * n, after);
  };
const after = (_before: bigint, now: bigint): bigint => now;
const before = (was: bigint): bigint => was;

/** Loads are not reordered with loads, nor stores with stores: most barriers are for the compiler alone. */
const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  READ_ONCE: load, rcu_dereference: load, smp_load_acquire: load, atomic_read: load, atomic_read_acquire: load,
  WRITE_ONCE: store, rcu_assign_pointer: store, smp_store_release: store, atomic_set: store, atomic_set_release: store,
  smp_store_mb: function* (cpu, state, args) { yield* store(cpu, state, args); return yield* fence(cpu, state, args); },
  smp_mb: fence, smp_rmb: none, smp_wmb: none, barrier: none,
  smp_mb__before_atomic: none, smp_mb__after_atomic: none, smp_mb__after_spinlock: none, smp_mb__after_unlock_lock: none,
  xchg, xchg_relaxed: xchg, xchg_acquire: xchg, xchg_release: xchg, atomic_xchg: xchg,
  cmpxchg, cmpxchg_relaxed: cmpxchg, cmpxchg_acquire: cmpxchg, cmpxchg_release: cmpxchg, atomic_cmpxchg: cmpxchg,
  atomic_inc: adding(1n, 'one', after), atomic_dec: adding(-1n, 'one', after), atomic_add: adding(1n, 'argument', after), atomic_sub: adding(-1n, 'argument', after),
  atomic_inc_return: adding(1n, 'one', after), atomic_dec_return: adding(-1n, 'one', after), atomic_add_return: adding(1n, 'argument', after), atomic_sub_return: adding(-1n, 'argument', after),
  atomic_fetch_inc: adding(1n, 'one', before), atomic_fetch_dec: adding(-1n, 'one', before), atomic_fetch_add: adding(1n, 'argument', before), atomic_fetch_sub: adding(-1n, 'argument', before),
  atomic_dec_and_test: adding(-1n, 'one', (_was, now) => (now === 0n ? 1n : 0n)),
  spin_lock: function* (cpu, state, [lock]) { yield* cpu.spin_lock(at(state, lock)); return 0n; },
  spin_unlock: function* (cpu, state, [lock]) { yield* cpu.spin_unlock(at(state, lock)); return 0n; },
  spin_trylock: function* (cpu, state, [lock]) { const taken = yield* cpu.spin_trylock(at(state, lock)); return taken ? 1n : 0n; },
  spin_is_locked: load,
  rcu_read_lock: function* (cpu) { yield* cpu.rcu_read_lock(); return 0n; },
  rcu_read_unlock: function* (cpu) { yield* cpu.rcu_read_unlock(); return 0n; },
  synchronize_rcu: function* (cpu) { yield* cpu.synchronize_rcu(); return 0n; },
  synchronize_rcu_expedited: function* (cpu) { yield* cpu.synchronize_rcu(); return 0n; },
};
/** Macros whose first argument is the place itself, not its address. */
const BY_PLACE = ['READ_ONCE', 'WRITE_ONCE', 'rcu_dereference', 'rcu_assign_pointer', 'smp_store_mb'];

const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint | boolean>> = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '&': (a, b) => a & b, '|': (a, b) => a | b, '^': (a, b) => a ^ b,
  '<': (a, b) => a < b, '>': (a, b) => a > b, '<=': (a, b) => a <= b, '>=': (a, b) => a >= b, '&&': (a, b) => a !== 0n && b !== 0n, '||': (a, b) => a !== 0n || b !== 0n,
};

const same = (a: Word, b: Word): boolean => (typeof a === 'bigint' || typeof b === 'bigint' ? a === b : a.location === b.location);
const number = (state: ThreadState, word: Word): bigint => (typeof word === 'bigint' ? word : state.fail(`the address of ${word.location} is used as a number`));
const at = (state: ThreadState, word: Word | undefined): Ref => (word === undefined || typeof word === 'bigint' ? state.fail(`${String(word ?? 'nothing')} is used as an address`) : state.cell(word.location));

/** The value of an expression, from left to right. A name that is no variable of the thread is the address of a location. */
function* valueOf(cpu: Cpu, state: ThreadState, e: Expression): Op<Word> {
  if ('number' in e) return BigInt(e.number);
  if ('name' in e) return state.registers.get(e.name) ?? { location: e.name };
  if ('addressOf' in e) return yield* addressOf(cpu, state, e.addressOf);
  if ('at' in e) {
    const from = yield* valueOf(cpu, state, e.at);
    return yield* load(cpu, state, [from]);
  }
  if ('call' in e) {
    const args: Word[] = [];
    for (let i = 0; i < e.args.length; i++) {
      const arg = i === 0 && BY_PLACE.includes(e.call) ? yield* addressOf(cpu, state, e.args[i]!) : yield* valueOf(cpu, state, e.args[i]!);
      args.push(arg);
    }
    return yield* PRIMITIVES[e.call]!(cpu, state, args);
  }
  const a = yield* valueOf(cpu, state, e.a);
  const b = yield* valueOf(cpu, state, e.b);
  if (e.op === '==' || e.op === '!=') return same(a, b) === (e.op === '==') ? 1n : 0n;
  return BigInt(OPERATORS[e.op]!(number(state, a), number(state, b)));
}

/** `*p` stands where p points to; a name is a location. */
function* addressOf(cpu: Cpu, state: ThreadState, e: Expression): Op<Word> {
  if ('at' in e) return yield* valueOf(cpu, state, e.at);
  return 'name' in e && !state.registers.has(e.name) ? { location: e.name } : state.fail('something is used as a place that is none');
}

function* run(cpu: Cpu, state: ThreadState, s: Statement): Op {
  if (s.do === 'block') {
    for (let i = 0; i < s.statements.length; i++) yield* run(cpu, state, s.statements[i]!);
  } else if (s.do === 'if') {
    const test = yield* valueOf(cpu, state, s.test);
    yield* run(cpu, state, same(test, 0n) ? s.otherwise : s.then);
  } else {
    const value = yield* valueOf(cpu, state, s.value);
    if (s.do === 'evaluate') return;
    if ('name' in s.to) state.registers.set(s.to.name, value);
    else {
      const to = yield* addressOf(cpu, state, s.to);
      yield* store(cpu, state, [to, value]);
    }
  }
}

/** Primitives that are called and not known. */
const unknown = (node: unknown): string[] =>
  node === null || typeof node !== 'object' ? [] : [...('call' in node && !(String(node.call) in PRIMITIVES) ? [String(node.call)] : []), ...Object.values(node).flatMap(unknown)];

let parser: peggy.Parser | undefined;

export const c: InstructionSet = {
  isas: ['C'],
  memory: 'tso',
  register: (name) => name,
  locations: () => [], // a function gets them as parameters
  read(body): Instruction | string {
    parser ??= peggy.generate(JOIN + BODY);
    let program: Statement;
    try {
      program = parser.parse(body) as Statement;
    } catch (error) {
      return (error as Error).message;
    }
    const [stranger] = unknown(program);
    if (stranger !== undefined) return `${stranger}() is not known`;
    return (cpu, state) => run(cpu, state, program);
  },
};
