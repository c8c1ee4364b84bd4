/** Primitives of the Linux kernel, as x86 carries them out. tools/memory-model/Documentation, arch/x86/include/asm/barrier.h. */
import type { Cpu, Op } from '@shootdown/core/plugin';
import { bitsOf, converted, NOTHING, ofBits, target, truth, type Target, type Value } from './c-values.ts';
import type { ThreadState } from './instruction-set.ts';
import { INT, wrapped } from './types.ts';

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

/** What an atomic addition gives back, of the values before and after. */
type Returns = (before: bigint, after: bigint) => bigint;
const after: Returns = (_before, now) => now;
const before: Returns = (was) => was;

/** Adds `sign` times the argument, or one, to an atomic_t: an int of the kernel, which wraps (atomic_t.txt). */
const adding = (sign: 1n | -1n, by: 'one' | 'argument', returns?: Returns): Primitive =>
  primitive(by === 'one' ? 1 : 2, function* (cpu, state, args) {
    const { location, at, type } = target(state, args[by === 'one' ? 0 : 1]!);
    if (type.bits !== INT.bits) return state.fail(`${location} is ${type.name}, and atomic_t has ${INT.bits} bits`);
    const n = by === 'one' ? 1n : converted(state, args[0]!, INT).word;
    if (typeof n !== 'bigint') return state.notModelled('an address is added');
    const was = yield* state.update(
      cpu,
      at,
      'add',
      BigInt.asUintN(INT.bits, sign * n),
      INT.bits,
      returns ? 'old' : 'nothing',
    );
    if (!returns) return NOTHING;
    const old = ofBits(state, was, INT).word as bigint;
    return { word: returns(old, wrapped(INT, old + sign * n)), type: INT };
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

function giveBack(state: ThreadState, what: string, call: string): void {
  const i = state.held.lastIndexOf(what);
  if (i < 0) state.fail(`${call} gives back what the thread does not hold`);
  state.held.splice(i, 1);
}

/** Loads are not reordered with loads, nor stores with stores: most barriers are for the compiler alone. */
export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  READ_ONCE: loads('place'),
  rcu_dereference: loads('place'),
  smp_load_acquire: loads('value'),
  atomic_read: loads('value'),
  atomic_read_acquire: loads('value'),
  WRITE_ONCE: stores('place'),
  rcu_assign_pointer: stores('place'),
  smp_store_release: stores('value'),
  atomic_set: stores('value'),
  atomic_set_release: stores('value'),
  smp_store_mb,
  smp_mb: barrier,
  smp_rmb: noBarrier,
  smp_wmb: noBarrier,
  barrier: noBarrier,
  smp_mb__before_atomic: noBarrier,
  smp_mb__after_atomic: noBarrier,
  smp_mb__after_spinlock: noBarrier,
  smp_mb__after_unlock_lock: noBarrier,
  xchg,
  xchg_relaxed: xchg,
  xchg_acquire: xchg,
  xchg_release: xchg,
  atomic_xchg: xchg,
  cmpxchg,
  cmpxchg_relaxed: cmpxchg,
  cmpxchg_acquire: cmpxchg,
  cmpxchg_release: cmpxchg,
  atomic_cmpxchg: cmpxchg,
  atomic_inc: adding(1n, 'one'),
  atomic_dec: adding(-1n, 'one'),
  atomic_add: adding(1n, 'argument'),
  atomic_sub: adding(-1n, 'argument'),
  atomic_inc_return: adding(1n, 'one', after),
  atomic_dec_return: adding(-1n, 'one', after),
  atomic_add_return: adding(1n, 'argument', after),
  atomic_sub_return: adding(-1n, 'argument', after),
  atomic_fetch_inc: adding(1n, 'one', before),
  atomic_fetch_dec: adding(-1n, 'one', before),
  atomic_fetch_add: adding(1n, 'argument', before),
  atomic_fetch_sub: adding(-1n, 'argument', before),
  atomic_dec_and_test: adding(-1n, 'one', (_was, now) => (now === 0n ? 1n : 0n)),
  spin_lock,
  spin_unlock,
  spin_trylock,
  spin_is_locked,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
  synchronize_rcu_expedited: synchronize_rcu,
};
