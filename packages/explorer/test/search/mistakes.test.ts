/** What the explorer says of code that is not fit to be explored. */
import { describe, expect, test } from '@jest/globals';
import { Mistake, type MistakeCode } from '../../src/api/mistakes.ts';
import { nonzero, waitsFor } from '../../src/api/condition.ts';
import type { Meaning, Op, Step } from '../../src/api/step.ts';
import { exploreSync } from '../../src/search/explore.ts';
import { replay } from '../../src/replay/counterexample.ts';
import { add, all, load, mark, store, toy, within } from './toy.ts';

const mistakeOf = (run: () => unknown): Mistake => {
  try {
    run();
  } catch (error) {
    if (error instanceof Mistake) return error;
    throw error;
  }
  throw new Error('no mistake');
};
const says = (run: () => unknown, code: MistakeCode, ...words: string[]): void => {
  const { code: found, message } = mistakeOf(run);
  expect(found).toBe(code);
  for (const word of words) expect(message).toContain(word);
};
/** Code that yields something else than a step. */
const yields = (step: unknown) =>
  function* (): Op {
    yield step as Step;
  };
const plain = { kind: 'load', cpu: 0, cells: [0], args: [] };

describe('hidden state is reported', () => {
  test('a counter in a closure is named, with both steps and the function', () => {
    let calls = 0;
    const body = () =>
      within(
        'flush',
        (function* () {
          yield* load(0);
          yield* store(1, ++calls);
          yield* load(1);
        })(),
      );
    says(
      () => all({ processes: [body, () => store(0, 1)] }),
      'SD_HIDDEN_STATE',
      'p0',
      'flush',
      'having observed [0]',
      'store(cells [1], args [1])',
      'store(cells [1], args [2])',
      '`this`',
    );
  });

  test('code that once ends and once goes on', () => {
    let calls = 0;
    const body = function* () {
      yield* load(0);
      if (++calls < 2) yield* load(1);
    };
    says(() => all({ processes: [body] }), 'SD_HIDDEN_STATE', 'load(cells [1]', 'the end of its code');
  });

  test('a difference in info alone', () => {
    let calls = 0;
    says(() => all({ processes: [() => mark(`mark ${++calls}`)] }), 'SD_HIDDEN_STATE', 'mark 1', 'mark 2');
  });

  test('one process that changes what another does', () => {
    // The reader is learned once, and goes on only with the value the writer saw last. The audit runs the writers anew.
    let seen = 0;
    const writer = function* () {
      seen = yield* load(0);
    };
    const reader = function* () {
      yield* load(1);
      yield* store(2, seen);
    };
    says(() => all({ processes: [writer, reader, () => store(0, 5)] }), 'SD_HIDDEN_STATE', 'p1');
  });

  test('code that ends differently the second time', () => {
    let calls = 0;
    const body = function* () {
      yield* load(0);
      if (++calls > 1) yield* load(1);
    };
    says(
      () => all({ processes: [body] }),
      'SD_HIDDEN_STATE',
      'once did the end of its code and now does load(cells [1]',
    );
  });

  test('a step that may happen where what it needs does not hold', () => {
    const system = toy({ processes: [() => store(0, 1)] });
    const meaning = (kind: string): Meaning => ({
      ...system.meaning(kind),
      ...waitsFor(() => nonzero(1)),
      enabled: () => true,
    });
    says(
      () => exploreSync({ ...system, meaning }, { stopAtFirst: false, maxStates: 10 }),
      'SD_BAD_STEP',
      'kind store',
      '`needs`',
    );
  });

  test('an identity that takes two different states for one', () => {
    const body = function* () {
      yield* store(1, yield* load(0));
    };
    const system = toy({ processes: [body, () => store(0, 5)] });
    says(
      () => exploreSync(system, { stopAtFirst: false, maxStates: 100 }, (_p, step) => step.kind),
      'SD_HIDDEN_STATE',
      'args [0]',
      'args [5]',
    );
  });

  test('an identity that forgets what no longer matters makes fewer states', () => {
    const body = function* () {
      yield* load(0);
      yield* store(1, 1);
    };
    const system = toy({ processes: [body, () => store(0, 5)] });
    const options = { stopAtFirst: false, maxStates: 100 };
    // By history the thread knows whether it loaded 0 or 5.
    expect(exploreSync(system, options).states).toBe(7);
    expect(exploreSync(system, options, (_p, step) => step.kind).states).toBe(6);
  });
});

describe('code that is wrong', () => {
  test('that throws is reported with its place', () => {
    const body = () =>
      within(
        'collapse',
        (function* () {
          if ((yield* load(0)) === 1) throw new RangeError('no such slot');
        })(),
      );
    const run = () => all({ processes: [body, () => store(0, 1)] });
    says(run, 'SD_OPERATION_THREW', 'p0', 'collapse', 'RangeError: no such slot');
    expect(mistakeOf(run).cause).toBeInstanceOf(RangeError);
  });

  test('that throws a mistake: the mistake is reported as it is', () => {
    const body = (): Op => {
      throw new Mistake('SD_UNKNOWN_HOOK', 'no such hook');
    };
    says(
      () =>
        all({
          processes: [
            function* () {
              yield* body();
            },
          ],
        }),
      'SD_UNKNOWN_HOOK',
    );
  });

  test.each([
    ['a generator, for want of a star', load(0), 'has no kind'],
    ['nothing', undefined, 'is not an object'],
    ['no CPU', { ...plain, cpu: undefined }, 'has no CPU'],
    ['no cells', { ...plain, cells: undefined }, 'lacks cells'],
    ['a cell beyond the layout', { ...plain, cells: [8] }, 'outside 0..7'],
    ['half a cell', { ...plain, cells: [0.5] }, 'outside 0..7'],
    ['an operand that is no number', { ...plain, args: [NaN] }, 'not a finite number'],
  ])('it yields %s', (_name, step, words) =>
    says(() => all({ processes: [yields(step)] }), 'SD_BAD_STEP', 'p0', words),
  );

  test('replay says the same', () => says(() => replay(toy({ processes: [yields(undefined)] }), []), 'SD_BAD_STEP'));

  test('a value too wide for a cell names the cell', () => {
    says(() => all({ processes: [() => store(3, 2 ** 31)] }), 'SD_VALUE_TOO_WIDE', 'c3', '2147483648');
    says(() => all({ cells: [0.5], processes: [() => load(0)] }), 'SD_VALUE_TOO_WIDE', 'c0', '0.5');
    expect(all({ cells: [2 ** 31 - 1], processes: [() => store(0, -(2 ** 31))] }).states).toBe(2);
  });

  test('an observed value too wide names the step', () => {
    const system = toy({ processes: [() => load(0)] });
    const meaning = { ...system.meaning('load'), apply: () => 2 ** 40 };
    says(
      () => exploreSync({ ...system, meaning: () => meaning }, { stopAtFirst: false, maxStates: 9 }),
      'SD_VALUE_TOO_WIDE',
      'load(cells [0]',
      String(2 ** 40),
    );
  });

  test('a meaning that leaves the layout', () => {
    const system = toy({ processes: [() => load(0)] });
    const meaning = {
      ...system.meaning('load'),
      apply: (_s: Step, cells: { get(cell: number): number }) => cells.get(99),
    };
    says(
      () => exploreSync({ ...system, meaning: () => meaning }, { stopAtFirst: false, maxStates: 9 }),
      'SD_CELL_OUT_OF_RANGE',
      'cell 99 of 8',
    );
  });

  test('a claim that writes', () => {
    const system = {
      processes: [() => add(0, 1)],
      kinds: {
        add: [
          {
            claim: 'writes',
            on: 'violation' as const,
            holds: (cells: object) => ((cells as { set(c: number, v: number): void }).set(0, 9), true),
          },
        ],
      },
    };
    expect(() => all(system)).toThrow('only read');
  });
});
