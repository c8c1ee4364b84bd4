/** Every rule of the reductions is needed: without it, one of these systems comes out differently. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MUTANTS, type Mutant, type Reductions } from '../../src/explore/reductions.ts';
import type { Op } from '../../src/words/step.ts';
import type { System } from '../../src/words/system.ts';
import { difference, REDUCTIONS } from './agree.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { add, all, awaitValue, clear, flip, flipUpTo, inc, isNot, load, lock, lockUnless, mark, or, store, toy, trylock, unlock, type Toy } from './toy.ts';

/** For each rule a system that shows why it is needed. Those without one are noticed on random machines. */
const SHOWN: Partial<Record<Mutant, Toy>> = {
  'writes meet reads': { processes: [() => store(0, 1), () => load(0)] },
  'reads meet writes': { processes: [() => load(0), () => store(0, 1)] },
  'writes meet writes': { processes: [() => store(0, 1), () => store(0, 2)] },
  'adds meet reads': { processes: [() => inc(0, 1), () => load(0)] },
  'reads meet adds': { processes: [() => load(0), () => inc(0, 1)] },
  'adds meet writes': { processes: [() => inc(0, 1), () => store(0, 2)] },
  'writes meet adds': { processes: [() => store(0, 2), () => inc(0, 1)] },
  'adds of two kinds meet': { processes: [() => inc(0, 1), () => or(0, 1)] },
  // A process that is held up looks at its gate before each step.
  'gates are read': { processes: [() => store(0, 1), { gates: [0], body: () => load(1) }, () => store(0, 0)] },
  'futures reach on': {
    processes: [
      () => store(0, 1),
      function* () {
        yield* load(1);
        yield* load(0);
      },
    ],
  },
  // The daemon looks at c2 in its second round only, which at its last step is still to come.
  'daemons start again': {
    processes: [
      () => store(2, 1),
      function* () {
        yield* store(0, 1);
        yield* awaitValue(0, 0);
        yield* store(0, 1);
      },
      {
        role: 'daemon',
        *body() {
          yield* awaitValue(0, 1);
          if ((yield* add(3, 1)) === 1 && (yield* load(2)) === 0) yield* mark('second');
          yield* store(0, 0);
        },
      },
    ],
    marks: { second: [isNot(3, 2)] },
  },
  // Who waits would look at c1 after somebody else wakes it, before p0 writes.
  'who waits needs writers': {
    processes: [
      () => store(1, 1),
      function* () {
        yield* awaitValue(0, 1);
        yield* load(1);
      },
      () => store(0, 1),
    ],
  },
  'closed gates need writers': { cells: [1], processes: [() => store(1, 1), { gates: [0], body: () => load(1) }, () => store(0, 0)] },
  // p0 meets p1, which waits for p2, which waits for p3.
  'closure goes on': {
    processes: [
      () => store(1, 1),
      function* () {
        yield* awaitValue(2, 1);
        yield* load(1);
      },
      function* () {
        yield* awaitValue(3, 1);
        yield* store(2, 1);
      },
      () => store(3, 1),
    ],
  },
  'enabling reads': {
    cells: [1],
    processes: [
      function* () {
        yield* store(0, 0);
        yield* store(0, 1);
      },
      () => awaitValue(0, 0),
    ],
  },
  'choosing reads': { processes: [() => flipUpTo(0), () => store(0, 1)] },
  'claims read': { processes: [() => mark('look'), () => store(0, 1)], marks: { look: [isNot(0, 1)] } },
  // The clock goes round for ever, and p1 would wait as long.
  'cycles are opened': { processes: [{ role: 'daemon', body: () => inc(1, 1, 2) }, () => store(0, 1)], kinds: { store: [isNot(0, 1)] } },
  'everybody is all': { processes: [{ role: 'daemon', body: () => inc(1, 1, 2) }, () => load(0), () => store(0, 1)] },
  'again until nothing is new': { processes: [() => store(0, 1), () => load(0)] },
  'equal writes are writes': {
    processes: [
      () => store(0, 0),
      function* () {
        yield* store(0, 1);
        yield* load(0);
      },
    ],
  },
  'every way is taken': { processes: [() => flip(2)] },
  // p1 looks whether the lock is taken, and may do so while p0 holds it.
  'locks may be touched without': {
    processes: [
      function* () {
        yield* lock(0);
        yield* unlock(0);
      },
      () => trylock(0),
    ],
  },
  'locks must be held': { processes: [() => store(0, 1), () => lock(0)] },
  // p1 does not wait for c0, which is free, but for c1.
  'locks alone hold up': { cells: [0, 1], processes: [() => store(0, 7), () => lockUnless(0, 1), () => store(1, 0)] },
  // p2 opens the lock by an update that p0's does not meet.
  'adds do not open locks': { cells: [2], processes: [() => inc(0, 2, 3), () => lock(0), () => inc(0, 1, 3)] },
  // The end with c0 = 1 is visited in the last round only, where taking its first edge is no news any more; c1 is looked at only there.
  'finals make news': {
    processes: [() => store(0, 1), () => store(0, 2), () => store(1, 1), () => store(1, 2)],
    finals: [{ claim: 'c0 and c1 are not both 1', on: 'violation', holds: (cells) => cells.get(0) !== 1 || cells.get(1) !== 1 }],
  },
  'finals read': { processes: [() => store(0, 1), () => store(0, 2)], finals: [isNot(0, 1), isNot(0, 2)] },
  // c0 is looked at by the second step of p2 only, after both have written it.
  'every future looks': {
    processes: [
      ...[1, 2].map(
        (value) =>
          function* () {
            yield* store(0, value);
            yield* inc(1, 1);
          },
      ),
      function* () {
        yield* awaitValue(1, 2);
        yield* load(0);
      },
    ],
  },
};

/**
 * Left out, this one is not missed: of two processes alike the one that is ahead has mostly done all that the other may do, and is in
 * the same state where it counts. We know no system that needs the rule, and no proof without it.
 */
const NOT_MISSED: readonly Mutant[] = ['images know alike'];
/** Rules that only a system with a symmetry knows. */
const OF_SYMMETRY: readonly Mutant[] = ['values are mapped', 'observed values are mapped'];

const without = (mutant: Mutant): Record<string, Reductions> =>
  Object.fromEntries(Object.entries(REDUCTIONS).map(([name, reduce]) => [name, { ...reduce, mutate: [mutant] }]));

describe('a rule that is left out is missed', () => {
  test.each(MUTANTS.filter((mutant) => ![...OF_SYMMETRY, ...NOT_MISSED].includes(mutant)))('%s', (mutant) => {
    const shown = SHOWN[mutant];
    expect(shown && difference(toy(shown), 2000)).toBeUndefined();
    if (shown) {
      const found = difference(toy(shown), 2000, without(mutant));
      expect(found).toBeDefined();
      return;
    }
    const pool = fc.sample(machine, { numRuns: 200, seed: 11 });
    expect(pool.some((it) => (difference(toy(machineOf(it)), 500, without(mutant)) ?? 'too big') !== 'too big')).toBe(true);
  });
});

describe('symmetry', () => {
  const SWAP = [0, 2, 1, 3];
  /** Two CPUs set their bit of a mask (c0), raise a flag of their own (c1, c2), and a third process looks at the mask. */
  const twins: Toy = {
    processes: [
      ...[0, 1].map(
        (cpu) =>
          function* () {
            yield* or(0, 1 << cpu);
            yield* store(1 + cpu, 1);
            yield* clear([1 + cpu]);
          },
      ),
      function* () {
        if ((yield* load(0)) !== 0) yield* mark('somebody');
      },
    ],
    marks: { somebody: [{ claim: 'nobody is up', on: 'violation', holds: (cells) => cells.get(1) + cells.get(2) === 0 }] },
    symmetries: [
      {
        process: (p) => [1, 0, 2][p]!,
        cell: (cell) => (cell === 1 ? 2 : cell === 2 ? 1 : cell),
        value: (cell, value) => (cell === 0 ? SWAP[value]! : value),
        observed: (step, value) => (step.kind === 'load' ? SWAP[value]! : value),
      },
    ],
  };
  // Places of the twins: 4 * 4 ordered pairs, 10 unordered ones. The third process has not looked (10), has seen 0 and ended (10),
  // or has looked and not ended. It saw one bit: the twin it saw is at 1..3, the other anywhere: 3 * 4; both bits: 9 ordered, 6 unordered
  // pairs. Ends after seeing something are ends like the others.
  const STATES = 10 + 10 + 12 + 6;

  test('twins are told apart only by which of them was seen', () => {
    expect(difference(toy(twins), 2000)).toBeUndefined();
    const { count, states } = sizes({ symmetry: true });
    expect(states).toBe(STATES);
    expect(count).toBe(16 + 16 + 2 * 12 + 9);
  });

  // Who has been inside once holds the lock for ever the second time; the other one comes in after it only where it goes first. Where a
  // process and its cell are exchanged apart from each other, the two look alike.
  const swap = (cell: number): number => (cell === 3 ? 4 : cell === 4 ? 3 : cell);
  const again: Toy = {
    processes: [3, 4].map((own) => ({
      role: 'daemon',
      *body() {
        yield* lock(2);
        if ((yield* load(own)) !== 0) yield* awaitValue(5, 1);
        yield* store(own, 1);
        yield* inc(1, 1);
        yield* unlock(2);
      },
    })),
    kinds: { load: [{ claim: 'nobody comes in second', on: 'violation', holds: (cells, _step, observed) => cells.get(1) !== 1 || observed !== 0 }] },
    symmetries: [{ process: (p) => 1 - p, cell: swap, value: (_cell, value) => value, observed: (_step, value) => value }],
  };
  test.each<[string, Partial<Toy>]>([
    ['images', {}],
    ['sorted columns', { columns: [0, 1].map((c) => ({ processes: [c], cells: [3 + c] })) }],
  ])('processes and their cells change places together: %s', (_what, more) => {
    expect(difference(toy({ ...again, ...more }), 2000)).toBeUndefined();
  });

  test.each(OF_SYMMETRY)('a rule that is left out is missed: %s', (mutant) => {
    const outcome = (): number | string => {
      try {
        return sizes({ symmetry: true, mutate: [mutant] }).states;
      } catch (error) {
        return String(error);
      }
    };
    expect(outcome()).not.toBe(STATES);
  });

  test('what is no symmetry is refused', () => {
    const wrong: Toy = { ...twins, symmetries: [{ ...twins.symmetries![0]!, cell: (cell) => cell }] };
    expect(() => difference(toy(wrong), 2000, { symmetry: { symmetry: true } })).not.toThrow();
    expect(difference(toy(wrong), 2000, { symmetry: { symmetry: true } })).toContain('SD_BAD_SYMMETRY');
  });

  test.each<[string, Toy & { readonly checksOf?: readonly number[] }]>([
    ['other values to begin with', { ...twins, cells: [0, 0, 1] }],
    ['other gates', { ...twins, processes: twins.processes.map((process, p) => (p === 0 ? { gates: [4], body: process as () => Op } : process)) }],
    ['columns that miss a cell', { ...twins, columns: [0, 1].map((c) => ({ processes: [c], cells: [] })) }],
    ['columns beside a mask, whose bits change places', { ...twins, columns: [0, 1].map((c) => ({ processes: [c], cells: [1 + c] })) }],
    ['other claims', { ...twins, marks: {}, checksOf: [1] }],
  ])('what is no symmetry is refused: %s', (_what, wrong) => {
    expect(difference(wrong.checksOf ? judgedBy(wrong, wrong.checksOf) : toy(wrong), 2000, { symmetry: { symmetry: true } })).toContain('SD_BAD_SYMMETRY');
  });

  /** Judges only the stores of these processes. */
  const judgedBy = (given: Toy, processes: readonly number[]): System => ({
    ...toy(given),
    checksAt: (step) => (step.kind === 'store' && processes.includes(step.cells[0]! - 1) ? [isNot(5, 1)] : []),
  });

  function sizes(reduce: Reductions): { count: number; states: number } {
    return { count: all(twins).states, states: all(twins, { reduce }).states };
  }
});
