/** One toy system led along a schedule of another. `clear` and `flush` are hooks: their bodies differ. */
import { describe, expect, test } from '@jest/globals';
import { lockstepReplay, type LockstepReplay } from '../../src/replay/lockstep.ts';
import type { Op } from '../../src/api/step.ts';
import { awaitValue, flip, load, store, toy, within, type ToyProcess } from './toy.ts';

const nothing = function* (): Op {};
type Body = () => Op<unknown>;
/** K clears an entry (cell 0), flushes, frees (cell 1). G takes cell 2, looks at the entry and gives cell 2 back. */
const system = ({
  clear = () => store(0, 1),
  flush = nothing,
  free = () => store(1, 5),
  more = [] as readonly ToyProcess[],
}: { clear?: Body; flush?: Body; free?: Body; more?: readonly ToyProcess[] } = {}) =>
  toy({
    processes: [
      {
        name: 'G',
        body: () =>
          within(
            'walk',
            (function* () {
              yield* store(2, 1);
              yield* load(0);
              yield* store(2, 0);
            })(),
          ),
      },
      {
        name: 'K',
        body: () =>
          within(
            'unmap',
            (function* () {
              yield* within('clear', clear());
              yield* within('flush', flush());
              yield* free();
            })(),
          ),
      },
      ...more,
    ],
  });
const moves = (text: string) => [...text].map((p) => ({ process: 'GKD'.indexOf(p), choice: 0 }));
const led = (
  schedule: string,
  follower: Parameters<typeof system>[0],
  leader: Parameters<typeof system>[0] = {},
  isHardware = true,
): LockstepReplay =>
  lockstepReplay(system(leader), moves(schedule), system(follower), {
    isHook: (name) => ['clear', 'flush'].includes(name),
    isHardware: () => isHardware,
  });
const steps = ({ trace }: LockstepReplay): string[] => trace.events.map(({ process, text }) => `${process} ${text}`);

/** Does for K what cell 3 asks for. */
const hardware: ToyProcess = {
  name: 'D',
  role: 'daemon',
  body: function* () {
    yield* awaitValue(3, 1);
    yield* store(3, 0);
  },
};
function* broadcast(): Op {
  yield* store(3, 1);
  yield* awaitValue(3, 0);
}

describe('how far it can be led', () => {
  test('the same system: to the end, all alike', () => {
    const found = led('GKGKG', {});
    expect(found).toMatchObject({
      pairs: [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
      ],
      otherwise: [],
      missing: [],
    });
    expect(found.part).toBeUndefined();
  });

  test('up to a wait for somebody whom the leader does not let go on', () => {
    const { part, pairs, schedule } = led('GKKG', { flush: () => awaitValue(2, 0) });
    expect(part).toEqual({
      step: 3,
      process: 'K',
      how: 'waits',
      at: { where: ['unmap', 'flush'], kind: 'await', why: 'cell 2 to be 0' },
      obstacles: [{ process: 'K', cell: 'c2', value: '1', since: 1 }],
    });
    expect(pairs).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(schedule.map(({ process }) => process)).toEqual([0, 1]);
  });

  test('not up to a wait that is over when the leader comes there: its own steps are taken as late as they can', () => {
    const found = led('GKGGK', { flush: () => awaitValue(2, 0) });
    expect(found.part).toBeUndefined();
    expect(steps(found)).toEqual([
      'G store c2 1 -> 0',
      'K store c0 1 -> 0',
      'G load c0  -> 1',
      'G store c2 0 -> 0',
      'K await c2 0 -> 0',
      'K store c1 5 -> 0',
    ]);
  });

  test('through what hardware does in answer; and not where it may not', () => {
    const found = led('KK', { flush: broadcast, more: [hardware] });
    expect(found.part).toBeUndefined();
    expect(steps(found).map((text) => text[0])).toEqual(['K', 'K', 'D', 'D', 'K', 'K']);
    expect(led('KK', { flush: broadcast, more: [hardware] }, {}, false).part).toMatchObject({
      step: 2,
      how: 'waits',
      obstacles: [{ cell: 'c3', value: '1', since: 2 }],
    });
  });

  test('up to another step outside of hooks, which it takes', () => {
    const found = led('KK', { free: () => store(1, 6) });
    expect(found.part).toBeUndefined();
    // Another kind of step, or in another function.
    expect(led('KK', { free: () => load(1) }).part).toEqual({
      step: 2,
      process: 'K',
      how: 'another way',
      at: { where: ['unmap'], kind: 'load' },
      obstacles: [],
    });
    const elsewhere = led('KK', { free: () => within('free', store(1, 5)) });
    expect(elsewhere.part).toMatchObject({ step: 2, how: 'another way', at: { where: ['unmap', 'free'] } });
    expect(steps(elsewhere)).toEqual(['K store c0 1 -> 0', 'K store c1 5 -> 0']);
  });

  test('up to the end of its code, and not where a process is missing', () => {
    expect(led('KK', { free: nothing }).part).toMatchObject({ step: 2, how: 'ended', obstacles: [] });
    const both = { isHook: () => false, isHardware: () => true };
    expect(
      lockstepReplay(system(), moves('K'), toy({ processes: [{ name: 'G', body: nothing }] }), both).part,
    ).toMatchObject({
      step: 1,
      process: 'K',
      how: 'no such process',
    });
  });

  test('a follower that never leaves its hook is given up', () => {
    const endless = function* (): Op {
      for (;;) yield* load(7);
    };
    expect(led('KK', { flush: endless }).part).toMatchObject({ step: 2, how: 'another way', at: { kind: 'load' } });
  });
});

describe('in hooks', () => {
  const longer: Body = function* () {
    yield* load(6);
    yield* store(0, 1);
    yield* load(5);
  };

  test('the same step is found behind others, and what comes after it waits', () => {
    const found = led('GKGK', { clear: longer });
    expect(steps(found).map((text) => text.slice(0, 9))).toEqual([
      'G store c',
      'K load c6',
      'K store c',
      'G load c0',
      'K load c5',
      'K store c',
    ]);
    expect(found.pairs).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
      [4, 6],
    ]);
  });

  test('a step of the leader alone leaves the follower where it is', () => {
    // What it tried is undone: otherwise G would see the entry cleared too early.
    const found = led(
      'KGGGKK',
      { clear: longer },
      {
        clear: function* () {
          yield* load(4);
          yield* store(0, 1);
        },
      },
    );
    expect(found.pairs).toEqual([
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 5],
      [6, 7],
    ]);
    expect(found.trace.events[1]!.text).toBe('load c0  -> 0');
    expect(found.otherwise).toEqual([]);
  });
});

test('what was seen otherwise, and what only the hardware of the leader does', () => {
  const found = led(
    'KDDKKGG',
    { clear: () => store(0, 2) },
    { clear: broadcast, flush: () => store(0, 1), more: [hardware] },
  );
  expect(found.part).toBeUndefined();
  expect(found.missing).toEqual([2, 3]);
  const late = led('KKGG', { clear: () => store(0, 2) });
  expect(late.otherwise.map(([leader]) => leader)).toEqual([1, 4]);
});

test('hardware goes the same way where it has a choice', () => {
  const lucky = () =>
    toy({
      processes: [
        {
          name: 'G',
          body: function* () {
            yield* store(0, yield* flip(3));
          },
        },
      ],
    });
  const found = lockstepReplay(
    lucky(),
    [
      { process: 0, choice: 2 },
      { process: 0, choice: 0 },
    ],
    lucky(),
    { isHook: () => false, isHardware: () => true },
  );
  expect(found.otherwise).toEqual([]);
  expect(found.trace.events.at(-1)!.changes).toEqual([{ cell: 'c0', from: '0', to: '2', before: 0, after: 2 }]);
});
