/** Local states told by frames: fewer than by history, and nothing else differs. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byFrames } from '../../src/learned/local-identity.ts';
import { exploreSync } from '../../src/search/explore.ts';
import type { Op } from '../../src/api/step.ts';
import { Mistake } from '../../src/api/mistakes.ts';
import { program, systemOf } from './random-programs.ts';
import { bothWays, raw } from './raw.ts';
import { add, flip, isNot, load, mark, store } from './toy.ts';

const MOST = 3000;
let moduleState = 0;
const options = { stopAtFirst: false, maxStates: MOST };

describe('local states by frames and by history', () => {
  test('agree on random programs', () => {
    const sum = { history: 0, frames: 0, fewer: 0, problems: 0 };
    fc.assert(
      fc.property(program, (it) => {
        const { history, frames, problems, same } = bothWays(raw(systemOf(it)), MOST);
        fc.pre(history.outcome === 'complete');
        expect(same[0]).toEqual(same[1]);
        expect(frames.states).toBeLessThanOrEqual(history.states);
        sum.history += history.states;
        sum.frames += frames.states;
        sum.fewer += frames.states < history.states ? 1 : 0;
        sum.problems += problems.length;
      }),
      { numRuns: 300 },
    );
    expect(sum.problems).toBe(0);
    expect(sum.fewer).toBeGreaterThan(20);
    expect(sum.frames).toBeLessThan(sum.history);
  }, 120_000);

  test('what was observed and is not remembered is forgotten', () => {
    const body = function* () {
      yield* load(0);
      yield* store(1, 1);
    };
    const { history, frames } = bothWays(raw({ processes: [body, () => store(0, 5)] }), MOST);
    expect([history.states, frames.states]).toEqual([7, 6]);
  });

  test('a loop that waits is a cycle of local states', () => {
    const body = function* () {
      while ((yield* load(0)) === 0);
      yield* store(1, 1);
    };
    const setter = function* () {
      yield* mark('a');
      yield* store(0, 1);
    };
    const found = exploreSync(raw({ processes: [body, setter] }), options, byFrames());
    // The setter is at 0, 1, or ended while the loop reads, for the first time or again: 3. It has left, or ended: 1 + 1.
    // By history it would never end.
    expect(found).toMatchObject({ outcome: 'complete', states: 5 });
  });

  test('records are told by what they hold, and by who shares them', () => {
    const gather = function* (): Op {
      const batch = { pages: [] as number[], full: false };
      const same = (yield* flip(2)) === 0 ? batch : { pages: batch.pages, full: false };
      for (let i = 0; i < 2; i++) yield* push(batch, i);
      same.full = true;
      yield* store(0, batch.full ? 1 : 2);
    };
    const { frames, same } = bothWays(raw({ processes: [gather] }), MOST);
    expect(same[0]).toEqual(same[1]);
    expect(same[0].ends).toHaveLength(2);
    expect(frames.ends).toBe(2);
  });

  test('a function that was made on the way is told by its place and what it captured', () => {
    const body = function* (): Op {
      const observed = yield* flip(3);
      yield* change(0, (old) => old + (observed === 2 ? 1 : 0) + Math.min(observed, 1));
    };
    const dead = function* (): Op {
      const bits = Math.min(yield* flip(3), 1);
      yield* change(0, (old) => old + bits);
    };
    // Flip, end; load and store for each of the functions: three of them, or two.
    for (const [code, nodes] of [
      [body, 2 + 2 * 3],
      [dead, 2 + 2 * 2],
    ] as const) {
      const { frames, problems, same } = bothWays(raw({ processes: [code] }), MOST);
      expect(same[0]).toEqual(same[1]);
      expect(problems).toEqual([]);
      expect(frames.nodes).toBe(nodes);
    }
  });
});

describe('code that frames cannot tell', () => {
  const problemsOf = (body: () => Op<unknown>): readonly string[] => {
    const { history, problems, same } = bothWays(raw({ processes: [body, () => store(0, 5)] }), MOST);
    expect(same[0]).toEqual(same[1]);
    expect(history.outcome).toBe('complete');
    return problems;
  };

  test.each<[string, () => Op<unknown>]>([
    [
      'an iterator',
      function* () {
        for (const cell of [0, 1]) yield* load(cell);
      },
    ],
    [
      'computed a part of itself',
      function* () {
        return (yield* load(0)) + (yield* load(1));
      },
    ],
    [
      'a Map',
      function* () {
        const seen = new Map([[yield* load(0), 1]]);
        yield* load(1);
        yield* store(2, seen.size);
      },
    ],
    [
      'assigned by a function inside',
      function* () {
        let n = 0;
        const up = () => void n++;
        yield* load(0);
        yield* load(1);
        up();
        yield* store(1, n);
      },
    ],
    [
      'was not instrumented',
      Function(
        'load',
        'return function* hidden() { const got = yield* load(0); yield* load(1); if (got === 5) yield* load(2); }',
      )(load) as () => Op<unknown>,
    ],
    [
      'was not instrumented',
      Function(
        'return function* hidden() { yield { kind: "load", cpu: 0, cells: [0], args: [] }; yield { kind: "load", cpu: 0, cells: [1], args: [] }; }',
      )() as () => Op<unknown>,
    ],
  ])('%s: falls back to history, and is named', (words, body) => {
    expect(problemsOf(body).join()).toContain(words);
  });

  test('uninstrumented code between instrumented code is noticed', () => {
    const between = Function(
      'inner',
      'return function* between(got) { yield* inner(0); if (got === 5) yield* inner(1); }',
    )(load) as (got: number) => Op;
    const body = function* (): Op {
      const got = yield* load(0);
      yield* between(got);
      yield* store(1, 1);
    };
    expect(problemsOf(body).join()).toContain('between');
  });
});

describe('hidden state', () => {
  const mistake = (body: () => Op<unknown>): Mistake => {
    try {
      exploreSync(
        raw({ processes: [body, () => store(0, 5), () => add(3, 1)], finals: [isNot(2, 9)] }),
        options,
        byFrames(),
      );
    } catch (error) {
      if (error instanceof Mistake) return error;
      throw error;
    }
    throw new Error('no mistake');
  };

  test('in an object: what one history left there shows, steps after the two were taken for one', () => {
    class Layer {
      seen = 0;
      *remember(): Op {
        this.seen = yield* load(0);
      }
      *hook(): Op {
        yield* this.remember();
        yield* load(1);
        yield* load(3);
        yield* store(2, this.seen);
      }
    }
    const layer = new Layer();
    expect(mistake(() => layer.hook())).toMatchObject({
      code: 'SD_HIDDEN_STATE',
      message: expect.stringMatching(/args \[[05]\].*args \[[05]\].*hook/s) as unknown,
    });
  });

  test('in a variable of the module', () => {
    const body = function* outside(): Op {
      moduleState = yield* load(0);
      yield* load(1);
      if (moduleState === 5) yield* load(3);
      yield* load(1);
    };
    expect(mistake(body)).toMatchObject({
      code: 'SD_HIDDEN_STATE',
      message: expect.stringContaining('outside') as unknown,
    });
  });
});

function* push(batch: { pages: number[]; full: boolean }, page: number): Op {
  yield* load(1);
  batch.pages.push(page);
}

function* change(cell: number, to: (old: number) => number): Op {
  const old = yield* load(cell);
  yield* store(cell, to(old));
}
