/** `--resume`: a run that is killed at any moment goes on where it was, and says the same in the end. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { shootdown, verdictOf } from './fakes.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-resume-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

test('what was judged is not judged again; what was cut off, bounded or judged by other code is', async () => {
  const file = join(place, 'some.jsonl');
  const judged: string[] = [];
  const core = (outcome: 'clean' | 'bound') => ({
    judgeScenario: async (_arch: unknown, scenario: { name: string }, _configuration: unknown, variant: string) => {
      judged.push(`${scenario.name} ${variant}`);
      const { evidence } = verdictOf({});
      const cut =
        outcome === 'bound' && variant === 'after'
          ? { evidence: { ...evidence, cut: { by: 'states', waiting: 1 } as const } }
          : {};
      return verdictOf({
        workload: scenario.name,
        variant,
        outcome: variant === 'after' ? outcome : 'violates',
        ...cut,
      });
    },
  });
  const run = (outcome: 'clean' | 'bound') =>
    shootdown(`run gup --arch x86-64 --resume ${file}`, { core: core(outcome) });
  const first = await run('bound');
  expect(judged).toEqual(['gup before', 'gup after']);
  expect((await run('clean')).exit).toBe(first.exit);
  expect(judged.slice(2)).toEqual(['gup after']);
  const lines = readFileSync(file, 'utf8');
  await run('clean');
  expect(judged.slice(3)).toEqual([]);
  writeFileSync(file, lines.trimEnd().slice(0, -20));
  await run('clean');
  expect(judged.slice(3)).toEqual(['gup after']);
  expect(readFileSync(file, 'utf8').split('\n').at(-2)).toBe(lines.split('\n').at(-2));
  writeFileSync(file, lines.replaceAll('"code":"', '"code":"other'));
  await run('clean');
  expect(judged.slice(4)).toEqual(['gup before', 'gup after']);
});

test('a verdict by fingerprints is no verdict of states compared in full, nor of another seed', async () => {
  const file = join(place, 'compact.jsonl');
  let judged = 0;
  const run = (more: string) =>
    shootdown(`run gup --arch x86-64 --variant before --resume ${file} ${more}`.trim(), {
      core: { judgeScenario: async () => (judged++, verdictOf({})) },
    });
  for (const more of ['--compact=1', '--compact=1', '--compact=2', '', '']) await run(more);
  expect(judged).toBe(3);
});

test('killed in the middle of real searches', async () => {
  const file = join(place, 'killed.jsonl');
  const args = [
    fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url)),
    'compare',
    'irq-off-without-ipi-flush',
    '--quiet',
    '--json',
    '--jobs',
    '1',
  ];
  const saved = (): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  const child = spawn(process.execPath, [...args, '--resume', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (saved() < 3 && child.exitCode === null) await new Promise((resolve) => void setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await ended;
  const before = saved();
  const all = (more: readonly string[]): unknown => {
    const { comparison } = JSON.parse(
      spawnSync(process.execPath, [...args, ...more], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout,
      (key, value: unknown) => (key === 'seconds' ? 0 : value),
    ) as { comparison: unknown };
    return comparison;
  };
  expect(all(['--resume', file])).toEqual(all([]));
  expect(before).toBeGreaterThanOrEqual(3);
  expect(saved()).toBeGreaterThan(before);
}, 120_000);
