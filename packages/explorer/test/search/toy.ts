/** A toy vocabulary: a few steps over numbered cells, enough for every kind of step the explorer tells apart. */
import { allOf, nonzero, someOf, waitsFor, when, zero } from '../../src/api/condition.ts';
import type { Meaning, Op, Step, Store } from '../../src/api/step.ts';
import type { Check, Process, Symmetry, System } from '../../src/api/system.ts';
import { exploreSync } from '../../src/search/explore.ts';
import type { Exploration, ExploreOptions } from '../../src/api/exploration.ts';

const step = (
  kind: string,
  cells: readonly number[] = [],
  args: readonly number[] = [],
  more: Partial<Step> = {},
): Step => ({
  kind,
  cpu: 0,
  cells,
  args,
  ...more,
});

export function* load(cell: number): Op<number> {
  return yield step('load', [cell]);
}
export function* store(cell: number, value: number): Op {
  yield step('store', [cell], [value]);
}
/** Adds modulo `modulus` and observes the old value. */
export function* add(cell: number, by: number, modulus = 1 << 20): Op<number> {
  return yield step('add', [cell], [by, modulus]);
}
export function* lock(cell: number): Op {
  yield step('lock', [cell], [], { why: `lock ${cell}` });
}
export function* unlock(cell: number): Op {
  yield step('store', [cell], [0]);
}
export function* awaitValue(cell: number, value: number): Op {
  yield step('await', [cell], [value], { why: `cell ${cell} to be ${value}` });
}
/** Adds modulo `modulus` and observes nothing: such updates commute. */
export function* inc(cell: number, by: number, modulus = 1 << 20): Op {
  yield step('inc', [cell], [by, modulus]);
}
/** Sets bits and observes nothing: such updates commute, but not with `inc`. */
export function* or(cell: number, bits: number): Op {
  yield step('or', [cell], [bits]);
}
/** 1 when the lock was free and is taken now. */
export function* trylock(cell: number): Op<number> {
  return yield step('trylock', [cell]);
}
/** Waits until all these cells hold 0. */
export function* awaitZero(cells: readonly number[]): Op {
  yield step('await zero', cells, [], { why: `cells ${cells.join()} to be 0` });
}
/** The same, and says that it needs each of them. */
export function* awaitAll(cells: readonly number[]): Op {
  yield step('await all', cells);
}
/** Waits until a cell holds a value, and says that it needs that. */
export function* awaitNeeds(cell: number, value: number): Op {
  yield step('await needs', [cell], [value]);
}
/** Waits until one of these cells holds 0. */
export function* awaitEither(cells: readonly number[]): Op {
  yield step('await either', cells);
}
/** Sets all these cells, once they are 0. */
export function* send(cells: readonly number[], value: number): Op {
  yield step('send', cells, [value]);
}
/** Waits until `off` is 0 and one of the others is not: takes one of these, sets `busy` and observes which. */
export function* enter(off: number, busy: number, pending: readonly number[]): Op<number> {
  return yield step('enter', [off, busy, ...pending]);
}
/** Adds an item, 1 or 2, to the end of a queue. */
export function* post(queue: number, item: number): Op {
  yield step('post', [queue], [item]);
}
/** Waits until `off` is 0 and one of the queues is not empty: puts the first item of one of these into `into`. */
export function* take(off: number, into: number, queues: readonly number[]): Op {
  yield step('take', [off, into, ...queues]);
}
/** Takes everything at once from a queue, and says how much that was. */
export function* takeAll(queue: number): Op<number> {
  return yield step('take all', [queue]);
}
/** Clears all these cells. */
export function* clear(cells: readonly number[]): Op {
  yield step('clear', cells);
}
/** Notes in `mask` who of `readers` is not 0. */
export function* snapshot(mask: number, readers: readonly number[]): Op {
  yield step('snapshot', [mask, ...readers]);
}
/** Sets `own` to 0 and takes bit `bit` out of the masks. */
export function* leave(own: number, bit: number, masks: readonly number[]): Op {
  yield step('leave', [own, ...masks], [bit]);
}
/** One of 0..n-1, as the hardware likes. */
export function* flip(n: number): Op<number> {
  return yield step('flip', [], [n]);
}
/** One of 0..n as the hardware likes, where the cell holds n. */
export function* flipUpTo(cell: number): Op<number> {
  return yield step('flip up to', [cell]);
}
/** Takes a lock that only `lock` keeps it from: it counts two for everybody who does. */
export function* lockShared(cell: number): Op {
  yield step('lock shared', [cell], [], { why: `lock ${cell}, shared` });
}
/** Gives back a lock and adds to another cell, which commutes. */
export function* unlockAndInc(held: number, cell: number, by: number, modulus: number): Op {
  yield step('unlock and inc', [held, cell], [by, modulus]);
}
/** Writes the cell where `flag` is not 0. */
export function* storeIf(flag: number, cell: number, value: number): Op {
  yield step('store if', [flag, cell], [value]);
}
/** Does nothing. Claims are judged here by name. */
export function* mark(name: string): Op {
  yield step('mark', [], [], { info: { name } });
}
export function* giveUp(): Op {
  yield step('bound');
}

const at = (s: Step, i: number): number => s.cells[i]!;
const arg = (s: Step, i: number): number => s.args[i]!;
const every: Meaning['commutes'] = (s) => s.cells;
const digits = (queue: number): number => (queue === 0 ? 0 : 1 + digits(Math.floor(queue / 3)));
/** Which of the cells after the first two are not 0: 0, 1, ... */
const sent = (s: Step, cells: Store): number[] =>
  s.cells.slice(2).flatMap((cell, i) => (cells.get(cell) === 0 ? [] : [i]));
const tell: Meaning['tell'] = (s, observed, names) =>
  `${s.kind} ${s.cells.map((cell) => names.name(cell)).join()} ${s.args.join()} -> ${observed}`;
const put = (store: Store, cell: number, value: number, observed = 0): number => {
  store.set(cell, value);
  return observed;
};

const MEANINGS: Record<string, Meaning> = {
  load: { apply: (s, cells) => cells.get(at(s, 0)), tell },
  store: { apply: (s, cells) => put(cells, at(s, 0), arg(s, 0)), tell },
  add: {
    apply: (s, cells) => {
      const old = cells.get(at(s, 0));
      return put(cells, at(s, 0), (old + arg(s, 0)) % arg(s, 1), old);
    },
    tell,
  },
  lock: { ...waitsFor((s) => zero(at(s, 0))), apply: (s, cells) => put(cells, at(s, 0), 1), tell },
  trylock: { apply: (s, cells) => (cells.get(at(s, 0)) === 0 ? put(cells, at(s, 0), 1, 1) : 0), tell },
  inc: {
    apply: (s, cells) => put(cells, at(s, 0), (cells.get(at(s, 0)) + arg(s, 0)) % arg(s, 1)),
    commutes: every,
    tell,
  },
  or: { apply: (s, cells) => put(cells, at(s, 0), cells.get(at(s, 0)) | arg(s, 0)), commutes: every, tell },
  // What it needs it does not say: nothing but what it reads is known.
  'await zero': {
    enabled: (s, cells) => s.cells.every((cell) => cells.get(cell) === 0),
    apply: () => 0,
    tell,
  },
  'await all': { ...waitsFor((s) => allOf(...s.cells.map(zero))), apply: () => 0, tell },
  'await needs': {
    ...waitsFor((s) => when(at(s, 0), (value) => value === arg(s, 0))),
    apply: () => 0,
    tell,
  },
  'await either': { ...waitsFor((s) => someOf(...s.cells.map(zero))), apply: () => 0, tell },
  send: {
    ...waitsFor((s) => allOf(...s.cells.map(zero))),
    apply: (s, cells) => s.cells.reduce((_, cell) => put(cells, cell, arg(s, 0)), 0),
    tell,
  },
  enter: {
    ...waitsFor((s) => allOf(zero(at(s, 0)), someOf(...s.cells.slice(2).map(nonzero)))),
    choices: (s, cells) => sent(s, cells).length,
    apply: (s, cells, choice) => put(cells, at(s, 1), 1, sent(s, cells)[choice]),
    tell,
  },
  // Items are the digits of a number, the first one the lowest.
  post: {
    apply: (s, cells) => put(cells, at(s, 0), cells.get(at(s, 0)) + arg(s, 0) * 3 ** digits(cells.get(at(s, 0)))),
    enqueues: every,
    tell,
  },
  take: {
    ...waitsFor((s) => allOf(zero(at(s, 0)), someOf(...s.cells.slice(2).map(nonzero)))),
    choices: (s, cells) => sent(s, cells).length,
    apply(s, cells, choice) {
      const queue = at(s, 2 + sent(s, cells)[choice]!);
      put(cells, at(s, 1), cells.get(queue) % 3);
      return put(cells, queue, Math.floor(cells.get(queue) / 3));
    },
    dequeues: (s) => s.cells.slice(2),
    tell,
  },
  'take all': {
    ...waitsFor((s) => nonzero(at(s, 0))),
    apply: (s, cells) => put(cells, at(s, 0), 0, digits(cells.get(at(s, 0)))),
    tell,
  },
  clear: { apply: (s, cells) => s.cells.reduce((_, cell) => put(cells, cell, 0), 0), tell },
  snapshot: {
    apply: (s, cells) =>
      put(
        cells,
        at(s, 0),
        s.cells.slice(1).reduce((mask, cell, i) => (cells.get(cell) === 0 ? mask : mask | (1 << i)), 0),
      ),
    tell,
  },
  leave: {
    apply: (s, cells) => {
      for (const mask of s.cells.slice(1))
        if (cells.get(mask) & (1 << arg(s, 0))) cells.set(mask, cells.get(mask) & ~(1 << arg(s, 0)));
      return put(cells, at(s, 0), 0);
    },
    tell,
  },
  await: { enabled: (s, cells) => cells.get(at(s, 0)) === arg(s, 0), apply: () => 0, tell },
  flip: { choices: (s) => arg(s, 0), apply: (_s, _cells, choice) => choice, tell },
  'flip up to': {
    choices: (s, cells) => 1 + cells.get(at(s, 0)),
    apply: (_s, _cells, choice) => choice,
    tell,
  },
  'lock shared': {
    ...waitsFor((s) => when(at(s, 0), (value) => value !== 1)),
    apply: (s, cells) => put(cells, at(s, 0), cells.get(at(s, 0)) + 2),
    tell,
  },
  'unlock and inc': {
    apply: (s, cells) => put(cells, at(s, 0), put(cells, at(s, 1), (cells.get(at(s, 1)) + arg(s, 0)) % arg(s, 1))),
    commutes: (s) => [at(s, 1)],
    tell,
  },
  'store if': {
    apply: (s, cells) => (cells.get(at(s, 0)) === 0 ? 0 : put(cells, at(s, 1), arg(s, 0))),
    tell,
  },
  mark: { apply: () => 0, tell },
  bound: { apply: () => 0, tell },
};

/** Names that the code now running has entered, outermost first. */
let stack: string[] = [];

/** Runs code inside a named operation, as `where` shows it. */
export function* within<T>(name: string, op: Op<T>): Op<T> {
  stack.push(name);
  const result = yield* op;
  stack.pop();
  return result;
}

/** Gives code a stack of its own, which is the current one whenever the code runs. */
function* tracked<T>(make: () => Op<T>): Op<T> {
  const own: string[] = (stack = []);
  const op = make();
  for (let at = op.next(0); ;) {
    if (at.done === true) return at.value;
    const observed = yield at.value;
    stack = own;
    at = op.next(observed);
  }
}

/** A process of a toy system. */
export interface ToyProcess extends Partial<Omit<Process, 'body'>> {
  readonly body: () => Op<unknown>;
}

export interface Toy {
  readonly processes: readonly (ToyProcess | (() => Op<unknown>))[];
  /** Initial values; cells beyond are 0. */
  readonly cells?: readonly number[];
  readonly cellCount?: number;
  /** Judged at `mark(name)`. */
  readonly marks?: Readonly<Record<string, readonly Check[]>>;
  /** Judged at every step of a kind. */
  readonly kinds?: Readonly<Record<string, readonly Check[]>>;
  readonly finals?: readonly Check[];
  readonly symmetry?: Symmetry;
}

export function toy({
  processes,
  cells = [],
  cellCount = 8,
  marks = {},
  kinds = {},
  finals = [],
  symmetry,
}: Toy): System {
  return {
    processes: processes.map((given, i) => {
      const process = typeof given === 'function' ? { body: given } : given;
      return { name: `p${i}`, cpu: i, role: 'main', ...process, body: () => tracked(process.body) };
    }),
    cellCount,
    initial: (cell) => cells[cell] ?? 0,
    meaning: (kind) => MEANINGS[kind]!,
    names: { name: (cell) => `c${cell}`, value: (_cell, value) => String(value) },
    checksAt: (s) => [...(marks[(s.info as { name: string } | undefined)?.name ?? ''] ?? []), ...(kinds[s.kind] ?? [])],
    finals,
    ...(symmetry && { symmetry }),
    where: () => stack,
  };
}

/** A claim that a cell does not hold a value. */
export const isNot = (cell: number, value: number, on: Check['on'] = 'violation'): Check => ({
  claim: `c${cell} is not ${value}`,
  on,
  holds: (cells) => cells.get(cell) !== value,
  explain: (cells) => `c${cell} is ${cells.get(cell)}`,
});

/** Explores all of a toy system. */
export const all = (system: Toy, options: Partial<ExploreOptions> = {}): Exploration =>
  exploreSync(toy(system), { stopAtFirst: false, maxStates: 1_000_000, ...options });
