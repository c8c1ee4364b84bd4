/** A search that was written down and went on elsewhere finds what it would have found, in as many states and transitions. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type fc from 'fast-check';
import type { Exploration } from '../../src/api/exploration.ts';
import { byFrames, byHistory, type Identity } from '../../src/learned/local-identity.ts';
import { ALL_REDUCTIONS } from '../../src/api/reductions.ts';
import { gupCollapse } from '../../src/testing/small-model.ts';
import type { System } from '../../src/api/system.ts';
import { begin, inParts, Kept, uninterrupted } from './kept.ts';
import { asked, endsSurvived, UNREHEARSED } from './random-ends.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { program, systemOf as programOf } from './random-programs.ts';
import { twins, systemOf as twinsOf } from './random-twins.ts';
import { raw } from './raw.ts';
import { toy } from './toy.ts';

describe('random systems, ended after every few transitions', () => {
  test.each<[string, fc.Arbitrary<unknown>, (it: never) => System, () => Identity]>([
    ['toy machines', machine, (it) => toy(machineOf(it)), () => byHistory],
    ['toy machines, by frames', machine, (it) => raw(machineOf(it, true)), byFrames],
    ['toy programs', program, (it) => toy(programOf(it)), () => byHistory],
    ['processes alike', twins, (it) => toy(twinsOf(it)), () => byHistory],
  ])('%s', (_name, arbitrary, systemOf, identity) => {
    expect(endsSurvived(arbitrary, systemOf, identity)).toBeGreaterThan(10);
  });
});

test.each([
  ['exact', {}],
  ['reduced', ALL_REDUCTIONS],
  ['symmetry', { symmetry: true }],
] as const)('the small model, %s', (_name, reduce) => {
  const question = asked(() => gupCollapse({ walkers: 2, flush: 'ipi' }), reduce, 500, byFrames);
  const { found, begun } = inParts(question, 6, 3);
  expect(found).toEqual(uninterrupted(question));
  expect(begun).toBeGreaterThan(3);
});

test('a search that met a bound goes on under a wider one', () => {
  const question = asked(() => gupCollapse({ walkers: 2, flush: 'kick' }), ALL_REDUCTIONS, 300, byFrames);
  const whole = uninterrupted(question);
  const kept = new Kept();
  for (const maxStates of [10, 500, 501, 1234, 50_000]) {
    const search = begin({ ...question, options: { ...question.options, maxStates } }, kept, maxStates > 10);
    while (!search.done) search.advance(300);
    if (maxStates === 50_000) expect({ ...search.result(), seconds: 0 }).toEqual(whole);
    else {
      expect(search.result()).toMatchObject({ outcome: 'bound', bound: 'maxStates' });
      expect(search.isCut).toBe(true);
      kept.write(search.save());
    }
  }
});

test('time that was spent before counts as spent, and not against the time limit', () => {
  const question = asked(() => gupCollapse({ walkers: 2, flush: 'ipi' }), {}, 20_000, byFrames);
  const kept = new Kept();
  const first = begin(question, kept, false);
  first.advance(20_000);
  kept.write(first.save());
  const before = first.progress.seconds;
  // Were the limit one on both, the second would end at once.
  const second = begin({ ...question, options: { ...question.options, deadlineMs: before * 1000 } }, kept, true);
  expect(second.progress).toMatchObject({ states: first.progress.states, seconds: before });
  second.advance(1);
  expect(second.done).toBe(false);
});

describe('a search that goes on from a damaged checkpoint', () => {
  // Merged moves, locks, counted claims and loops: nothing of it is empty.
  const question = asked(() => gupCollapse({ walkers: 2, flush: 'no kick' }), UNREHEARSED, 200, byFrames);
  let kept: Kept;
  const whole = uninterrupted(question);
  const goOn = (): Exploration => {
    const search = begin(question, kept, true);
    while (!search.done) search.advance(200);
    return { ...search.result(), seconds: 0 };
  };
  const finds = (): string => JSON.stringify(goOn());
  /** Leaves out the last rows of a column. */
  const lose = (column: string, rows = 1): void => {
    const last = kept.columns.get(column)!.at(-1)!;
    kept.columns.get(column)!.splice(-1, 1, { ...last, numbers: last.numbers.slice(0, -rows * last.width) });
  };
  const change = (name: string, to: (value: never) => unknown): void => {
    kept.plain[name] = to(kept.plain[name] as never);
  };

  beforeEach(() => {
    kept = new Kept();
    const search = begin(question, kept, false);
    // In the middle of the last round: what is wrong in others is put right by it.
    while (search.progress.round < whole.rounds) search.advance(200);
    // The state that was found last is one to which no other way leads: forgotten, it is not found again.
    for (let i = 0; i < 7; i++) search.advance(200);
    kept.write(search.save());
  });

  test('finds the same as an uninterrupted search', () => expect(goOn()).toEqual(whole));

  test.each([
    'records',
    'predecessors',
    'observed at',
    'observed',
    'observed leads to',
    'leads to',
    'first moves',
    'terminal',
  ])('is refused where the column %s lacks its last row', (column) => {
    lose(column);
    expect(goOn).toThrow('refused');
  });

  test.each([
    'round',
    'search',
    'states',
    'predecessors',
    'automaton',
    'access sets',
    'findings',
    'moves',
    'terminal states',
    'reducer',
    'system',
    'interned',
    'may-access',
  ])('is refused where %s is missing', (name) => {
    Reflect.deleteProperty(kept.plain, name);
    expect(goOn).toThrow(`refused: it has no ${name}`);
  });

  // Mistakes in the code that saves: nothing is missing, and something is wrong.
  test('differs where the last state is missing', () => {
    lose('records');
    change('states', (states: { count: number }) => ({ ...states, count: states.count - 1 }));
    expect(finds()).not.toBe(JSON.stringify(whole));
  });

  test('differs where predecessors are missing', () => {
    for (const { numbers } of kept.columns.get('predecessors')!) numbers.fill(0);
    expect(finds()).not.toBe(JSON.stringify(whole));
  });

  test('is refused where the last edges are missing', () => {
    for (const column of ['observed at', 'observed', 'observed leads to']) lose(column, 20);
    change('automaton', (automaton: { edges: number }) => ({ ...automaton, edges: automaton.edges - 20 }));
    expect(goOn).toThrow('the code does something else');
  });

  test('is refused where the code is another one', () => {
    const other = { ...question, system: () => gupCollapse({ walkers: 2, flush: 'ipi' }) };
    expect(() => begin(other, kept, true)).toThrow(/refused: the code does something else than when it was written: /);
  });

  test('is refused where the system, the reductions or the options are others', () => {
    expect(() =>
      begin({ ...question, system: () => gupCollapse({ walkers: 1, flush: 'no kick' }) }, kept, true),
    ).toThrow('refused: it is of a system with other processes');
    expect(() => begin({ ...question, options: { ...question.options, reduce: {} } }, kept, true)).toThrow('refused');
    expect(() => begin({ ...question, options: { ...question.options, stopAtFirst: true } }, kept, true)).toThrow(
      'refused: it was made with other options',
    );
    expect(() => begin({ ...question, options: { ...question.options, compact: { seed: 1 } } }, kept, true)).toThrow(
      'refused: it was made with other options',
    );
  });

  test('is refused where cells begin with other values', () => {
    const { symmetry: _symmetry, ...given } = gupCollapse({ walkers: 2, flush: 'no kick' });
    const system = (): System => ({
      ...given,
      initial: (cell) => given.initial(cell) + (cell === given.cellCount - 1 ? 1 : 0),
    });
    expect(() => begin({ ...question, system }, kept, true)).toThrow(
      'refused: it is of a system with other processes, cells or initial values',
    );
  });
});

test('fingerprints alone: of most states there is no record any more', () => {
  const question = asked(() => gupCollapse({ walkers: 2, flush: 'ipi' }), {}, 1000, byFrames);
  const compact = { ...question, options: { ...question.options, compact: { seed: 7 } } };
  const { found, begun } = inParts(compact, 20, 5);
  expect(found).toEqual(uninterrupted(compact));
  expect(begun).toBeGreaterThan(3);
});

test('a search that is resumed over and over writes no more than one that is not', () => {
  const question = asked(() => gupCollapse({ walkers: 1, flush: 'ipi' }), {}, 20, byFrames);
  const kept = new Kept();
  for (let begun = 1; begun <= 20; begun++) {
    const search = begin(question, kept, begun > 1);
    search.advance(20);
    kept.write(search.save());
  }
  for (const column of ['edges taken', 'observed at', 'terminal']) expect(kept.rows(column)).toBeLessThan(1500);
});
