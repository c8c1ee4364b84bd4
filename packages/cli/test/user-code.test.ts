/** Code of a user, outside of the workspace: what is wrong with it has a verdict or a place in its file, and is never proved. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '@shootdown/core';

const here = fileURLToPath(new URL('fixture/user/', import.meta.url));
const started = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const shootdown = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [started, ...args], { cwd: here, encoding: 'utf8', timeout: 100_000 });
const run = (story: string, arch: string, ...more: string[]): ReturnType<typeof shootdown> =>
  shootdown('run', story, '--variant', 'after', '--arch', arch, '--quiet', ...more);
const verdictIn = (stdout: string): Verdict => (JSON.parse(stdout) as { verdicts: Verdict[] }).verdicts[0]!;

describe('code that gives up', () => {
  test('proves nothing: what it gave up at is said, with a way there', () => {
    const { status, stdout } = run('gives-up', 'arm64', '--json');
    const verdict = verdictIn(stdout);
    expect([status, verdict.outcome, verdict.evidence.grade]).toEqual([75, 'bound', 'partial']);
    expect(verdict.evidence.limits).toMatchObject([{ why: 'pages of clay are not modelled', process: 'B' }]);
    // Its frames tell its local states: nothing is told by history.
    expect(verdict.evidence.toldByHistory).toBeUndefined();
    const replay = shootdown('replay', verdict.evidence.limits![0]!.token!);
    expect([replay.status, replay.stdout]).toEqual([
      75,
      expect.stringContaining('B on cpu1 gave up: pages of clay are not modelled'),
    ]);
  });

  test('is a question mark in a comparison', () => {
    const { status, stdout } = shootdown('compare', 'gives-up', '--arch', 'arm64', '--quiet');
    expect(status).toBe(75);
    expect(stdout).toMatch(/^gives-up +\? \| \?$/m);
    expect(stdout).toContain("code gave up ('pages of clay are not modelled', in B");
    expect(stdout).toContain('2 verdicts (0 proved');
  });
});

describe('what never ends', () => {
  test.each([
    [
      'a fault that changes nothing, and is taken again',
      'reads-fresh',
      'never-sets',
      'A on cpu0 goes round in exc_page_fault, and never ends',
    ],
    ['a hook that goes round', 'protects', 'spins', 'B on cpu1 goes round in tlb_flush, and never ends'],
  ])('%s: the loop is shown, and again by its token', (_what, story, arch, said) => {
    const { status, stdout } = run(story, arch);
    expect([status, stdout]).toEqual([11, expect.stringContaining(said)]);
    expect(stdout).toMatch(/steps (\d+) to (\d+) lead\s+back to the state before step \1/);
    const replay = shootdown('replay', /Replay: .*shootdown\S* replay (\S+)/.exec(stdout)![1]!);
    expect([replay.status, replay.stdout]).toEqual([11, expect.stringContaining(said)]);
  });
});

describe('callbacks and handlers', () => {
  test.each([
    ['goes round for ever', 'callback-spins', 'rcu on cpu2 goes round in spins, and never ends'],
    ['waits for ever', 'callback-waits', 'rcu on cpu2 waits for ever'],
  ])('one that %s is a hang, though every thread has ended', (_what, story, said) => {
    const { status, stdout } = run(story, 'arm64');
    expect([status, stdout]).toEqual([11, expect.stringContaining(said)]);
    const replay = shootdown('replay', /Replay: .*shootdown\S* replay (\S+)/.exec(stdout)![1]!);
    expect([replay.status, replay.stdout]).toEqual([11, expect.stringContaining(said)]);
  });
});

test('a thread that hands back the operation that it is runs it', () => {
  expect(run('hands-back', 'arm64').status).toBe(0);
});

describe('mistakes in it', () => {
  test.each([
    [
      'a forgotten yield*',
      'protects',
      'forgets',
      'SD_FORGOTTEN_YIELD: B: the operation that is called at archs.mjs:36 was made and never run',
    ],
    [
      'a loop without a step',
      'protects',
      'sleeps',
      'SD_ENDLESS_LOOP: the loop at archs.mjs:19 goes round without a step',
    ],
    [
      'a field that changes while it runs',
      'protects',
      'remembers',
      /SD_HIDDEN_STATE: B in .*tlb_flush changes a field .*archs\.mjs:30\./,
    ],
  ])('%s has its place', (_what, story, arch, said) => {
    const { status, stdout, stderr } = run(story, arch);
    expect([status, stdout]).toEqual([65, '']);
    expect(stderr).toMatch(said);
  });

  test.each([
    ['run', ['run', 'protects', '--variant', 'after', '--arch', 'throws']],
    ['compare', ['compare', 'protects', '--arch', 'throws']],
    ['measure, at once', ['measure', 'one_mprotect_ro', '--arch', 'throws', '--config', 'measures.config.mjs']],
    [
      'measure, step by step',
      ['measure', 'one_mprotect_ro', '--arch', 'throws', '--config', 'measures.config.mjs', '--stepwise'],
    ],
  ])('a hook that throws is the same mistake, with its line: %s', (_what, args) => {
    const { status, stdout, stderr } = shootdown(...args, '--quiet');
    // A table is broken into lines.
    expect((stdout + stderr).replace(/\n? +/g, ' ')).toMatch(
      /SD_OPERATION_THREW: \w+ threw in [\w >]*tlb_flush: TypeError: Cannot read properties of undefined \(reading 'pages'\), at archs\.mjs:47\./,
    );
    expect(status).toBe(65);
  });

  test('kernel code that throws is told with the line of the story that called it', () => {
    const { status, stderr } = run('hands-nothing', 'arm64');
    expect(stderr).toMatch(
      /^SD_OPERATION_THREW: A threw in .*: TypeError: .*, at \S*src\/kernel\/\w+\.ts:\d+, called at stories\.mjs:84\.\n/,
    );
    expect(status).toBe(65);
  });

  test('a story in the config that imports nothing and forgets every yield* is noticed', () => {
    const { status, stderr } = run('inline', 'arm64', '--config', 'inline.config.mjs');
    expect([status, stderr]).toEqual([
      65,
      expect.stringContaining('SD_FORGOTTEN_YIELD: A: the operation that is called at inline.config.mjs:4'),
    ]);
  });

  test('state outside of cells is found as the file is loaded', () => {
    const { status, stderr } = shootdown('list', 'workloads', '--config', 'hides.config.mjs');
    expect([status, stderr]).toEqual([
      65,
      expect.stringContaining('SD_HIDDEN_STATE: hidden.mjs:26 changes runs, which the explorer does not see.'),
    ]);
  });
});
