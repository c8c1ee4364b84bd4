/** Replaying tokens. */
import { describe, expect, test } from '@jest/globals';
import { Mistake, type Trace } from '@shootdown/core';
import type { Core } from '../src/tokens.ts';
import { shootdown } from './fakes.ts';

describe('replay', () => {
  const trace = (some: Partial<Trace>): Trace => ({
    processes: [{ name: 'G', cpu: 0, role: 'main' }],
    events: [1, 2].map((number) => ({
      number,
      process: 'G',
      cpu: 0,
      where: [],
      kind: 'load',
      text: `step ${number}`,
      cells: [],
      observed: 0,
      changes: [],
      broken: [],
    })),
    cells: {},
    initial: [],
    functions: {},
    waits: [],
    edges: [],
    overtaken: [],
    brokenAtEnd: [],
    stuck: [],
    ...some,
  });
  const replaying = (found: Trace): Pick<Core, 'replayToken'> => ({
    replayToken: () =>
      ({
        token: { workload: 'gup', variant: 'before', arch: 'x86-64', schedule: [] },
        scenario: { name: 'gup' },
        configuration: { says: '' },
        watches: [],
        trace: found,
      }) as unknown as ReturnType<Core['replayToken']>,
  });
  const failing = trace({ brokenAtEnd: [{ claim: 'a sentence' }] });
  test('0 when nothing breaks', async () =>
    expect((await shootdown('replay t', { core: replaying(trace({})) })).exit).toBe(0));
  test('12 when a claim breaks', async () =>
    expect((await shootdown('replay t', { core: replaying(failing) })).exit).toBe(12));
  test('11 when somebody waits for ever', async () =>
    expect(
      (await shootdown('replay t', { core: replaying(trace({ stuck: [{ process: 'G', waitsFor: 'a lock' }] })) })).exit,
    ).toBe(11));
  test('a part of the trace', async () => {
    const { exit, out } = await shootdown('replay t --until 1', { core: replaying(failing) });
    expect(exit).toBe(0);
    expect(out).toContain('step 1');
    expect(out).not.toContain('step 2');
  });
  test.each([
    ['SD_BAD_TOKEN', 'copy it whole'],
    ['SD_TOKEN_VERSION', 'Run the workload again'],
    ['SD_TOKEN_DOES_NOT_APPLY', 'Was the token edited?'],
  ] as const)('64 for %s', async (code, hint) => {
    const { exit, err } = await shootdown('replay v0:x', {
      core: {
        replayToken: () => {
          throw new Mistake(code, 'this token is wrong.', hint);
        },
      },
    });
    expect({ exit, err }).toEqual({ exit: 64, err: `${code}: this token is wrong.\n  ${hint}\n` });
  });
});
