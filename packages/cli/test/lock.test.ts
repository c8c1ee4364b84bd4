/** `--resume FILE`: one process at a time, and nothing half written under its name. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { shootdown, verdictOf } from './fakes.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-lock-'));
const waiting: ChildProcess[] = [];
afterAll(() => {
  for (const child of waiting) child.kill();
  rmSync(place, { recursive: true, force: true });
});
const cwd = fileURLToPath(new URL('fixture', import.meta.url));
const bin = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const run = (file: string, fakes: Parameters<typeof shootdown>[1] = {}) =>
  shootdown(`run gup --arch x86-64 --resume ${file}`, fakes);
/** A file that is held; what is said in its lock. */
const held = (name: string, by: string): string => {
  const file = join(place, name);
  writeFileSync(`${file}.lock`, by);
  return file;
};

describe('a file that somebody holds is refused, and stays as it is', () => {
  const somebody = (): number => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
    waiting.push(child);
    return child.pid!;
  };
  test.each([
    [
      'a process that lives',
      () => {
        const pid = somebody();
        return [JSON.stringify({ pid, host: hostname() }), `process ${pid}`];
      },
    ],
    ['a process of another machine', () => [JSON.stringify({ pid: 1, host: 'elsewhere' }), 'process 1 on elsewhere']],
    ['somebody else', () => ['', 'somebody who does not say who he is']],
  ] as const)('%s', async (name, holder) => {
    const [text, who] = holder() as [string, string];
    const file = held(`${name.replaceAll(' ', '-')}.jsonl`, text);
    const { exit, err } = await run(file);
    expect({ exit, err }).toEqual({
      exit: 74,
      err: `SD_CHECKPOINT_IN_USE: ${file} is held by ${who}.\n  Another run with this --resume goes on, perhaps in another terminal. Wait for it, or give another FILE. If there is no such run, remove ${file}.lock.\n`,
    });
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.lock`, 'utf8')).toBe(text);
  });
  test('another run of the same process', async () => {
    const file = join(place, 'twice.jsonl');
    let second: Awaited<ReturnType<typeof run>> | undefined;
    const first = await run(file, {
      core: {
        judgeScenario: async () => {
          second ??= await run(file);
          return verdictOf({});
        },
      },
    });
    expect([first.exit, second?.exit]).toEqual([0, 74]);
    expect(second?.err).toContain(`held by process ${process.pid}.`);
  });
});

describe('a lock is let go', () => {
  test('at the end, also of a run that failed', async () => {
    const file = join(place, 'end.jsonl');
    let seen = '';
    await run(file, {
      core: {
        judgeScenario: async () => {
          seen = readFileSync(`${file}.lock`, 'utf8');
          throw new Error('a bug');
        },
      },
    });
    expect(JSON.parse(seen)).toEqual({ pid: process.pid, host: hostname() });
    expect(readdirSync(place).filter((name) => name.startsWith('end.jsonl.'))).toEqual([]);
    expect((await run(file)).exit).toBe(0);
  });
  test.each([
    ['by a process that is no more', () => spawnSync(process.execPath, ['-e', '']).pid],
    ['by one before this, of the same number', () => process.pid],
  ])('%s', async (name, dead) => {
    const file = held(`${name.replaceAll(/\W/g, '-')}.jsonl`, JSON.stringify({ pid: dead(), host: hostname() }));
    expect((await run(file)).exit).toBe(0);
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(place).filter((one) => one.includes('.lock') && join(place, one).startsWith(file))).toEqual([]);
  });
});

test('a checkpoint is on the disk before it takes the place of the one before', () => {
  const [file, log, spy] = ['disk.jsonl', 'log.txt', 'spy.mjs'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    spy,
    `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    for (const name of ['writeSync', 'fsyncSync', 'renameSync']) {
      const real = fs[name];
      fs[name] = (...args) => { fs.appendFileSync(${JSON.stringify(log)}, name + '\\n'); return real(...args); };
    }
    syncBuiltinESMExports();`,
  );
  spawnSync(
    process.execPath,
    [
      '--import',
      pathToFileURL(spy).href,
      bin,
      'run',
      'pins-2',
      '--arch',
      'ppc64-radix',
      '--max-states',
      '3000',
      '--resume',
      file,
      '--checkpoint-every',
      '0.01',
    ],
    { cwd, stdio: 'ignore' },
  );
  const calls = readFileSync(log, 'utf8').trimEnd().split('\n');
  const renames = calls.flatMap((name, i) => (name === 'renameSync' ? [i] : []));
  expect(renames.length).toBeGreaterThan(0);
  for (const i of renames) expect(calls.slice(i - 2, i)).toEqual(['writeSync', 'fsyncSync']);
});
