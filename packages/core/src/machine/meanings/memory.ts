/** Loads, stores and atomic updates of one cell, under sequential consistency. */
import { type Condition, type Meaning, type Step, waitsFor, when, zero } from '@shootdown/explorer';
import { argAt, cellAt, touches, type Meanings, type Parts } from '../parts.ts';

const readWrite = (step: Step) => touches([cellAt(step, 0)], [cellAt(step, 0)]);

/** `cells[0]` is the cell; operands as said beside each kind. */
export function memoryMeanings(p: Parts): Meanings {
  const list = (id: number): readonly number[] => (id === 0 ? [] : (p.records.get(id) as number[]));
  const idOf = (items: readonly number[]): number => (items.length === 0 ? 0 : p.records.idOf(items));
  const renamed: Meaning['observedImage'] = (step, observed, to) =>
    p.layout.isSet(cellAt(step, 0)) ? to.set(observed) : observed;
  const rmw = (
    next: (old: number, step: Step) => number,
    observe: (old: number, next: number, step: Step) => number,
    verb: string,
  ): Meaning => ({
    apply(step, store) {
      const old = store.get(cellAt(step, 0));
      const value = next(old, step);
      if (value !== old) store.set(cellAt(step, 0), value);
      return observe(old, value, step);
    },
    footprint: readWrite,
    tell: (step, observed, names) =>
      `${verb} ${names.name(cellAt(step, 0))}${observed ? ` -> ${names.value(cellAt(step, 0), observed)}` : ''}`,
  });
  const old = (o: number): number => o;
  const nothing = (): number => 0;
  return {
    load: {
      apply: (step, store) => store.get(cellAt(step, 0)),
      footprint: (step) => touches([cellAt(step, 0)]),
      observedImage: renamed,
      tell: (step, observed, names) =>
        `load ${names.name(cellAt(step, 0))} -> ${names.value(cellAt(step, 0), observed)}`,
    },
    /** args: value */
    store: {
      apply(step, store) {
        store.set(cellAt(step, 0), argAt(step, 0));
        return 0;
      },
      footprint: (step) => touches([], [cellAt(step, 0)]),
      tell: (step, _observed, names) =>
        `store ${names.name(cellAt(step, 0))} = ${names.value(cellAt(step, 0), argAt(step, 0))}`,
    },
    /** args: value */
    xchg: { ...rmw((_old, step) => argAt(step, 0), old, 'xchg'), observedImage: renamed },
    /** args: expected, value */
    cmpxchg: {
      ...rmw((was, step) => (was === argAt(step, 0) ? argAt(step, 1) : was), old, 'cmpxchg'),
      observedImage: renamed,
    },
    /** args: n */
    add: {
      ...rmw((was, step) => was + argAt(step, 0), nothing, 'add'),
      footprint: (step) => touches([], [], [cellAt(step, 0)]),
      tell: (step, _observed, names) => `add ${argAt(step, 0)} to ${names.name(cellAt(step, 0))}`,
    },
    /** args: n */
    add_return: rmw(
      (was, step) => was + argAt(step, 0),
      (_was, next) => next,
      'add_return',
    ),
    dec_and_test: {
      ...rmw(
        (was) => was - 1,
        (_was, next) => (next === 0 ? 1 : 0),
        'dec_and_test',
      ),
      tell: (step, observed, names) =>
        `dec_and_test ${names.name(cellAt(step, 0))} -> ${observed ? 'zero' : 'not zero'}`,
    },
    inc_not_zero: {
      ...rmw(
        (was) => (was === 0 ? 0 : was + 1),
        (was) => (was === 0 ? 0 : 1),
        'inc_not_zero',
      ),
      tell: (step, observed, names) =>
        `inc_not_zero ${names.name(cellAt(step, 0))} -> ${observed ? 'done' : 'it is zero'}`,
    },
    /** args: bits to clear, bits to set */
    update: {
      ...rmw(
        (was, step) => {
          const cleared = was - (was & argAt(step, 0));
          return cleared + (argAt(step, 1) & ~cleared);
        },
        old,
        'update',
      ),
      observedImage: renamed,
    },
    /** args: bits */
    or: rmw((was, step) => was + (argAt(step, 0) & ~was), nothing, 'set bits of'),
    /** args: bits */
    andnot: rmw((was, step) => was - (was & argAt(step, 0)), nothing, 'clear bits of'),
    /** args: value */
    list_add: rmw((was, step) => idOf([...list(was), argAt(step, 0)]), nothing, 'add to'),
    list_take: {
      ...rmw(
        (was) => idOf(list(was).slice(1)),
        (was) => list(was)[0] ?? 0,
        'take from',
      ),
      tell: (step, observed, names) => `take from ${names.name(cellAt(step, 0))} -> ${observed}`,
    },
    /** args: bits */
    wait_clear: {
      ...waitsFor((step) => when(cellAt(step, 0), (value) => (value & argAt(step, 0)) === 0)),
      apply: () => 0,
      footprint: (step) => touches([cellAt(step, 0)]),
      tell: (step, _observed, names) => `${names.name(cellAt(step, 0))} is clear: ${step.why ?? ''}`,
    },
    fence: { apply: () => 0, footprint: () => touches([]), tell: (step) => step.why ?? 'fence' },
    ...lockMeanings,
  };
}

const isFree = (step: Step): Condition => zero(cellAt(step, 0));
const set =
  (value: (was: number) => number): Meaning['apply'] =>
  (step, store) => {
    store.set(cellAt(step, 0), value(store.get(cellAt(step, 0))));
    return 0;
  };
const lock = (verb: string, value: (was: number) => number): Meaning => ({
  apply: set(value),
  footprint: readWrite,
  tell: (step, _observed, names) => `${verb} ${names.name(cellAt(step, 0))}`,
});

/** Locks are one cell: 0 free, n readers, -1 a writer; a spinlock is 0 or 1. Owners are not stored: identical CPUs stay alike. */
const lockMeanings: Meanings = {
  spin_lock: { ...lock('spin_lock', () => 1), ...waitsFor(isFree) },
  spin_unlock: lock('spin_unlock', () => 0),
  spin_trylock: {
    apply(step, store) {
      if (store.get(cellAt(step, 0)) !== 0) return 0;
      store.set(cellAt(step, 0), 1);
      return 1;
    },
    footprint: readWrite,
    tell: (step, observed, names) => `spin_trylock ${names.name(cellAt(step, 0))} -> ${observed ? 'taken' : 'busy'}`,
  },
  down_read: {
    ...lock('down_read', (was) => was + 1),
    ...waitsFor((step) => when(cellAt(step, 0), (value) => value >= 0)),
  },
  up_read: lock('up_read', (was) => was - 1),
  down_write: { ...lock('down_write', () => -1), ...waitsFor(isFree) },
  up_write: lock('up_write', () => 0),
};
