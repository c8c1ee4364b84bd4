/** Packages are loaded as bundles: one copy of each for everybody, layers by their names, local states still told by frames, and stack traces that name sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import arm64 from '@shootdown/arch-arm64';
import ppc64 from '@shootdown/arch-ppc64';
import x86 from '@shootdown/arch-x86';
import xen from '@shootdown/arch-xen';
import { hooksOf, type ArchSpec } from '@shootdown/core';
import { hashOf, noteOf, type Note } from '../bin/identity.mjs';
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
  writeFileSync(
    plugin,
    `import { arch } from ${JSON.stringify(new URL('plugin.js', dist).href)};\nexport default arch({ id: 'Not a name' });\n`,
  );
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

test('what was compiled since, or changed since it was compiled, is not run from an older bundle', () => {
  const copy = (path: string, text: string): void => {
    mkdirSync(join(place, dirname(path)), { recursive: true });
    writeFileSync(join(place, path), text);
  };
  for (const name of ['shootdown.mjs', 'built.mjs', 'identity.mjs'])
    copy(`cli/bin/${name}`, readFileSync(join(dirname(bin), name), 'utf8'));
  const started = () => {
    const { status, stdout, stderr } = run(join(place, 'cli/bin/shootdown.mjs'));
    return [status, stdout + stderr];
  };
  expect(started()).toEqual([69, 'shootdown: not built yet. Run `npm run build` first.\n']);
  copy('cli/dist/main.js', 'console.log("started")');
  // A package that was installed has no notes of the compiler, and no stamp.
  expect(started()).toEqual([0, 'started\n']);
  const stale = [69, 'shootdown: compiled, but not bundled since. Run `npm run build` first.\n'];
  for (const compiled of ['core', 'arch-vax', 'cli']) {
    const [notes, source] = [`${compiled}/dist/.tsbuildinfo`, `${compiled}/src/x.ts`];
    copy(notes, 'noted');
    copy(source, 'export {};');
    expect(started()).toEqual(stale);
    const stamp = {
      packages: {
        [compiled]: { notes: noteOf(join(place, notes)), sources: { [source]: noteOf(join(place, source)) } },
      },
    };
    copy('cli/dist/bundle/stamp.json', JSON.stringify(stamp));
    expect(started()).toEqual([0, 'started\n']);
    // Touched, and the same all the same.
    for (const path of [notes, source]) utimesSync(join(place, path), 1, 1);
    expect(started()).toEqual([0, 'started\n']);
    // Changed, of the same size, and given its old time back.
    copy(source, 'export []; ');
    utimesSync(join(place, source), 1, 1);
    expect(started()).toEqual([
      69,
      `shootdown: packages/${source} was changed since it was compiled. Run \`npm run build\` first.\n`,
    ]);
    copy(source, 'export {};');
    copy(notes, 'other');
    expect(started()).toEqual(stale);
    for (const path of [notes, source, 'cli/dist/bundle/stamp.json']) rmSync(join(place, path));
  }
  expect(started()).toEqual([0, 'started\n']);
});

test('what is built here is built from these sources', () => {
  const { packages } = JSON.parse(
    readFileSync(new URL('bundle/stamp.json', new URL('../dist/', import.meta.url)), 'utf8'),
  ) as { packages: Record<string, { sources: Record<string, Note> }> };
  const mistakes = packages['explorer']?.sources['explorer/src/api/mistakes.ts'];
  expect(mistakes?.hash).toBe(hashOf(readFileSync(new URL('../../explorer/src/api/mistakes.ts', import.meta.url))));
  expect(Object.keys(packages)).toEqual(
    expect.arrayContaining([
      'arch-arm64',
      'arch-ppc64',
      'arch-x86',
      'arch-xen',
      'cli',
      'core',
      'litmus',
      'report',
      'workloads',
    ]),
  );
});

test('scripts refuse it too', () => {
  const lib = join(place, 'build/lib/built.mjs');
  mkdirSync(dirname(lib), { recursive: true });
  mkdirSync(join(place, 'packages/cli/bin'), { recursive: true });
  for (const [from, to] of [
    [fileURLToPath(new URL('../../../build/lib/built.mjs', import.meta.url)), lib],
    [join(dirname(bin), 'built.mjs'), join(place, 'packages/cli/bin/built.mjs')],
    [join(dirname(bin), 'identity.mjs'), join(place, 'packages/cli/bin/identity.mjs')],
  ] as const)
    writeFileSync(to, readFileSync(from));
  const { status, stderr } = run(
    '--input-type=module',
    '-e',
    `await (await import(${JSON.stringify(pathToFileURL(lib).href)})).built('core/dist/testing.js')`,
  );
  expect([status, stderr]).toEqual([69, 'shootdown: not built yet. Run `npm run build` first.\n']);
});

const shipped: readonly (readonly [name: string, archs: readonly ArchSpec[]])[] = [
  ['arch-arm64', arm64],
  ['arch-ppc64', ppc64],
  ['arch-x86', x86],
  ['arch-xen', xen],
];
test.each(shipped)('%s has layers of the same names as in its sources', (name, archs) => {
  const layersOf = (arch: ArchSpec) => [arch.id, ...new Set(hooksOf(arch).map(({ layer }) => layer))];
  const url = (face: string) => JSON.stringify(new URL(`../../${face}/dist/index.js`, import.meta.url).href);
  const built = script(`
    const [{ default: archs }, { hooksOf }] = await Promise.all([import(${url(name)}), import(${url('core')})]);
    console.log(JSON.stringify(archs.map((arch) => [arch.id, ...new Set(hooksOf(arch).map(({ layer }) => layer))])));`);
  expect(built).toEqual(archs.map(layersOf));
});
test.each(shipped)('%s says in its package.json which architectures it supplies', (name, archs) => {
  const { shootdown } = JSON.parse(readFileSync(new URL(`../../${name}/package.json`, import.meta.url), 'utf8')) as {
    shootdown: unknown;
  };
  expect(shootdown).toEqual({ archs: archs.map(({ id }) => id) });
});
test('other architectures than the one that is asked for are not loaded', () => {
  const loaded = (...archs: readonly string[]) => {
    const { stderr } = spawnSync(process.execPath, [bin, 'run', 'collapse-vs-gup-fast', ...archs], {
      encoding: 'utf8',
      env: { ...process.env, NODE_DEBUG: 'esm' },
      maxBuffer: 1 << 26,
    });
    return [...new Set(Array.from(stderr.matchAll(/packages[/\\]arch-(\w+)[/\\]dist/g), ([, name]) => name!))].sort();
  };
  expect(loaded('--arch', 'x86-64')).toEqual(['x86']);
  expect(loaded('--arch', 'xen-pv')).toEqual(['x86', 'xen']);
  // A wrong name may be any.
  expect(loaded('--arch', 'x86-46')).toEqual(['arm64', 'ppc64', 'x86', 'xen']);
});

test('what comes from outside has its license beside it', () => {
  const licenses = (name: string) =>
    readFileSync(new URL(`../../${name}/dist/bundle/LICENSES.txt`, import.meta.url), 'utf8');
  expect(licenses('core')).toMatch(/^inversify\n\n.*MIT/ms);
  expect(licenses('core')).toContain('@inversifyjs/container\n');
  expect(licenses('cli')).toMatch(/^commander\n.*^tsyringe\n/ms);
  expect(licenses('report')).toMatch(/^picocolors\n/);
});

describe('stack traces', () => {
  test('name the source where there is a map', () => {
    const file = join(place, 'built.js');
    writeFileSync(file, 'f();\ng();\n');
    // Line 1 is line 1 of the source, line 2 is line 5.
    writeFileSync(
      `${file}.map`,
      JSON.stringify({ version: 3, file: 'built.js', sources: ['src/some.ts'], names: [], mappings: 'AAAA;AAIA' }),
    );
    const url = pathToFileURL(file).href;
    expect(withSources(`Error: x\n    at g (${url}:2:1)\n    at ${url}:1:1`)).toBe(
      `Error: x\n    at g (${join(place, 'src/some.ts')}:5:1)\n    at ${join(place, 'src/some.ts')}:1:1`,
    );
  });
  test('stay as they are where there is none', () => {
    const trace = 'Error: x\n    at f (node:internal/x:1:2)\n    at g (file:///nowhere/y.js:3:4)';
    expect(withSources(trace)).toBe(trace);
  });
  test('of the explorer lead to TypeScript that is there', () => {
    const explorer = new URL('../../explorer/dist/', import.meta.url);
    const index = fileURLToPath(new URL('bundle/index.js', explorer));
    const chunk = /from "(\.\/chunk-\w+\.js)"/.exec(readFileSync(index, 'utf8'))![1]!;
    const url = new URL(`bundle/${chunk}`, explorer).href;
    const line =
      readFileSync(fileURLToPath(url), 'utf8')
        .split('\n')
        .findIndex((text) => text.startsWith('function resume(')) + 1;
    expect(line).toBeGreaterThan(0);
    const told = withSources(`    at resume (${url}:${line}:1)`);
    const [, path] = /\((.*):\d+:\d+\)$/.exec(told)!;
    expect(path).toMatch(/explorer[/\\]src[/\\]learned[/\\]resume\.ts$/);
    expect(existsSync(path!)).toBe(true);
  });
});
