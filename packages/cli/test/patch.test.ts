/** A patch of a user, outside of the workspace: what it breaks is shown, what is wrong with it is said first, and none is "ok" unseen. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const started = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
let here = '';
let present = '';
interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
const shootdown = (...args: string[]): Ran =>
  spawnSync(process.execPath, [started, ...args], { cwd: here, encoding: 'utf8', timeout: 200_000 });
const patch = (name: string, ...more: string[]): Ran =>
  shootdown('patch', `./${name}`, '--arch', 'arm64', '--jobs', '1', '--quiet', ...more);

/** A copy of the patch that `new` has made of collapse_huge_page, with some of its text replaced. */
function begin(name: string, ...edits: readonly (readonly [from: string | RegExp, to: string])[]): string {
  let text = present;
  for (const [from, to] of edits) {
    expect(text).toMatch(from);
    text = text.replace(from, to);
  }
  const path = join(here, name, 'patch.ts');
  mkdirSync(join(here, name));
  writeFileSync(path, text);
  return path;
}

beforeAll(() => {
  here = mkdtempSync(join(tmpdir(), 'patch-'));
  expect(shootdown('new', 'patch', 'mine', '--touch', 'collapse_huge_page')).toMatchObject({ status: 0 });
  present = readFileSync(join(here, 'mine', 'patch.ts'), 'utf8');
});
afterAll(() => rmSync(here, { recursive: true }));

const SYNC = "if (cpu.has('collapse_syncs_lockless_walkers')) yield* tlb_remove_table_sync_one(cpu);";

describe('a step dropped', () => {
  test('is shown where it is needed, with a token that shows it again', () => {
    begin('drops_sync', [SYNC, '']);
    const { status, stdout } = patch('drops_sync', 'collapse-free-vs-gup-fast-ipi', '--ktap', join(here, 'out.ktap'));
    expect([status, stdout]).toEqual([12, expect.stringContaining('newly broken (1)')]);
    expect(stdout).toContain("ok -> FAIL 'no page table is used after it was freed'");
    const [, token] = /replay --plugin \S+ (\S+)/.exec(stdout)!;
    expect(stdout).toContain(`replay --plugin ./drops_sync/patch.ts ${token}\nReported-by`);
    const replay = shootdown('replay', '--plugin', './drops_sync/patch.ts', token!);
    expect([replay.status, replay.stdout]).toEqual([
      12,
      expect.stringContaining('no page table is used after it was freed'),
    ]);
    expect(readFileSync(join(here, 'out.ktap'), 'utf8')).toMatch(
      /^KTAP version 1\n1\.\.\d+\n(.*\n)*not ok \d+ collapse-free/,
    );
  });

  test('where nobody goes is said to be unreached, with the line of the file', () => {
    const path = begin('drops_check', [
      "return { result: 'SCAN_VMA_NULL' };",
      "return { result: 'SCAN_VMA_NULL' }; //",
    ]);
    const line =
      readFileSync(path, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('SCAN_VMA_NULL')) + 1;
    const { status, stdout } = patch('drops_check', 'collapse-vs-gup-fast');
    expect(status).toBe(75);
    expect(stdout).toContain(`patch.ts:${line}  find_for_collapse`);
  });
});

describe('what is wrong is said first', () => {
  test.each([
    [
      'does_not_type',
      [SYNC, 'const n: number = hpagee; tlb_remove_table_sync_one(cpu);'],
      /patch\.ts:(\d+): Cannot find name 'hpagee'.*patch\.ts:\1: tlb_remove_table_sync_one is called and not run/s,
    ],
    ['is_older', [/writtenFor: '.*'/, "writtenFor: '0.0.1'"], /written for shootdown 0\.0\.1/],
    ['names_wrong', ['*collapse_huge_page(', '*collapse_hug_page('], /Did you mean collapse_huge_page\?/],
    [
      'asks_wrong',
      [/collapse_syncs_lockless_walkers/, 'collapse_syncs_lockless_walker'],
      /Did you mean collapse_syncs_lockless_walkers\?/,
    ],
  ] as const)('%s', (name, edit, said) => {
    begin(name, edit);
    const { status, stdout, stderr } = patch(name, 'collapse-vs-gup-fast');
    expect([status, stdout, stderr]).toEqual([65, '', expect.stringMatching(said)]);
  });

  test('also that no workload comes by it, and that a patch does nothing', () => {
    begin('does_nothing');
    const nowhere = patch('does_nothing', 'mremap-ptes-late-flush');
    expect([nowhere.status, nowhere.stdout, nowhere.stderr]).toEqual([
      75,
      '',
      expect.stringContaining('none of these workloads comes by what mine replaces'),
    ]);
    const ktap = join(here, 'untold.ktap');
    const { status, stdout } = patch('does_nothing', 'collapse-vs-gup-fast', '--ktap', ktap);
    expect([status, stdout]).toEqual([
      75,
      expect.stringContaining('No workload tells the patch from the kernel that is there'),
    ]);
    // What was not done is not said to have found nothing.
    expect(stdout.replace(/\s+/g, ' ')).toContain('--all searches all); nothing was counted.');
    expect(stdout).not.toMatch(/same\s+counts|0 counts/);
    expect(readFileSync(ktap, 'utf8')).toMatch(/^ok 1 patch told # SKIP no workload tells the patch/m);
  });
});

test('a body that imports under another name is begun so that its types check', () => {
  expect(shootdown('new', 'patch', 'flushes', '--touch', 'radix__flush_tlb_collapsed_pmd')).toMatchObject({
    status: 0,
  });
  expect(readFileSync(join(here, 'flushes', 'patch.ts'), 'utf8')).toContain('end as complete,');
});

test('a bisection whose searches do not end says so, and names nobody', () => {
  const short = ['--arch', 'arm64', '--from', 'v6.0', '--to', 'v6.1', '--max-states', '20', '--quiet'];
  const { status, stdout } = shootdown('bisect', 'collapse-vs-gup-fast', ...short);
  expect(status).toBe(75);
  expect(stdout).toContain('not all searches ended');
  expect(stdout).not.toMatch(/fixed|by no change alone/);
});

test('the change that ends a race is found', () => {
  const { status, stdout } = shootdown(
    'bisect',
    'collapse-vs-gup-fast',
    '--arch',
    'arm64',
    '--from',
    'v5.19',
    '--quiet',
  );
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining('fixed in v6.1 by 70cbc3cc78a9 (gup_fast_rechecks_pmd)'),
  ]);
});
