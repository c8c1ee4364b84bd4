/** What a trace says of causes: who waits for whom, which step let which one happen, and which reads were overtaken. */
import { describe, expect, test } from '@jest/globals';
import { replay } from '../../src/replay/counterexample.ts';
import type { System } from '../../src/index.ts';
import { awaitNeeds, awaitZero, load, lock, store, toy, unlock, within, type Toy } from './toy.ts';

const moves = (...processes: number[]) => processes.map((process) => ({ process, choice: 0 }));
/** The toy, and what it says of its cells: cell 0 carries messages to the daemon p1. */
const depicted = (it: Toy): System => ({
  ...toy(it),
  depicts: {
    cell: (cell) => ({ region: 'c', dims: ['n'], at: [cell], shape: 'number' }),
    value: (_cell, value) => (value === 7 ? { refers: { to: 'page', n: 7 } } : {}),
    function: (name) => ({ kind: name === 'flush' ? 'hook' : 'function' }),
    channel: (cell) => (cell === 0 ? 'ipi' : undefined),
    awaited: (cell) => (cell === 0 ? ['p1'] : []),
  },
});

/** p0 sends 7 to the daemon p1, and waits until it has put 0 in its place. */
const sends: Toy = {
  cells: [0, 3],
  processes: [
    function* () {
      yield* within('flush', store(0, 7));
      yield* awaitZero([0]);
    },
    {
      name: 'p1',
      role: 'daemon',
      body: function* () {
        yield* awaitNeeds(0, 7);
        yield* store(0, 0);
      },
    },
  ],
};

describe('who waits for whom', () => {
  const trace = replay(depicted(sends), moves(0, 1, 1, 0));

  test('the sender waits for the daemon until it has answered', () =>
    expect(trace.waits).toEqual([
      { process: 'p0', from: 1, until: 3, where: [], why: 'cells 0 to be 0', cells: ['c0'], on: ['p1'] },
    ]));

  test('a daemon that was sent nothing does not wait', () => expect(replay(depicted(sends), []).waits).toEqual([]));

  test('a wait that never ends has no end', () =>
    expect(replay(depicted(sends), moves(0, 1)).waits).toMatchObject([{ process: 'p0', from: 1 }]));

  test('who is stopped at a gate is interrupted', () => {
    const gated: Toy = { cells: [0], processes: [{ gates: [0], body: () => load(0) }, () => store(0, 1)] };
    expect(replay(toy(gated), moves(1)).waits).toEqual([
      { process: 'p0', from: 1, where: [], why: 'load', cells: ['c0'], on: ['p1'], interrupted: true },
    ]);
  });
});

describe('edges', () => {
  test('a message leads to who takes it, its answer back to who sent it', () =>
    expect(replay(depicted(sends), moves(0, 1, 1, 0)).edges).toEqual([
      { kind: 'ipi', from: 1, to: 2, cell: 'c0' },
      { kind: 'ipi', from: 3, to: 4, cell: 'c0', answer: true, waited: true },
    ]));

  test('a lock is handed over to who waited for it, and to nobody else', () => {
    const locker = function* () {
      yield* lock(0);
      yield* unlock(0);
    };
    const locks: Toy = { cells: [0], processes: [locker, locker] };
    expect(replay(toy(locks), moves(0, 0, 1, 1)).edges).toEqual([
      { kind: 'wait', from: 2, to: 3, cell: 'c0', answer: true, waited: true },
    ]);
    expect(replay(toy({ ...locks, processes: [locker, () => lock(0)] }), moves(0, 0)).edges).toEqual([]);
  });
});

describe('overtaken reads', () => {
  const race = (): Toy => ({
    cells: [0, 3, 0],
    processes: [
      () =>
        within(
          'gup',
          (function* () {
            yield* load(1);
            yield* store(2, 1);
          })(),
        ),
      () => within('zap', store(1, 0)),
    ],
  });

  test('a value that was read, changed by another, and worked with', () =>
    expect(replay(toy(race()), moves(0, 1, 0)).overtaken).toEqual([{ cell: 'c1', read: 1, changed: 2, goesOn: 3 }]));

  test('nothing where the reader is done before', () =>
    expect(replay(toy(race()), moves(0, 0, 1)).overtaken).toEqual([]));

  test('nothing where it reads what stands there then', () =>
    expect(replay(toy(race()), moves(1, 0, 0)).overtaken).toEqual([]));
});

describe('cells', () => {
  test('what holds something at the start, or changes, is described', () => {
    const { cells, initial, functions, events } = replay(depicted(sends), moves(0));
    expect(Object.keys(cells)).toEqual(['c0', 'c1']);
    expect(initial).toEqual([{ cell: 'c1', value: 3, text: '3' }]);
    expect(functions).toEqual({ flush: { kind: 'hook' } });
    expect(events[0]?.changes).toEqual([
      { cell: 'c0', from: '0', to: '7', before: 0, after: 7, refers: { to: 'page', n: 7 } },
    ]);
  });
});
