/** Schedules: replayed, refused, written as a token and read back. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay } from '../../src/replay/counterexample.ts';
import { decodeSchedule, encodeSchedule } from '../../src/replay/token.ts';
import { all, awaitValue, flip, giveUp, isNot, load, lock, store, toy, within, type Toy } from './toy.ts';

const handOver: Toy = {
  cells: [0, 3],
  processes: [
    () => within('collapse', within('flush', store(0, 7))),
    {
      name: 'cpu1 irq',
      cpu: 1,
      role: 'daemon',
      body: function* () {
        yield* awaitValue(0, 7);
        yield* store(0, 0);
      },
    },
  ],
  kinds: { store: [isNot(0, 7), isNot(1, 3, 'tally')] },
  finals: [isNot(0, 0)],
};
const moves = (...processes: number[]) => processes.map((process) => ({ process, choice: 0 }));

describe('replay', () => {
  test('tells each step, where it is, what changed and what broke', () => {
    const trace = replay(toy(handOver), moves(0, 1, 1));
    expect(trace.processes).toEqual([
      { name: 'p0', cpu: 0, role: 'main' },
      { name: 'cpu1 irq', cpu: 1, role: 'daemon' },
    ]);
    const c1 = { claim: 'c1 is not 3', seen: 'c1 is 3' };
    expect(trace.events).toEqual([
      {
        number: 1,
        process: 'p0',
        cpu: 0,
        where: ['collapse', 'flush'],
        kind: 'store',
        text: 'store c0 7 -> 0',
        cells: ['c0'],
        observed: 0,
        changes: [{ cell: 'c0', from: '0', to: '7', before: 0, after: 7 }],
        broken: [{ claim: 'c0 is not 7', seen: 'c0 is 7' }, c1],
      },
      {
        number: 2,
        process: 'cpu1 irq',
        cpu: 1,
        where: [],
        kind: 'await',
        text: 'await c0 7 -> 0',
        why: 'cell 0 to be 7',
        cells: ['c0'],
        observed: 0,
        changes: [],
        broken: [],
      },
      {
        number: 3,
        process: 'cpu1 irq',
        cpu: 1,
        where: [],
        kind: 'store',
        text: 'store c0 0 -> 0',
        cells: ['c0'],
        observed: 0,
        changes: [{ cell: 'c0', from: '7', to: '0', before: 7, after: 0 }],
        broken: [c1],
      },
    ]);
    expect(trace.brokenAtEnd).toEqual([{ claim: 'c0 is not 0', seen: 'c0 is 0' }]);
    expect(trace.stuck).toEqual([]);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });

  test('judges no end before the end', () => expect(replay(toy(handOver), moves(0)).brokenAtEnd).toEqual([]));

  test('who is stuck: also a daemon in the middle of its work, not one that is idle', () => {
    const system: Toy = {
      cells: [0, 1],
      processes: [
        () => lock(1),
        { role: 'daemon', body: () => awaitValue(5, 1) },
        {
          role: 'daemon',
          body: function* () {
            yield* lock(0);
            yield* awaitValue(5, 1);
          },
        },
        { gates: [0], body: () => load(1) },
      ],
    };
    const { deadlock } = all(system);
    const stuck = [
      { process: 'p0', waitsFor: 'lock 1' },
      { process: 'p2', waitsFor: 'cell 5 to be 1' },
      { process: 'p3', waitsFor: 'c0' },
    ];
    expect(deadlock?.stuck).toEqual(stuck);
    expect(replay(toy(system), deadlock!.schedule)).toMatchObject({ stuck, brokenAtEnd: [] });
  });

  test('code that gave up is neither stuck nor at its end', () => {
    const trace = replay(toy({ processes: [() => giveUp(), () => awaitValue(0, 1)], finals: [isNot(0, 0)] }), []);
    expect(trace).toMatchObject({ stuck: [], brokenAtEnd: [] });
  });

  test.each([
    ['no such process', moves(9), 'move 1', 'no process 9'],
    ['a negative process', moves(-1), 'move 1', 'no process -1'],
    ['a process that has ended', moves(0, 0), 'move 2', '(p0) has ended'],
    ['a process that waits', moves(1), 'move 1', 'waits for cell 0 to be 7'],
    ['a process that is held up', moves(2), 'move 1', 'held up while c1 is set'],
    ['an outcome that does not exist', [{ process: 0, choice: 1 }], 'move 1', 'outcomes 0..0, not 1'],
  ])('a schedule that does not fit: %s', (_name, schedule, ...words) => {
    const system = toy({ ...handOver, processes: [...handOver.processes, { gates: [1], body: () => load(0) }] });
    for (const word of ['SD_TOKEN_DOES_NOT_APPLY', ...words]) expect(() => replay(system, schedule)).toThrow(word);
  });

  test('makes the outcome that the schedule says', () => {
    const system = toy({
      processes: [
        function* () {
          yield* store(0, yield* flip(3));
        },
      ],
    });
    expect(
      replay(system, [
        { process: 0, choice: 2 },
        { process: 0, choice: 0 },
      ]).events[1]?.changes,
    ).toEqual([{ cell: 'c0', from: '0', to: '2', before: 0, after: 2 }]);
  });
});

describe('token', () => {
  const run = fc.record({ process: fc.nat(99), choice: fc.nat(9), times: fc.integer({ min: 1, max: 9 }) });
  const schedule = fc
    .array(run)
    .map((runs) =>
      runs.flatMap(({ process, choice, times }) => Array.from({ length: times }, () => ({ process, choice }))),
    );

  test('decoding an encoded schedule gives the schedule', () =>
    fc.assert(fc.property(schedule, (moves) => expect(decodeSchedule(encodeSchedule(moves))).toEqual(moves))));

  test('decodes what the documentation shows', () => {
    const token = '0x5.1.2:1x3';
    expect(encodeSchedule(decodeSchedule(token))).toBe(token);
    expect(decodeSchedule(token)).toEqual([
      ...moves(0, 0, 0, 0, 0, 1),
      ...Array.from({ length: 3 }, () => ({ process: 2, choice: 1 })),
    ]);
    expect([encodeSchedule([]), decodeSchedule('-')]).toEqual(['-', []]);
    expect(decodeSchedule('0.0.0:0')).toEqual(moves(0, 0, 0));
  });

  test.each([
    '',
    '.',
    '0.',
    'x3',
    '0x',
    '0x0',
    ':1',
    '0:',
    '-1',
    '0 1',
    '0x1x2',
    '0x9999999',
    '1e3',
    '0x500000.0x500001',
  ])('refuses %j', (token) => {
    expect(() => decodeSchedule(token)).toThrow('SD_BAD_TOKEN');
  });

  test('throws SD_BAD_TOKEN for every other text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9x:.]{0,8}$/));
    fc.assert(
      fc.property(text, (token) => {
        try {
          expect(decodeSchedule(encodeSchedule(decodeSchedule(token)))).toEqual(decodeSchedule(token));
        } catch (error) {
          expect(String(error)).toContain('SD_BAD_TOKEN');
        }
      }),
    );
  });
});
