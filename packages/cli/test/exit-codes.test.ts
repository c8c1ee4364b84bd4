/** Exit codes of results. */
import { describe, expect, test } from '@jest/globals';
import type { Comparison, RaceCell } from '@shootdown/core';
import type { Core } from '../src/tokens.ts';
import { shootdown, verdictOf } from './fakes.ts';

type Outcome = ReturnType<typeof verdictOf>['outcome'];
/** Searches that end so, one after the other. */
const ends = (...outcomes: readonly Outcome[]): Pick<Core, 'judgeScenario'> => {
  let n = 0;
  return { judgeScenario: async () => verdictOf({ outcome: outcomes[n++] ?? 'clean' }) };
};

describe('run', () => {
  test.each<[number, readonly Outcome[]]>([
    [0, ['clean', 'clean']],
    [0, ['n/a', 'clean']],
    [12, ['violates', 'clean']],
    [11, ['clean', 'deadlock']],
    [12, ['deadlock', 'violates']],
    [75, ['bound', 'clean']],
    [12, ['bound', 'violates']],
    [4, ['n/a', 'n/a']],
  ])('%i for %j', async (exit, outcomes) => {
    expect(await shootdown('run gup --arch x86-64', { core: ends(...outcomes) })).toMatchObject({ exit, err: '' });
  });
  test('bounds are handed on', async () => {
    const seen: unknown[] = [];
    await shootdown('run gup --arch x86-64 --variant before --max-states 1_000 --timeout 2.5', {
      core: {
        judgeScenario: async (_arch, _scenario, _configuration, _variant, { maxStates, deadlineMs }) => {
          seen.push({ maxStates, deadlineMs });
          return verdictOf({});
        },
      },
    });
    expect(seen).toEqual([{ maxStates: 1000, deadlineMs: 2500 }]);
  });
});

describe('compare', () => {
  const cellOf = (some: Partial<RaceCell>): RaceCell => ({
    arch: 'x86-64',
    before: verdictOf({}),
    after: verdictOf({ variant: 'after' }),
    expectedBefore: 'clean',
    expectedAfter: 'clean',
    agreement: 'agree',
    ...some,
  });
  const comparing = (cells: readonly RaceCell[], complete: boolean): Pick<Core, 'compareRaces'> => ({
    compareRaces: async () =>
      ({
        schemaVersion: 2,
        archs: ['x86-64'],
        rows: [{ id: 'gup', title: '', year: 2022, cells }],
        seconds: 0,
        complete,
      }) satisfies Comparison,
  });
  const violates = verdictOf({ outcome: 'violates' });
  test.each<[number, string, readonly RaceCell[], boolean]>([
    [0, 'all as expected', [cellOf({})], true],
    [0, 'a violation that the reference expects', [cellOf({ before: violates, expectedBefore: 'violates' })], true],
    [0, 'a prediction', [cellOf({ before: violates, expectedBefore: 'unstated', agreement: 'open' })], true],
    [12, 'an unexpected violation', [cellOf({ after: violates, agreement: 'disagree' })], true],
    [12, 'a missing expected one', [cellOf({ expectedBefore: 'violates', agreement: 'disagree' })], true],
    [75, 'a bound that was hit', [cellOf({ after: verdictOf({ outcome: 'bound' }), agreement: 'open' })], false],
    [
      12,
      'a violation beside a bound',
      [cellOf({ agreement: 'disagree' }), cellOf({ after: verdictOf({ outcome: 'bound' }) })],
      false,
    ],
    [
      4,
      'nothing that applies',
      [cellOf({ before: verdictOf({ outcome: 'n/a' }), after: verdictOf({ outcome: 'n/a' }), agreement: 'n/a' })],
      true,
    ],
  ])('%i for %s', async (exit, _what, cells, complete) => {
    expect((await shootdown('compare', { core: comparing(cells, complete) })).exit).toBe(exit);
  });
});

describe('claims', () => {
  const fact = { arch: 'x86-64', hook: 'pmd_clear', layer: 'X86', waits: [], states: 1, complete: true };
  const frequency = {
    hook: 'pmd_clear',
    claim: 'a sentence',
    kind: 'must',
    arch: 'x86-64',
    word: 'always',
    held: 1,
    failed: 0,
  } as const;
  const measuring = (some: object, complete: boolean): Pick<Core, 'measureClaims'> => ({
    measureClaims: async () => ({ frequencies: [{ ...frequency, ...some }], facts: [{ ...fact, complete }] }),
  });
  test.each<[number, string, object, boolean]>([
    [0, 'what holds always', {}, true],
    [0, 'what may differ', { kind: 'may', word: 'never', held: 0, failed: 1 }, true],
    [12, 'a promise that is not kept', { word: 'sometimes', failed: 1 }, true],
    [75, 'a search that did not end', {}, false],
    [4, 'a hook that nothing reaches', { word: 'not reached', held: 0 }, true],
  ])('%i for %s', async (exit, _what, some, complete) => {
    expect((await shootdown('claims pmd_clear --arch x86-64', { core: measuring(some, complete) })).exit).toBe(exit);
  });
});

test('70 for a bug of ours, with a note', async () => {
  const { exit, out, err } = await shootdown('run gup', {
    core: {
      judgeScenario: async () => {
        throw new TypeError('undefined is not a page');
      },
    },
  });
  expect({ exit, out }).toEqual({ exit: 70, out: '' });
  expect(err).toMatch(/this is a bug of shootdown .*npx shootdown run gup.*undefined is not a page/s);
});
