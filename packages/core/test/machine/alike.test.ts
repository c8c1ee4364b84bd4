/** CPUs that run the same code are supposed to be alike: where they are, who is which is left out; where they are not, nothing is. */
import { describe, expect, test } from '@jest/globals';
import { ALL_REDUCTIONS, type Exploration, type Op, type Reductions, exploreSync } from '@shootdown/explorer';
import { bareSystem, byFrames } from '../../src/testing.ts';
import { region } from '../../src/words/cells.ts';
import { ipiHandler, type Cpu } from '../../src/words/cpu.ts';

const word = region('word', ['queue']);
const lock = region('lock', ['queue'], { shape: 'lock' });
const up = region('up', ['mm'], { shape: 'mask' });
const look = ipiHandler('look', function* (cpu: Cpu): Op {
  yield* cpu.load(word(0));
});

const explore = (code: (cpu: Cpu) => Op, reduce: Reductions, last?: (cpu: Cpu) => Op): Exploration =>
  exploreSync(
    bareSystem({
      cells: [word, lock, up],
      threads: [code, code, ...(last ? [last] : [])],
      atEnd: { 'the word is 2': (value) => value(word(0)) === 2 },
    }),
    { stopAtFirst: false, maxStates: 200_000, reduce },
    byFrames(),
  );
const says = ({ outcome, violations, deadlocks, ends }: Exploration): unknown => [
  outcome,
  violations.map(({ claim }) => claim),
  deadlocks > 0,
  ends > 0,
];
const { symmetry: _, ...APART } = ALL_REDUCTIONS;

/** Code that treats all CPUs alike. */
const ALIKE: Readonly<Record<string, [(cpu: Cpu) => Op, ((cpu: Cpu) => Op)?]>> = {
  'take a lock': [
    function* (cpu) {
      yield* cpu.spin_lock(lock(0));
      yield* cpu.store(word(0), (yield* cpu.load(word(0))) + 1);
      yield* cpu.spin_unlock(lock(0));
    },
  ],
  'lose a store': [
    function* (cpu) {
      yield* cpu.store(word(0), (yield* cpu.load(word(0))) + 1);
    },
  ],
  'are in a set that a third one looks at, and interrupts': [
    function* (cpu) {
      yield* cpu.or(up(0), 1 << cpu.id);
      yield* cpu.store(word(0), 2);
      yield* cpu.andnot(up(0), 1 << cpu.id);
    },
    function* (cpu) {
      const mask = yield* cpu.load(up(0));
      if (mask !== 0) yield* cpu.smp_call_function_many(mask, look, {});
    },
  ],
  'interrupt each other with interrupts off': [
    function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.smp_call_function_many(cpu.online & ~(1 << cpu.id), look, {});
      yield* cpu.local_irq_restore();
    },
  ],
  'wait for a grace period': [
    function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.add_return(word(0), 1);
      yield* cpu.rcu_read_unlock();
    },
    function* (cpu) {
      yield* cpu.synchronize_rcu();
      yield* cpu.load(word(0));
    },
  ],
};

describe('they are alike', () => {
  test.each(Object.entries(ALIKE))('they %s', (_what, [code, last]) => {
    const [exact, together, apart] = [
      explore(code, {}, last),
      explore(code, { symmetry: true }, last),
      explore(code, ALL_REDUCTIONS, last),
    ];
    expect(together.symmetryRejected ?? apart.symmetryRejected).toBeUndefined();
    expect([says(together), says(apart)]).toEqual([says(exact), says(exact)]);
    expect(together.states).toBeLessThan(0.8 * exact.states);
  });
});

/** Code that tells them apart by what it does. */
const UNLIKE: Readonly<Record<string, [(cpu: Cpu) => Op, RegExp]>> = {
  'each has pages of its own': [
    function* (cpu) {
      yield* cpu.store(word(1), yield* cpu.alloc_pages(0));
    },
    /page\.alloc/,
  ],
  'one is told by its number': [
    function* (cpu) {
      yield* cpu.store(word(1), cpu.id);
    },
    /store/,
  ],
  'one goes another way': [
    function* (cpu) {
      if (cpu.id === 0) yield* cpu.load(word(2));
      yield* cpu.add_return(word(0), 1);
    },
    /./,
  ],
};

describe('they are not alike', () => {
  test.each(Object.entries(UNLIKE))('%s', (_what, [code, told]) => {
    const exact = explore(code, {});
    for (const reduce of [{ symmetry: true }, ALL_REDUCTIONS]) {
      const found = explore(code, reduce);
      expect(found.symmetryRejected).toMatch(/^the inferred symmetry/);
      expect(found.symmetryRejected).toMatch(told);
      expect(says(found)).toEqual(says(exact));
    }
    expect(explore(code, { symmetry: true }).states).toBe(exact.states);
    expect(explore(code, ALL_REDUCTIONS).states).toBe(explore(code, APART).states);
  });
});
