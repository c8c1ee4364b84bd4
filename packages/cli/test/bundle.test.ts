/** Packages are loaded as bundles: one copy of each for everybody, layers by their names, local states still told by frames, and stack traces that name sources. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import arm64 from '@shootdown/arch-arm64';
import ppc64 from '@shootdown/arch-ppc64';
import x86 from '@shootdown/arch-x86';
import xen from '@shootdown/arch-xen';
import { hooksOf, type ArchSpec } from '@shootdown/core';
import { withSources } from '@shootdown/explorer';
import { hashOf, noteOf, type Note } from '../bin/identity.mjs';

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
  expect(readdirSync(dist).filter((name) => name.endsWith('.js')).length).toBeLessThan(12);
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

test('what is not built, or was changed since, is not run', () => {
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
  const refused = (why: string) => [69, `shootdown: ${why}. Run \`npm run build\` first.\n`];
  expect(started()).toEqual(refused('not built yet'));
  copy('cli/dist/main.js', 'console.log("started")');
  // A package that was installed has no sources, and no stamp.
  expect(started()).toEqual([0, 'started\n']);
  for (const name of ['core', 'arch-vax', 'cli']) {
    const [stamp, source] = [`${name}/dist/stamp.json`, `${name}/src/x.ts`];
    copy(`${name}/package.json`, '{ "type": "module" }');
    copy(source, 'export {};');
    expect(started()).toEqual(refused(`packages/${name} is not built yet`));
    copy(stamp, JSON.stringify({ sources: { 'src/x.ts': noteOf(join(place, source)) } }));
    expect(started()).toEqual([0, 'started\n']);
    // Touched, and the same all the same.
    utimesSync(join(place, source), 1, 1);
    expect(started()).toEqual([0, 'started\n']);
    // Changed, of the same size, and given its old time back.
    copy(source, 'export []; ');
    utimesSync(join(place, source), 1, 1);
    expect(started()).toEqual(refused(`packages/${source} was changed since it was built`));
    rmSync(join(place, source));
    expect(started()).toEqual(refused(`packages/${source} was changed since it was built`));
    copy(source, 'export {};');
    expect(started()).toEqual([0, 'started\n']);
  }
});

test('what is built here is built from these sources', () => {
  const stamp = JSON.parse(readFileSync(new URL('../../explorer/dist/stamp.json', import.meta.url), 'utf8')) as {
    sources: Record<string, Note>;
  };
  expect(stamp.sources['src/api/mistakes.ts']?.hash).toBe(
    hashOf(readFileSync(new URL('../../explorer/src/api/mistakes.ts', import.meta.url))),
  );
  const names = readdirSync(new URL('../../', import.meta.url));
  expect(names.filter((name) => !existsSync(new URL(`../../${name}/dist/stamp.json`, import.meta.url)))).toEqual([]);
});

describe('a copy of the checkout', () => {
  const copy = join(place, 'copy');
  const packagesOfCopy = join(copy, 'packages');
  const ask = () => {
    const { status, stdout, stderr } = run(
      join(packagesOfCopy, 'cli/bin/shootdown.mjs'),
      ...['run', 'collapse-vs-gup-fast', '--arch', 'x86-64', '--quiet'],
    );
    return { status, stdout, stderr };
  };
  const stale = (file: string) => ({
    status: 69,
    stdout: '',
    stderr: `shootdown: packages/${file} was changed since it was built. Run \`npm run build\` first.\n`,
  });
  beforeAll(() => {
    cpSync(fileURLToPath(new URL('../../', import.meta.url)), packagesOfCopy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !/packages[/\\][^/\\]+[/\\](types|test)([/\\]|$)/.test(path),
    });
    symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(copy, 'node_modules'));
  });

  test('runs, though no file has its old times', () => {
    expect(ask()).toMatchObject({ status: 0, stderr: '' });
  });
  test('refuses when a source was edited and not built, and runs when the edit is undone', () => {
    const source = join(packagesOfCopy, 'core/src/kernel/zap.ts');
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, `${text}\n`);
    expect(ask()).toEqual(stale('core/src/kernel/zap.ts'));
    writeFileSync(source, text);
    expect(ask()).toMatchObject({ status: 0, stderr: '' });
  });
  test('runs what was built before, or nothing, when a build ends in the middle', async () => {
    const { putInPlace } = (await import(new URL('../../../build/lib/place.mjs', import.meta.url).href)) as {
      putInPlace(place: { dist: string; files: Record<string, string | object>; aside: string }): void;
    };
    const dist = join(packagesOfCopy, 'core/dist');
    const aside = join(copy, 'aside');
    // What cannot be written ends it.
    expect(() => putInPlace({ dist, files: { 'index.js': 'half', 'code.js': {} }, aside })).toThrow(
      'must be of type string',
    );
    expect(ask()).toMatchObject({ status: 0, stderr: '' });
    renameSync(dist, join(copy, 'last'));
    expect(ask().stderr).toBe('shootdown: packages/core is not built yet. Run `npm run build` first.\n');
    // And the next one finds what the last has left.
    putInPlace({ dist, files: { 'index.js': 'export {};', 'stamp.json': '{ "sources": {} }' }, aside });
    expect(readdirSync(dist).sort()).toEqual(['index.js', 'stamp.json']);
    expect(existsSync(aside)).toBe(false);
  });
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
  const licenses = (name: string) => readFileSync(new URL(`../../${name}/dist/LICENSES.txt`, import.meta.url), 'utf8');
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
    const index = fileURLToPath(new URL('index.js', explorer));
    const chunk = /from "(\.\/chunk-\w+\.js)"/.exec(readFileSync(index, 'utf8'))![1]!;
    const url = new URL(chunk, explorer).href;
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
