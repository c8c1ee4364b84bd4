/** Core is loaded as a bundle: one copy for everybody, local states still told by frames, and stack traces that name sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { withSources } from '../src/sources.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-bundle-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const dist = new URL('../../core/dist/', import.meta.url);
const bin = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const run = (...args: readonly string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
const script = (code: string): unknown => {
  const { stdout, stderr } = run('--input-type=module', '-e', code);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

test('all faces of core have the same classes and symbols, and load a few files', () => {
  const faces = ['index', 'plugin', 'testing'].map((face) => JSON.stringify(new URL(`${face}.js`, dist).href));
  const found = script(`
    const [index, plugin, testing] = await Promise.all([${faces.join()}].map((face) => import(face)));
    console.log(JSON.stringify([index.Mistake === plugin.Mistake, index.Mistake === testing.Mistake, plugin.Generic.name, testing.rig === undefined, index.rig === undefined]));`);
  expect(found).toEqual([true, true, 'Generic', false, true]);
  expect(readFileSync(new URL('index.js', dist), 'utf8')).toContain('./bundle/');
});

test('a mistake that a plugin throws is known to the command line', () => {
  const plugin = join(place, 'wrong.mjs');
  writeFileSync(plugin, `import { arch } from ${JSON.stringify(new URL('plugin.js', dist).href)};\nexport default arch({ id: 'Not a name' });\n`);
  const { status, stderr } = run(bin, 'list', 'archs', '--plugin', plugin);
  expect(stderr).toMatch(/^SD_BAD_ARCH: /);
  expect(status).toBe(65);
});

test('local states are told by frames', () => {
  const { stdout } = run(bin, 'run', 'collapse-vs-gup-fast', '--arch', 'x86-64', '--json', '--quiet');
  const { verdicts } = JSON.parse(stdout) as { verdicts: { evidence: object }[] };
  expect(verdicts).toHaveLength(2);
  for (const { evidence } of verdicts) expect(evidence).not.toHaveProperty('toldByHistory');
});

test('what was compiled since is not run from an older bundle', () => {
  const copy = (path: string, text: string, time: number): void => {
    mkdirSync(join(place, dirname(path)), { recursive: true });
    writeFileSync(join(place, path), text);
    utimesSync(join(place, path), time, time);
  };
  copy('cli/bin/shootdown.mjs', readFileSync(bin, 'utf8'), 1);
  copy('cli/dist/main.js', 'console.log("started")', 1);
  const started = () => { const { status, stdout, stderr } = run(join(place, 'cli/bin/shootdown.mjs')); return [status, stdout + stderr]; };
  // A package that was installed has neither file.
  expect(started()).toEqual([0, 'started\n']);
  copy('core/dist/.tsbuildinfo', '', 20);
  expect(started()).toEqual([69, 'shootdown: compiled, but not bundled since. Run `npm run build` first.\n']);
  copy('core/dist/bundle/stamp.json', '', 10);
  expect(started()[0]).toBe(69);
  copy('core/dist/bundle/stamp.json', '', 30);
  expect(started()).toEqual([0, 'started\n']);
});

test('what comes from outside has its license beside it', () => {
  const licenses = readFileSync(new URL('bundle/LICENSES.txt', dist), 'utf8');
  expect(licenses).toMatch(/^inversify\n\n.*MIT/ms);
  expect(licenses).toContain('@inversifyjs/container\n');
});

describe('stack traces', () => {
  test('name the source where there is a map', () => {
    const file = join(place, 'built.js');
    writeFileSync(file, 'f();\ng();\n');
    // Line 1 is line 1 of the source, line 2 is line 5.
    writeFileSync(`${file}.map`, JSON.stringify({ version: 3, file: 'built.js', sources: ['src/some.ts'], names: [], mappings: 'AAAA;AAIA' }));
    const url = pathToFileURL(file).href;
    expect(withSources(`Error: x\n    at g (${url}:2:1)\n    at ${url}:1:1`)).toBe(`Error: x\n    at g (${join(place, 'src/some.ts')}:5:1)\n    at ${join(place, 'src/some.ts')}:1:1`);
  });
  test('stay as they are where there is none', () => {
    const trace = 'Error: x\n    at f (node:internal/x:1:2)\n    at g (file:///nowhere/y.js:3:4)';
    expect(withSources(trace)).toBe(trace);
  });
  test('of core lead to TypeScript that is there', () => {
    const index = fileURLToPath(new URL('bundle/index.js', dist));
    const chunk = /from "(\.\/chunk-\w+\.js)"/.exec(readFileSync(index, 'utf8'))![1]!;
    const url = new URL(`bundle/${chunk}`, dist).href;
    const line = readFileSync(fileURLToPath(url), 'utf8').split('\n').findIndex((text) => text.startsWith('function resume(')) + 1;
    expect(line).toBeGreaterThan(0);
    const told = withSources(`    at resume (${url}:${line}:1)`);
    const [, path] = /\((.*):\d+:\d+\)$/.exec(told)!;
    expect(path).toMatch(/core[/\\]src[/\\]explore[/\\]resume\.ts$/);
    expect(existsSync(path!)).toBe(true);
  });
});
