/** A real search that is killed again and again says in the end what it would have said; a checkpoint that is not as it was is refused. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shootdown } from './fakes.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-checkpoint-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const cwd = fileURLToPath(new URL('fixture', import.meta.url));
const bin = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const keep = (file: string): string[] => ['--resume', file, '--checkpoint-every', '0.05'];

interface Ended {
  readonly status: number | null;
  readonly report: unknown;
  readonly stderr: string;
}
/** Runs a command line to its end. Seconds differ, and nothing else may. */
function run(args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args, '--json'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 27,
  });
  const report: unknown =
    stdout === '' ? undefined : JSON.parse(stdout, (key, value: unknown) => (key === 'seconds' ? 0 : value));
  return { status, report, stderr };
}

/** Begins a command line and ends it with a signal, `ms` after a checkpoint has changed. @returns whether the signal came in time */
async function endedBy(
  signal: NodeJS.Signals,
  args: readonly string[],
  checkpoints: () => string[],
  ms: number,
): Promise<boolean> {
  const told = (): string =>
    checkpoints()
      .map((file) => `${file} ${existsSync(file) ? statSync(file).size : 0}`)
      .join();
  const before = told();
  const child = spawn(process.execPath, [bin, ...args, '--json'], { cwd, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (told() === before && child.exitCode === null) await new Promise((resolve) => void setTimeout(resolve, 5));
  await new Promise((resolve) => void setTimeout(resolve, ms));
  const inTime = child.kill(signal);
  await ended;
  return inTime && child.exitCode === null;
}
const checkpointsOf = (file: string) => (): string[] =>
  readdirSync(place)
    .map((name) => join(place, name))
    .filter((name) => name.startsWith(file) && /\.checkpoint(\.new)?$/.test(name));

describe('killed at random moments', () => {
  test.each([
    ['run, proved', ['run', 'pins-3', '--arch', 'ppc64-radix']],
    ['run, by fingerprints', ['run', 'pins-3', '--arch', 'ppc64-radix', '--compact=7']],
    ['run, store buffers', ['run', 'pins-2-tso', '--arch', 'ppc64-radix']],
    ['compare, in threads', ['compare', 'pins', '--arch', 'x86-64,ppc64-radix', '--jobs', '2']],
  ])(
    '%s',
    async (name, args) => {
      const file = join(place, `${name.replace(/\W+/g, '-')}.jsonl`);
      let kills = 0;
      for (let i = 0; i < 3; i++)
        if (await endedBy('SIGKILL', [...args, ...keep(file)], checkpointsOf(file), Math.random() * 200)) kills++;
      expect(kills).toBeGreaterThan(0);
      const last = run([...args, ...keep(file)]);
      expect(last.status).toBe(0);
      expect(last.report).toEqual(run(args).report);
      expect(checkpointsOf(file)()).toEqual([]);
    },
    240_000,
  );
});

describe('cut short', () => {
  const line = ['run', 'pins-2', '--arch', 'ppc64-radix'];
  const whole = run(line);

  test.each([
    ['--max-states', '5000', 'states', 'bound on states met'],
    ['--max-memory', '1', 'memory', 'bound on memory met'],
    ['--timeout', '0.15', 'time', 'time was up'],
  ])(
    'by %s, and on with a wider bound',
    (option, bound, by, words) => {
      const file = join(place, `cut-by-${by}.jsonl`);
      const cut = run([...line, option, bound, '--resume', file]);
      expect(cut).toMatchObject({
        status: 75,
        report: {
          verdicts: [{ outcome: 'bound', evidence: { grade: 'partial', cut: { by, waiting: expect.any(Number) } } }],
        },
      });
      expect(cut.stderr).toMatch(
        /its search is kept in .*\.checkpoint \([\d.]+ MB\)\. The same command goes on from there, with a wider bound\./,
      );
      const text = spawnSync(process.execPath, [bin, ...line, option, bound, '--resume', file], {
        cwd,
        encoding: 'utf8',
      });
      expect(text.stdout.replace(/\s+/g, ' ')).toMatch(new RegExp(`${words} with [\\d,]+ of them still to go on from`));
      const on = run([...line, '--resume', file]);
      expect(on.stderr).toContain('going on from ');
      expect(on).toMatchObject({ status: 0, report: whole.report });
      expect(checkpointsOf(file)()).toEqual([]);
    },
    120_000,
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s, which keeps the search and says so',
    async (signal, code) => {
      const file = join(place, `${signal}.jsonl`);
      const args = [bin, ...line, '--resume', file, '--checkpoint-every', '0.2'];
      const child = spawn(process.execPath, args, { cwd });
      const said = { out: '', err: '' };
      child.stdout.on('data', (text) => {
        said.out += String(text);
      });
      child.stderr.on('data', (text) => {
        said.err += String(text);
      });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      while (checkpointsOf(file)().length === 0 && child.exitCode === null)
        await new Promise((resolve) => void setTimeout(resolve, 5));
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(said.out.replace(/\s+/g, ' ')).toMatch(
        /partial: .* states?, depth \d+, interrupted with [\d,]+ of them still to go on from/,
      );
      expect(said.err).toContain('The same command goes on from there.');
      expect(run([...line, '--resume', file])).toMatchObject({ status: 0, report: whole.report });
    },
    120_000,
  );
});

describe('a checkpoint that is not as it was', () => {
  const line = ['run', 'pins-2', '--arch', 'ppc64-radix'];
  const file = join(place, 'refused.jsonl');
  const path = `${file}.pins-2.v6.1.ppc64-radix.checkpoint`;
  const good = join(place, 'good');
  let first = 0;

  const pins = join(cwd, 'pins.mjs');

  beforeAll(() => {
    // Both in the last round: each round begins a file of its own.
    run([...line, '--resume', file, '--max-states', '5500']);
    const before = readFileSync(path);
    first = before.length;
    run([...line, '--resume', file, '--max-states', '6000']);
    copyFileSync(path, good);
    expect(readFileSync(good).subarray(0, first).equals(before)).toBe(true);
  });
  const changed = (change: (bytes: Buffer) => void): Ended => {
    const bytes = readFileSync(good);
    change(bytes);
    writeFileSync(path, bytes);
    const ended = run([...line, '--resume', file]);
    // It stays for somebody to look at.
    expect(ended.status === 0 || readFileSync(path).equals(bytes)).toBe(true);
    return ended;
  };

  test('one that is, for comparison', () =>
    expect(changed(() => undefined)).toEqual({ ...whole, stderr: expect.any(String) }));

  const whole = run(line);

  test('a part that was being written is as if it were not there', () => {
    for (const size of [statSync(good).size - 1, first + 100, first + 2, first]) {
      copyFileSync(good, path);
      truncateSync(path, size);
      rmSync(file, { force: true });
      expect(run([...line, '--resume', file])).toEqual({ ...whole, stderr: expect.any(String) });
    }
  }, 60_000);

  test('damaged', () => {
    rmSync(file, { force: true });
    const said = (at: number): Ended =>
      changed((bytes) => {
        bytes[at]! ^= 4;
      });
    expect(said(3)).toMatchObject({
      status: 74,
      stderr: expect.stringContaining('it is no checkpoint, or its beginning is damaged'),
    });
    expect(said(first - 1000)).toMatchObject({ status: 74, stderr: expect.stringContaining('is damaged') });
    const later = said(statSync(good).size - 1000);
    expect(later.stderr).toMatch(
      /^SD_BAD_CHECKPOINT: one cannot go on from .*: its part from byte \d+ on is damaged\.\n {2}It holds \d+ states of round \d+, and is left as it is\. To go on from the part before, cut it there: truncate -s \d+ /m,
    );
    const [, size] = /truncate -s (\d+)/.exec(later.stderr) ?? [];
    truncateSync(path, Number(size));
    expect(run([...line, '--resume', file])).toEqual({ ...whole, stderr: expect.any(String) });
  }, 60_000);

  test('of another build, another question, another version; nothing whole in it; no checkpoint at all', () => {
    rmSync(file, { force: true });
    const header = (from: string, to: string) =>
      changed((bytes) => {
        const at = bytes.indexOf(from);
        bytes.write(to, at);
      });
    expect(header('"code":"', '"code":"~')).toMatchObject({
      status: 74,
      stderr: expect.stringContaining('another build of shootdown, or of what the config names, has written it.'),
    });
    expect(header('pins-2', 'pins-9')).toMatchObject({
      status: 74,
      stderr: expect.stringContaining('it belongs to another workload, variant, architecture or kernel'),
    });
    expect(header('"version":1', '"version":9')).toMatchObject({
      status: 74,
      stderr: expect.stringContaining('it is of version 9 of the format, and this is 1'),
    });
    // Its header is whole, and of what comes behind only the beginning is there.
    writeFileSync(path, readFileSync(good).subarray(0, readFileSync(good).indexOf('\n') + 100));
    expect(run([...line, '--resume', file])).toMatchObject({
      status: 74,
      stderr: expect.stringContaining('no part of it is whole'),
    });
    writeFileSync(path, '');
    expect(run([...line, '--resume', file]).stderr).toContain(
      'Remove it to search from the start; verdicts that were kept stay.',
    );
  }, 60_000);

  test('a file of workloads that has changed since', () => {
    rmSync(file, { force: true });
    copyFileSync(good, path);
    const text = readFileSync(pins, 'utf8');
    try {
      writeFileSync(pins, `${text}// changed\n`);
      expect(run([...line, '--resume', file])).toMatchObject({
        status: 74,
        stderr: expect.stringContaining(
          'another build of shootdown, or of what the config names, has written it: pins.mjs changed.',
        ),
      });
    } finally {
      // It has another time now, and is the same code.
      writeFileSync(pins, text);
    }
    expect(run([...line, '--resume', file])).toEqual({ ...whole, stderr: expect.any(String) });
  }, 60_000);

  test('a place where one cannot write', () => {
    const nowhere = run([...line, '--resume', join(place, 'no', 'such', 'folder'), '--max-states', '500']);
    expect(nowhere).toMatchObject({ status: 74, stderr: expect.stringContaining('SD_CHECKPOINT_NOT_WRITTEN: ') });
  });
});

test('--checkpoint-every needs a place', async () => {
  const { exit, err } = await shootdown('run gup --checkpoint-every 5');
  expect({ exit, err }).toEqual({
    exit: 64,
    err: 'SD_BAD_OPTION: --checkpoint-every says how often a search is kept, and nothing says where.\n  Add --resume FILE.\n',
  });
});
