/** Primitives of the Linux kernel, as x86 carries them out. tools/memory-model/Documentation, arch/x86/include/asm/barrier.h. */
import type { Cpu, Op } from '@shootdown/core/plugin';
import { bitsOf, converted, isTrueValue, NOTHING, ofBits, target, truth, type Target, type Value } from './c-values.ts';
import { UPDATES, type ThreadState, type Update } from './instruction-set.ts';
import { INT, LONG, wrapped, type Type } from './types.ts';

/** How a primitive is called, and what it does. */
export interface Primitive {
  /** How many arguments it takes. */
  readonly takes: number;
  /** `place`: its first argument is the place itself, `*p`, whose address it is given. */
  readonly first: 'place' | 'value';
  /** @param isLast the function touches no memory behind it */
  readonly does: (cpu: Cpu, state: ThreadState, args: readonly Value[], isLast: boolean) => Op<Value>;
}

const primitive = (takes: number, does: Primitive['does'], first: Primitive['first'] = 'value'): Primitive => ({
  takes,
  first,
  does,
});

const noBarrier = primitive(0, function* () {
  return NOTHING;
});
const barrier = primitive(0, function* (cpu) {
  yield* cpu.fence('smp_mb');
  return NOTHING;
});

export function* load(cpu: Cpu, state: ThreadState, { at, type }: Target): Op<Value> {
  const bits = yield* cpu.load(at);
  return ofBits(state, state.decode(bits), type);
}
export function* store(cpu: Cpu, state: ThreadState, { at, type }: Target, value: Value): Op {
  yield* cpu.store(at, state.encode(bitsOf(converted(state, value, type))));
}
const loads = (first: Primitive['first']): Primitive =>
  primitive(
    1,
    function* (cpu, state, [from]) {
      return yield* load(cpu, state, target(state, from!));
    },
    first,
  );
const stores = (first: Primitive['first']): Primitive =>
  primitive(
    2,
    function* (cpu, state, [to, value]) {
      yield* store(cpu, state, target(state, to!), value!);
      return NOTHING;
    },
    first,
  );
const smp_store_mb = primitive(
  2,
  function* (cpu, state, [to, value]) {
    yield* store(cpu, state, target(state, to!), value!);
    yield* cpu.fence('smp_mb');
    return NOTHING;
  },
  'place',
);

const xchg = primitive(2, function* (cpu, state, [to, value]) {
  const { at, type } = target(state, to!);
  const was = yield* cpu.xchg(at, state.encode(bitsOf(converted(state, value!, type))));
  return ofBits(state, state.decode(was), type);
});
const cmpxchg = primitive(3, function* (cpu, state, [to, expected, value]) {
  const { at, type } = target(state, to!);
  const was = yield* cpu.cmpxchg(
    at,
    state.encode(bitsOf(converted(state, expected!, type))),
    state.encode(bitsOf(converted(state, value!, type))),
  );
  return ofBits(state, state.decode(was), type);
});

/** What an atomic operation gives back, of the values before and after. */
type Returns = (before: bigint, after: bigint) => bigint;
const after: Returns = (_before, now) => now;
const before: Returns = (was) => was;
const isZero: Returns = (_was, now) => (now === 0n ? 1n : 0n);
const isNegative: Returns = (_was, now) => (now < 0n ? 1n : 0n);

/** A counter of atomic_t, or of atomic64_t: which wraps (atomic_t.txt). */
function counterAt(state: ThreadState, address: Value, wanted: Type): Target {
  const there = target(state, address);
  if (there.type.bits !== wanted.bits)
    state.fail(
      `${there.location} is ${there.type.name}, and ${wanted === INT ? 'atomic_t' : 'atomic64_t'} has ${wanted.bits} bits`,
    );
  return there;
}

function numberIn(state: ThreadState, value: Value, type: Type): bigint {
  const { word } = converted(state, value, type);
  return typeof word === 'bigint' ? word : state.notModelled('something is computed from an address');
}

/** What is done to a counter, with the argument or with one. */
interface Change {
  readonly update: Update;
  readonly by: 'one' | 'argument';
  /** `andnot` is an AND with the complement. */
  readonly complement?: true;
}

const changing = (type: Type, { update, by, complement }: Change, returns?: Returns): Primitive =>
  primitive(by === 'one' ? 1 : 2, function* (cpu, state, args) {
    const { at } = counterAt(state, args[by === 'one' ? 0 : 1]!, type);
    const n = by === 'one' ? 1n : numberIn(state, args[0]!, type);
    const operand = BigInt.asUintN(type.bits, complement ? ~n : n);
    const was = yield* state.update(cpu, at, update, operand, type.bits, returns ? 'old' : 'nothing');
    if (!returns) return NOTHING;
    const old = ofBits(state, was, type).word as bigint;
    const now = wrapped(type, UPDATES[update](old, wrapped(type, operand)));
    return { word: returns(old, now), type: returns === isZero || returns === isNegative ? INT : type };
  });

/**
 * Changes a counter unless it holds something: reads, and exchanges until nobody came between (arch_atomic_fetch_add_unless). Where it does
 * nothing it orders nothing.
 * @param stays of what is there
 */
const unless = (
  type: Type,
  takes: number,
  counter: number,
  stays: (was: bigint, args: readonly bigint[]) => boolean,
  by: (args: readonly bigint[]) => bigint,
  returns: (was: bigint, changed: boolean) => Value,
): Primitive =>
  primitive(takes, function* (cpu, state, args) {
    const { at } = counterAt(state, args[counter]!, type);
    const numbers = args.map((arg, i) => (i === counter ? 0n : numberIn(state, arg, type)));
    const first = yield* cpu.load(at);
    for (let seen = first; ;) {
      const was = ofBits(state, state.decode(seen), type).word as bigint;
      if (stays(was, numbers)) return returns(was, false);
      const now = BigInt.asUintN(type.bits, was + by(numbers));
      const found = yield* cpu.cmpxchg(at, seen, state.encode(now));
      if (found === seen) return returns(was, true);
      seen = found;
    }
  });

/** The step of an operation that waits says for whom. */
function* because(op: Op, why: string): Op {
  for (let next = op.next(); next.done !== true;) next = op.next(yield { ...next.value, why });
}
const spin_lock = primitive(1, function* (cpu, state, [lock]) {
  const { location, at } = target(state, lock!, 'lock');
  yield* because(cpu.spin_lock(at), `spin_lock(${location})`);
  state.held.push(location);
  return NOTHING;
});
/** queued_spin_trylock (include/asm-generic/qspinlock.h) looks first: where the lock is taken, that is all, and it orders nothing. */
const spin_trylock = primitive(1, function* (cpu, state, [lock]) {
  const { location, at } = target(state, lock!, 'lock');
  const seen = yield* cpu.load(at);
  if (seen !== 0) return truth(false);
  const taken = yield* cpu.spin_trylock(at);
  if (taken) state.held.push(location);
  return truth(taken);
});
const spin_unlock = primitive(1, function* (cpu, state, [lock]) {
  const { location, at } = target(state, lock!, 'lock');
  giveBack(state, location, `spin_unlock(${location})`);
  yield* cpu.spin_unlock(at);
  return NOTHING;
});
const spin_is_locked = primitive(1, function* (cpu, state, [lock]) {
  const seen = yield* cpu.load(target(state, lock!, 'lock').at);
  return truth(seen !== 0);
});
/** Name of a read-side section among what a thread holds. */
const SECTION = 'rcu_read_lock()';
const rcu_read_lock = primitive(0, function* (cpu, state) {
  yield* cpu.rcu_read_lock();
  state.held.push(SECTION);
  return NOTHING;
});
const rcu_read_unlock = primitive(0, function* (cpu, state, _args, isLast) {
  giveBack(state, SECTION, 'rcu_read_unlock()');
  // Nobody can tell whether a thread that does nothing more waits for its stores: then fewer states are looked at.
  if (isLast) yield* cpu.fence('the end');
  yield* cpu.rcu_read_unlock();
  return NOTHING;
});
const synchronize_rcu = primitive(0, function* (cpu, state) {
  if (state.held.includes(SECTION)) state.fail('synchronize_rcu() inside of a read-side section waits for itself');
  yield* cpu.synchronize_rcu();
  return NOTHING;
});

/** What a thread holds while it reads under a `struct srcu_struct`. */
const reader = (location: string): string => `srcu_read_lock(${location})`;
/** __srcu_read_lock (kernel/rcu/srcutree.c): counts the reader where new ones are counted, then a full barrier. */
const srcuLock = (owner: 'thread' | 'anybody'): Primitive =>
  primitive(1, function* (cpu, state, [domain]) {
    const { location } = target(state, domain!, 'lock');
    const { idx, counts } = state.readers(location);
    const now = yield* cpu.load(idx);
    yield* state.update(cpu, counts[now === 0 ? 0 : 1], 'add', 1n, INT.bits, 'nothing');
    yield* cpu.fence('smp_mb');
    if (owner === 'thread') state.held.push(reader(location));
    return { word: BigInt(now), type: INT };
  });
/** __srcu_read_unlock: a full barrier first. */
const srcuUnlock = (owner: 'thread' | 'anybody'): Primitive =>
  primitive(2, function* (cpu, state, [domain, index]) {
    const { location } = target(state, domain!, 'lock');
    const { counts } = state.readers(location);
    if (owner === 'thread') giveBack(state, reader(location), `srcu_read_unlock(${location})`);
    yield* cpu.fence('smp_mb');
    const was = yield* state.update(cpu, counts[isTrueValue(index!) ? 1 : 0], 'sub', 1n, INT.bits, 'old');
    if (was === 0n) state.fail(`srcu_read_unlock(${location}) is given another number than srcu_read_lock() gave back`);
    return NOTHING;
  });
/** srcu_advance_state: waits for readers of the other count, counts new ones there, and waits for those of this one. */
const synchronize_srcu = primitive(1, function* (cpu, state, [domain]) {
  const { location } = target(state, domain!, 'lock');
  if (state.held.includes(reader(location)))
    state.fail(`synchronize_srcu(${location}) inside of a read-side section of it waits for itself`);
  const { idx, counts, gpMutex } = state.readers(location);
  const why = `synchronize_srcu(${location})`;
  yield* cpu.fence('smp_mb');
  yield* because(cpu.spin_lock(gpMutex), why);
  const now = yield* cpu.load(idx);
  yield* cpu.wait_clear(counts[now === 0 ? 1 : 0], -1, why);
  yield* cpu.store(idx, 1 - now);
  yield* cpu.fence('smp_mb');
  yield* cpu.wait_clear(counts[now === 0 ? 0 : 1], -1, why);
  yield* cpu.fence('smp_mb');
  yield* cpu.spin_unlock(gpMutex);
  return NOTHING;
});

function giveBack(state: ThreadState, what: string, call: string): void {
  const i = state.held.lastIndexOf(what);
  if (i < 0) state.fail(`${call} gives back what the thread does not hold`);
  state.held.splice(i, 1);
}

/** Every order that is asked of an atomic operation: on x86 each of them is a barrier. */
const inEveryOrder = (name: string, does: Primitive): (readonly [string, Primitive])[] =>
  ['', '_relaxed', '_acquire', '_release'].map((order) => [name + order, does] as const);

const CHANGES: Readonly<Record<string, Change>> = {
  add: { update: 'add', by: 'argument' },
  sub: { update: 'sub', by: 'argument' },
  inc: { update: 'add', by: 'one' },
  dec: { update: 'sub', by: 'one' },
  and: { update: 'and', by: 'argument' },
  or: { update: 'or', by: 'argument' },
  xor: { update: 'xor', by: 'argument' },
  andnot: { update: 'and', by: 'argument', complement: true },
};

/** Those that look at the sign, or whether there is nothing. */
function conditional(
  prefix: string,
  type: Type,
  done: (was: bigint, changed: boolean) => Value,
): (readonly [string, Primitive])[] {
  const changed = (stays: (was: bigint) => boolean, by: bigint, returns = done): Primitive =>
    unless(type, 1, 0, stays, () => by, returns);
  const less = (was: bigint): Value => ({ word: wrapped(type, was - 1n), type });
  return [
    [`${prefix}_inc_not_zero`, changed((was) => was === 0n, 1n)],
    [`${prefix}_inc_unless_negative`, changed((was) => was < 0n, 1n)],
    [`${prefix}_dec_unless_positive`, changed((was) => was > 0n, -1n)],
    [`${prefix}_dec_if_positive`, changed((was) => was <= 0n, -1n, less)],
  ];
}

/** The operations on atomic_t, atomic64_t and atomic_long_t. Documentation/atomic_t.txt. */
function atomics(prefix: string, type: Type): (readonly [string, Primitive])[] {
  const changes = Object.entries(CHANGES).flatMap(([name, change]) => [
    [`${prefix}_${name}`, changing(type, change)] as const,
    ...inEveryOrder(`${prefix}_fetch_${name}`, changing(type, change, before)),
    ...(change.update === 'add' || change.update === 'sub'
      ? inEveryOrder(`${prefix}_${name}_return`, changing(type, change, after))
      : []),
  ]);
  const old = (was: bigint): Value => ({ word: was, type });
  const done = (_was: bigint, changed: boolean): Value => truth(changed);
  const isNow = (was: bigint, [, , u]: readonly bigint[]): boolean => was === u;
  const added = ([, a = 0n]: readonly bigint[]): bigint => a;
  return [
    ...changes,
    ...['inc', 'dec', 'sub'].map(
      (name) => [`${prefix}_${name}_and_test`, changing(type, CHANGES[name]!, isZero)] as const,
    ),
    ...inEveryOrder(`${prefix}_add_negative`, changing(type, CHANGES['add']!, isNegative)),
    ...inEveryOrder(`${prefix}_xchg`, xchg),
    ...inEveryOrder(`${prefix}_cmpxchg`, cmpxchg),
    [`${prefix}_read`, loads('value')],
    [`${prefix}_read_acquire`, loads('value')],
    [`${prefix}_set`, stores('value')],
    [`${prefix}_set_release`, stores('value')],
    [`${prefix}_add_unless`, unless(type, 3, 0, isNow, added, done)],
    [`${prefix}_fetch_add_unless`, unless(type, 3, 0, isNow, added, old)],
    ...conditional(prefix, type, done),
  ];
}

/** Loads are not reordered with loads, nor stores with stores: most barriers are for the compiler alone. */
export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  READ_ONCE: loads('place'),
  rcu_dereference: loads('place'),
  rcu_dereference_raw: loads('place'),
  rcu_access_pointer: loads('place'),
  lockless_dereference: loads('place'),
  smp_load_acquire: loads('value'),
  WRITE_ONCE: stores('place'),
  rcu_assign_pointer: stores('place'),
  smp_store_release: stores('value'),
  smp_store_mb,
  smp_mb: barrier,
  mb: barrier,
  smp_rmb: noBarrier,
  smp_wmb: noBarrier,
  barrier: noBarrier,
  smp_read_barrier_depends: noBarrier,
  smp_acquire__after_ctrl_dep: noBarrier,
  smp_mb__before_atomic: noBarrier,
  smp_mb__after_atomic: noBarrier,
  smp_mb__after_spinlock: noBarrier,
  smp_mb__after_unlock_lock: noBarrier,
  ...Object.fromEntries([
    ...inEveryOrder('xchg', xchg),
    ...inEveryOrder('cmpxchg', cmpxchg),
    ...atomics('atomic', INT),
    ...atomics('atomic64', LONG),
    ...atomics('atomic_long', LONG),
  ]),
  spin_lock,
  spin_unlock,
  spin_trylock,
  spin_is_locked,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
  synchronize_rcu_expedited: synchronize_rcu,
  srcu_read_lock: srcuLock('thread'),
  srcu_read_unlock: srcuUnlock('thread'),
  srcu_down_read: srcuLock('anybody'),
  srcu_up_read: srcuUnlock('anybody'),
  smp_mb__after_srcu_read_unlock: noBarrier, // it has one
  synchronize_srcu,
  synchronize_srcu_expedited: synchronize_srcu,
};
