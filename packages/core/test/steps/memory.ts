/** Loads, stores and atomic operations (Documentation/atomic_t.txt, memory-barriers.txt of Linux 6.1), locks, under sequential consistency. */
import { perMm, region } from '../../src/words/cells.ts';
import type { Known } from './known.ts';

/** A word of memory, of one address space and of another; and a list. */
export const word = perMm('word');
export const list = region('list', ['mm'], { shape: 'record' });
export const lock = region('some lock', ['mm'], { shape: 'lock' });
const spec = { cells: [word, list, lock] };
const machine = { spec };
const [x, y, l, k] = [word(0), word(1), list(0), lock(0)];

const rows: readonly Omit<Known, 'machine'>[] = [
  {
    says: 'load observes what the cell holds, and changes nothing',
    given: [
      [x, 7],
      [y, 8],
    ],
    code: (cpu) => cpu.load(x),
    then: { changes: [], observes: 7 },
  },
  {
    says: 'load of a cell that nobody wrote observes its first value',
    code: (cpu) => cpu.load(x),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'store changes this cell and no other',
    given: [[y, 8]],
    code: (cpu) => cpu.store(x, 5),
    then: { changes: [[x, 5]] },
  },
  {
    says: 'store observes nothing of what was there',
    given: [[x, 9]],
    code: (cpu) => cpu.store(x, 5),
    then: { changes: [[x, 5]] },
  },
  { says: 'store of 0 is a store', given: [[x, 9]], code: (cpu) => cpu.store(x, 0), then: { changes: [[x, 0]] } },
  { says: 'store of a negative number', code: (cpu) => cpu.store(x, -2), then: { changes: [[x, -2]] } },
  {
    says: 'xchg observes what was there',
    given: [
      [x, 3],
      [y, 4],
    ],
    code: (cpu) => cpu.xchg(x, 5),
    then: { changes: [[x, 5]], observes: 3 },
  },
  {
    says: 'xchg of what is there already',
    given: [[x, 3]],
    code: (cpu) => cpu.xchg(x, 3),
    then: { changes: [], observes: 3 },
  },
  {
    says: 'cmpxchg exchanges where it finds what it expects',
    given: [[x, 3]],
    code: (cpu) => cpu.cmpxchg(x, 3, 8),
    then: { changes: [[x, 8]], observes: 3 },
  },
  {
    says: 'cmpxchg changes nothing where it finds another value, and observes that',
    given: [[x, 4]],
    code: (cpu) => cpu.cmpxchg(x, 3, 8),
    then: { changes: [], observes: 4 },
  },
  {
    says: 'cmpxchg that expects the new value does not take it for the old',
    given: [[x, 8]],
    code: (cpu) => cpu.cmpxchg(x, 3, 8),
    then: { changes: [], observes: 8 },
  },
  {
    says: 'add adds, and observes nothing',
    given: [[x, 3]],
    code: (cpu) => cpu.add(x, 4),
    then: { changes: [[x, 7]] },
  },
  { says: 'add of a negative number', given: [[x, 3]], code: (cpu) => cpu.add(x, -4), then: { changes: [[x, -1]] } },
  {
    says: 'add_return observes the sum, not what was there',
    given: [[x, 3]],
    code: (cpu) => cpu.add_return(x, 4),
    then: { changes: [[x, 7]], observes: 7 },
  },
  {
    says: 'dec_and_test: one is left',
    given: [[x, 2]],
    code: (cpu) => cpu.dec_and_test(x),
    then: { changes: [[x, 1]], observes: 0 },
  },
  {
    says: 'dec_and_test: none is left',
    given: [[x, 1]],
    code: (cpu) => cpu.dec_and_test(x),
    then: { changes: [[x, 0]], observes: 1 },
  },
  {
    says: 'dec_and_test below zero is not zero',
    given: [[x, 0]],
    code: (cpu) => cpu.dec_and_test(x),
    then: { changes: [[x, -1]], observes: 0 },
  },
  {
    says: 'inc_not_zero: it is zero, and stays',
    code: (cpu) => cpu.inc_not_zero(x),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'inc_not_zero: one more',
    given: [[x, 3]],
    code: (cpu) => cpu.inc_not_zero(x),
    then: { changes: [[x, 4]], observes: 1 },
  },
  {
    says: 'update clears, then sets, and observes what was there',
    given: [[x, 0b0111]],
    code: (cpu) => cpu.update(x, 0b0110, 0b1000),
    then: { changes: [[x, 0b1001]], observes: 0b0111 },
  },
  {
    says: 'update sets a bit that it clears too',
    given: [[x, 0b0110]],
    code: (cpu) => cpu.update(x, 0b0010, 0b0010),
    then: { changes: [], observes: 0b0110 },
  },
  {
    says: 'update of bits that are so already changes nothing',
    given: [[x, 0b1000]],
    code: (cpu) => cpu.update(x, 0b0110, 0b1000),
    then: { changes: [], observes: 0b1000 },
  },
  {
    says: 'update leaves the number of a frame above 32 bits',
    given: [[x, 2 ** 40 + 0b0111]],
    code: (cpu) => cpu.update(x, 0b0110, 0b1000),
    then: { changes: [[x, 2 ** 40 + 0b1001]], observes: 2 ** 40 + 0b0111 },
  },
  {
    says: 'or sets bits, and observes nothing',
    given: [[x, 0b0101]],
    code: (cpu) => cpu.or(x, 0b0011),
    then: { changes: [[x, 0b0111]] },
  },
  {
    says: 'or above 32 bits',
    given: [[x, 2 ** 40]],
    code: (cpu) => cpu.or(x, 0b0011),
    then: { changes: [[x, 2 ** 40 + 3]] },
  },
  {
    says: 'andnot clears bits, and observes nothing',
    given: [[x, 0b0101]],
    code: (cpu) => cpu.andnot(x, 0b0011),
    then: { changes: [[x, 0b0100]] },
  },
  {
    says: 'andnot above 32 bits',
    given: [[x, 2 ** 40 + 3]],
    code: (cpu) => cpu.andnot(x, 0b0001),
    then: { changes: [[x, 2 ** 40 + 2]] },
  },
  {
    says: 'wait_clear goes on where none of the bits is set',
    given: [[x, 0b1100]],
    code: (cpu) => cpu.wait_clear(x, 0b0011, 'w'),
    then: { changes: [] },
  },
  {
    says: 'wait_clear waits while one of the bits is set',
    given: [[x, 0b0010]],
    code: (cpu) => cpu.wait_clear(x, 0b0011, 'w'),
    then: 'waits',
  },
  { says: 'list_add: the first', code: (cpu) => cpu.list_add(l, 4), then: { changes: [[l, [4]]] } },
  {
    says: 'list_add adds to the end',
    given: [[l, [4, 9]]],
    code: (cpu) => cpu.list_add(l, 5),
    then: { changes: [[l, [4, 9, 5]]] },
  },
  {
    says: 'list_take takes the first',
    given: [[l, [4, 9, 5]]],
    code: (cpu) => cpu.list_take(l),
    then: { changes: [[l, [9, 5]]], observes: 4 },
  },
  {
    says: 'list_take of the last leaves none',
    given: [[l, [4]]],
    code: (cpu) => cpu.list_take(l),
    then: { changes: [[l, 0]], observes: 4 },
  },
  {
    says: 'list_del takes a number out of the middle, and the others keep their order',
    given: [[l, [4, 9, 5]]],
    code: (cpu) => cpu.list_del(l, 9),
    then: { changes: [[l, [4, 5]]] },
  },
  {
    says: 'list_del of the only one leaves none',
    given: [[l, [4]]],
    code: (cpu) => cpu.list_del(l, 4),
    then: { changes: [[l, 0]] },
  },
  {
    says: 'list_del of what is not in it changes nothing',
    given: [[l, [4]]],
    code: (cpu) => cpu.list_del(l, 9),
    then: { changes: [] },
  },
  { says: 'list_take of none', code: (cpu) => cpu.list_take(l), then: { changes: [], observes: 0 } },

  // Locks: 0 is free; a spinlock that is held is 1; a semaphore counts its readers, and -1 is a writer.
  {
    says: 'spin_lock takes a free lock',
    given: [[lock(1), 1]],
    code: (cpu) => cpu.spin_lock(k),
    then: { changes: [[k, 1]] },
  },
  { says: 'spin_lock waits for who holds it', given: [[k, 1]], code: (cpu) => cpu.spin_lock(k), then: 'waits' },
  {
    says: 'spin_unlock gives it back',
    given: [[lock(1), 1]],
    code: function* (cpu) {
      yield* cpu.spin_lock(k);
      yield* cpu.spin_unlock(k);
    },
    skip: 1,
    then: { changes: [[k, 0]] },
  },
  {
    says: 'spin_trylock takes a free lock',
    code: (cpu) => cpu.spin_trylock(k),
    then: { changes: [[k, 1]], observes: 1 },
  },
  {
    says: 'spin_trylock of a lock that is held takes nothing, and does not wait',
    given: [[k, 1]],
    code: (cpu) => cpu.spin_trylock(k),
    then: { changes: [], observes: 0 },
  },
  { says: 'down_read: the first reader', code: (cpu) => cpu.down_read(k), then: { changes: [[k, 1]] } },
  {
    says: 'down_read enters beside readers',
    given: [[k, 2]],
    code: (cpu) => cpu.down_read(k),
    then: { changes: [[k, 3]] },
  },
  { says: 'down_read waits for a writer', given: [[k, -1]], code: (cpu) => cpu.down_read(k), then: 'waits' },
  {
    says: 'up_read leaves the other readers',
    given: [[k, 1]],
    code: function* (cpu) {
      yield* cpu.down_read(k);
      yield* cpu.up_read(k);
    },
    skip: 1,
    then: { changes: [[k, 1]] },
  },
  {
    says: 'up_read of the last reader',
    code: function* (cpu) {
      yield* cpu.down_read(k);
      yield* cpu.up_read(k);
    },
    skip: 1,
    then: { changes: [[k, 0]] },
  },
  {
    says: 'down_write enters where nobody is',
    given: [[lock(1), 1]],
    code: (cpu) => cpu.down_write(k),
    then: { changes: [[k, -1]] },
  },
  { says: 'down_write waits for one reader', given: [[k, 1]], code: (cpu) => cpu.down_write(k), then: 'waits' },
  {
    says: 'down_write waits for the last of several readers',
    given: [[k, 3]],
    code: (cpu) => cpu.down_write(k),
    then: 'waits',
  },
  { says: 'down_write waits for another writer', given: [[k, -1]], code: (cpu) => cpu.down_write(k), then: 'waits' },
  {
    says: 'up_write lets everybody in',
    code: function* (cpu) {
      yield* cpu.down_write(k);
      yield* cpu.up_write(k);
    },
    skip: 1,
    then: { changes: [[k, 0]] },
  },
];
export const MEMORY: readonly Known[] = rows.map((row) => ({ ...row, machine }));
