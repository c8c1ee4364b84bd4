/** Kept verdicts are those of the code that is there now: whatever was loaded, from wherever, and by whatever way. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Mistake } from '@shootdown/core';
import { differencesOf, hashOfFolder, idOf } from '../bin/identity.mjs';
import { codeOf, mustBeOf } from '../src/code.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-code-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const bin = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const core = JSON.stringify(new URL('../../core/dist/index.js', import.meta.url).href);
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(place, path)), { recursive: true });
  writeFileSync(join(place, path), text);
};

/** Fast GUP beside khugepaged: safe from 6.1 on. */
const STORY = `
  const stores = function* (cpu, s) { yield* user_store(cpu, s.page(0), 1); yield* user_store(cpu, s.page(1), 2); };
  export const story = (name) => ({
    name, title: name, cpus: 2, areas: [{ from: 0, to: 2, thp: 'never' }], setup: [{ cpu: 0, does: stores }],
    threads: [
      { name: 'G', cpu: 0, runs: 0, does: function* (cpu, s) { yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write'); } },
      { name: 'K', cpu: 1, runs: 'kernel', does: function* (cpu, s) { yield* khugepaged_collapse(cpu, s.mm, 0); } },
    ],
    asks: watches.filter(({ breach }) => ['page-uaf', 'stale-pin'].includes(breach)).map(({ claim }) => claim),
  });`;

beforeAll(() => {
  write(
    'node_modules/stories/package.json',
    '{ "name": "stories", "version": "1.2.3", "type": "module", "exports": "./index.js" }',
  );
  write(
    'node_modules/stories/index.js',
    `import { get_user_pages_fast_only, khugepaged_collapse, user_store, watches } from ${core};\n${STORY}`,
  );
  write('apart/release.json', '{ "release": "v6.1" }');
  write('apart/required.cjs', 'module.exports = { title: "Required" };');
  write('apart/later.mjs', 'export const year = 2020;');
  write(
    'home/mine.mjs',
    `
    import { readFileSync } from 'node:fs';
    import { story } from 'stories';
    import required from '../apart/required.cjs';
    const { year } = await import(['..', 'apart', 'later.mjs'].join('/'));
    const { release } = JSON.parse(readFileSync(new URL('../apart/release.json', import.meta.url), 'utf8'));
    export const races = [{ id: 'mine', title: required.title, year, scenario: story('mine'), before: { release: 'v5.8', says: 'before' }, after: { release, says: 'after' } }];`,
  );
  write(
    'home/shootdown.config.mjs',
    `
    import { story } from 'stories';
    export default { workloads: ['./mine.mjs', { contractWorkloads: [{ scenario: story('inline'), configuration: { release: 'v6.1', says: 'inline' } }] }] };`,
  );
});

/** Changes one file for a moment. */
function changed<T>(path: string, change: (text: string) => string, then: () => T): T {
  const text = readFileSync(join(place, path), 'utf8');
  writeFileSync(join(place, path), change(text));
  try {
    return then();
  } finally {
    writeFileSync(join(place, path), text);
  }
}
const run = (...args: readonly string[]): { status: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [bin, ...args, '--arch', 'arm64', '--quiet', '--resume', 'kept.jsonl'],
    {
      cwd: join(place, 'home'),
      encoding: 'utf8',
    },
  );
  return { status, out: stdout, err: stderr };
};
const lines = (): number => readFileSync(join(place, 'home/kept.jsonl'), 'utf8').split('\n').length - 1;

describe('a verdict that is kept', () => {
  const after = ['run', 'mine', '--variant', 'after'] as const;

  test('counts as long as its code is there, touched or not', () => {
    expect(run(...after)).toMatchObject({ status: 0, err: '' });
    const before = lines();
    utimesSync(join(place, 'apart/release.json'), 1, 1);
    expect(run(...after)).toMatchObject({ status: 0, err: '' });
    expect(lines()).toBe(before);
  });
  test('and not where a file says otherwise that a module has read', () => {
    const before = lines();
    const found = changed(
      'apart/release.json',
      (text) => text.replace('v6.1', 'v5.8'),
      () => run(...after),
    );
    expect(found.status).toBe(12);
    expect(found.err).toBe(
      'kept.jsonl holds verdicts of other code (../apart/release.json changed): they are not used, and stay there.\n',
    );
    // What the code is made of, and the verdict. Both verdicts are there; each counts with its code.
    expect(lines()).toBe(before + 2);
    expect(run(...after)).toMatchObject({ status: 0, err: '' });
    expect(lines()).toBe(before + 2);
  });
  test('in threads as in one, and of what the config holds', () => {
    const all = ['compare', 'mine', '--jobs', '2', '--arch', 'arm64,x86-64'] as const;
    expect(
      changed(
        'node_modules/stories/index.js',
        (text) => text.replace('cpus: 2', 'cpus: 3'),
        () => run(...all),
      ).err,
    ).toContain('stories 1.2.3 changed');
    expect(run('run', 'inline')).toMatchObject({ status: 0, err: '' });
    const found = changed(
      'home/shootdown.config.mjs',
      (text) => text.replace("says: 'inline'", "says: 'inline', without: ['gup_fast_rechecks_pmd']"),
      () => run('run', 'inline'),
    );
    expect(found.err).toContain('shootdown.config.mjs changed');
  });
  test('of whatever else was loaded', () => {
    const parts = readFileSync(join(place, 'home/kept.jsonl'), 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : ((JSON.parse(line) as { parts?: object }).parts ?? [])))[0]!;
    expect(Object.keys(parts)).toEqual(
      expect.arrayContaining([
        'node',
        '@shootdown/cli',
        '@shootdown/core',
        '@shootdown/arch-ppc64',
        '@shootdown/workloads',
        'shootdown.config.mjs',
        'mine.mjs',
        '../apart/release.json',
        '../apart/required.cjs',
        '../apart/later.mjs',
        'stories 1.2.3',
      ]),
    );
  });
});

test('what is read only in the middle of a search is no code that a kept verdict could name', () => {
  write(
    'home/late.mjs',
    `
    import { readFileSync } from 'node:fs';
    import { story } from 'stories';
    const late = { ...story('late'), setup: [{ cpu: 0, does: () => JSON.parse(readFileSync(new URL('../apart/late.json', import.meta.url), 'utf8')).map(() => 0)[Symbol.iterator]() }] };
    export const contractWorkloads = [{ scenario: late, configuration: { release: 'v6.1', says: 'late' } }];`,
  );
  write('home/late.config.mjs', "export default { workloads: ['./late.mjs'] };");
  write('apart/late.json', '[]');
  const found = run('run', 'late', '--config', 'late.config.mjs');
  expect(found.status).toBe(74);
  expect(found.err).toContain(
    'SD_CODE_CHANGED: other code judges than was loaded when this run began: ../apart/late.json is new.',
  );
});

describe('parts', () => {
  test('have one word that tells them from any others', () => {
    expect(idOf({ a: '1', b: '2' })).toBe(idOf({ b: '2', a: '1' }));
    expect(
      new Set([idOf({ a: '1' }), idOf({ a: '2' }), idOf({ b: '1' }), idOf({}), idOf({ a: '1', b: '1' })]).size,
    ).toBe(5);
  });
  test('and words for what differs', () => {
    expect(differencesOf({ a: '1', b: '2', c: '3' }, { a: '1', b: '9', d: '4' })).toEqual([
      'b changed',
      'd is new',
      'c is gone',
    ]);
    expect(() => mustBeOf({ a: '1', b: '2' }, { a: '1' })).not.toThrow();
    for (const now of [{ a: '2' }, { a: '1', z: '1' }]) expect(() => mustBeOf({ a: '1' }, now)).toThrow(Mistake);
  });
  test('a folder is its files and their paths', () => {
    write('folder/a.js', '1');
    write('folder/below/b.js', '2');
    const all = (): string => hashOfFolder(join(place, 'folder'), () => true);
    const before = all();
    const js = hashOfFolder(join(place, 'folder'), (path) => path !== 'below');
    expect(changed('folder/below/b.js', () => '3', all)).not.toBe(before);
    write('folder/c.js', '');
    expect(all()).not.toBe(before);
    rmSync(join(place, 'folder/c.js'));
    expect([all(), hashOfFolder(join(place, 'folder'), (path) => path !== 'below')]).toEqual([before, js]);
  });
  test('what is shipped is one part each; tests and sources in its folder are files like any other', () => {
    const shipped = { folders: { own: '/w/own/' }, parts: { own: 'x', node: 'v' } };
    const files = new Map([
      ['/w/own/dist/a.js', '1'],
      ['/w/own/test/pins.mjs', '2'],
      ['/w/home/b.mjs', '3'],
      ['/w/node_modules/@s/dep/c.js', '4'],
    ]);
    expect(Object.keys(codeOf(shipped, files, '/w/home').parts).sort()).toEqual([
      '../own/test/pins.mjs',
      '@s/dep of no version',
      'b.mjs',
      'node',
      'own',
    ]);
  });
});
