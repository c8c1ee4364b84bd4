/** `new arch`: what it writes, what it registers, what it refuses. */
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import arm64 from '@shootdown/arch-arm64';
import x86 from '@shootdown/arch-x86';
import { allHooks } from '@shootdown/core';
import { Generic } from '@shootdown/core/plugin';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invoke } from '../src/invoke.ts';
import { REQUIRED } from '../src/scaffold/hooks-text.ts';
import { badName } from '../src/scaffold/names.ts';
import { withArch, withImporter, withReference } from '../src/scaffold/register.ts';
import { MODULES, TERMINAL } from '../src/tokens.ts';
import { modulesOf, type Ran } from './fakes.ts';

const LOCK = `lockfileVersion: '9.0'

importers:

  .: {}

  packages/arch-arm64:
    dependencies:
      '@shootdown/core':
        specifier: workspace:*
        version: link:../core

  packages/workloads: {}

packages:

  a@1.0.0: {}
`;

let root = '';
const at = (path: string): string => join(root, path);
const read = (path: string): string => readFileSync(at(path), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
  mkdirSync(at('node_modules'));
  writeFileSync(at('shootdown.config.mjs'), "export default {\n  arches: ['@shootdown/arch-arm64'],\n};\n");
  writeFileSync(
    at('tsconfig.json'),
    '{ "files": [], "references": [{ "path": "packages/core" }, { "path": "tsconfig.test.json" }] }',
  );
  writeFileSync(at('pnpm-workspace.yaml'), "packages:\n  - 'packages/*'\n");
  writeFileSync(at('pnpm-lock.yaml'), LOCK);
  writeFileSync(at('node_modules/.shootdown-lock.yaml'), LOCK);
});
afterEach(() => rmSync(root, { recursive: true }));

async function shootdown(line: string): Promise<Ran> {
  const ran = { out: '', err: '' };
  const hash = { ...arm64[0], id: 'hash-machine', machine: { ...arm64[0]!.machine, shootdown: 'hash table' } };
  const config = { default: { arches: ['@shootdown/arch-arm64', '@shootdown/arch-x86', './hash.js'] } };
  const known = {
    [at('shootdown.config.mjs')]: config,
    '@shootdown/arch-arm64': { default: arm64 },
    '@shootdown/arch-x86': { default: x86 },
    './hash.js': { default: hash },
  };
  const exit = await invoke(line.split(' '), {
    [MODULES]: { ...modulesOf(known), findConfig: () => at('shootdown.config.mjs') },
    [TERMINAL]: {
      columns: 100,
      colour: false,
      live: false,
      out: (text) => void (ran.out += text),
      err: (text) => void (ran.err += text),
    },
  });
  return { exit, ...ran };
}

test('the hooks it writes are those that the kernel has no body for', () => {
  const generic = Object.getOwnPropertyNames(Generic.prototype);
  expect([...allHooks.keys()].filter((hook) => !generic.includes(hook)).sort()).toEqual([...REQUIRED].sort());
});

describe('new arch', () => {
  test('writes a package, makes it known, and says what is next', async () => {
    const { exit, out, err } = await shootdown('new arch riscv64');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out.split('\n')).toEqual([
      '+ packages/arch-riscv64/package.json',
      '+ packages/arch-riscv64/tsconfig.json',
      '+ packages/arch-riscv64/src/index.ts',
      '+ packages/arch-riscv64/src/mmu.ts',
      '+ packages/arch-riscv64/src/riscv64.ts',
      '+ packages/arch-riscv64/test/conformance.test.ts',
      '+ packages/arch-riscv64/README.md',
      '~ shootdown.config.mjs',
      '~ tsconfig.json',
      '~ pnpm-lock.yaml',
      `${allHooks.size} hooks: 3 required (flush_tlb_page, flush_tlb_range, flush_tlb_mm), ${allHooks.size - 3} inherited from the kernel`,
      'next: npm test -- packages/arch-riscv64',
      expect.stringMatching(/^then: edit packages\/arch-riscv64\/src\/riscv64\.ts:\d+ \(flush_tlb_page, TODO\)$/),
      '',
    ]);
    expect(read('shootdown.config.mjs')).toContain(
      "arches: ['@shootdown/arch-arm64', './packages/arch-riscv64/dist/index.js'],",
    );
    expect(JSON.parse(read('tsconfig.json'))).toMatchObject({
      references: [{ path: 'packages/core' }, { path: 'packages/arch-riscv64' }, { path: 'tsconfig.test.json' }],
    });
    expect(read('packages/arch-riscv64/src/riscv64.ts').match(/TODO/g)).toHaveLength(3);
  });

  test('needs no install afterwards', async () => {
    await shootdown('new arch riscv64');
    expect(read('node_modules/.shootdown-lock.yaml')).toBe(read('pnpm-lock.yaml'));
    expect(readlinkSync(at('packages/arch-riscv64/node_modules/@shootdown/core'))).toBe('../../../core');
    expect(readlinkSync(at('packages/arch-riscv64/node_modules/@shootdown/conformance'))).toBe('../../../conformance');
  });

  test('leaves the install to the set-up when the workspace is not installed as its lockfile says', async () => {
    writeFileSync(at('node_modules/.shootdown-lock.yaml'), 'older');
    await shootdown('new arch riscv64');
    expect(read('node_modules/.shootdown-lock.yaml')).toBe('older');
    expect(existsSync(at('packages/arch-riscv64/node_modules'))).toBe(false);
  });

  test('begins like an architecture that flushes by interrupt', async () => {
    expect(await shootdown('new arch riscv64 --like x86-64')).toMatchObject({ exit: 0 });
    expect(read('packages/arch-riscv64/src/riscv64.ts')).toContain('yield* cpu.smp_send(mask, flush_tlb_func, what);');
    expect(read('packages/arch-riscv64/src/mmu.ts')).toContain('MMU_GATHER_RCU_TABLE_FREE: false');
  });

  test('never overwrites', async () => {
    await shootdown('new arch riscv64');
    const before = read('pnpm-lock.yaml');
    const again = await shootdown('new arch riscv64 --like x86-64');
    expect(again).toEqual({
      exit: 64,
      out: '',
      err: expect.stringContaining('SD_BAD_OPTION: packages/arch-riscv64 is there already.'),
    });
    expect(read('pnpm-lock.yaml')).toBe(before);
    expect(read('packages/arch-riscv64/src/mmu.ts')).toContain('MMU_GATHER_RCU_TABLE_FREE: true');
  });

  test.each([
    ['new arch Riscv', 'lower case letters and digits'],
    ['new arch 68k', 'lower case letters and digits'],
    ['new arch ../up', 'lower case letters and digits'],
    ['new arch mmu', 'means something else'],
    ['new arch arm64', 'there is an architecture called arm64 already'],
    ['new arch riscv64 --like amr64', 'Did you mean arm64?'],
    ['new arch riscv64 --like hash-machine', 'its flushes go by hash table'],
    ['new arch riscv64 --dir elsewhere', 'pnpm-workspace.yaml names packages'],
    ['new workload x', 'Allowed choices are arch'],
  ])('%s is refused', async (line, said) => {
    const { exit, out, err } = await shootdown(line);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(said);
    expect(existsSync(at('packages'))).toBe(false);
  });
});

describe('names', () => {
  test.each(['riscv64', 's390', 'my-arch', 'a'])('%s is one', (name) => expect(badName(name)).toBeUndefined());
  test.each(['', '-a', 'a-', 'a--b', 'a_b', 'cpu', 'x'.repeat(41)])('"%s" is none', (name) =>
    expect(badName(name)).toBeDefined(),
  );
});

describe('registering', () => {
  test('a list over several lines stays one', () => {
    expect(withArch("export default {\n  arches: [\n    'a',\n    'b',\n  ],\n};\n", './c')).toBe(
      "export default {\n  arches: [\n    'a',\n    'b',\n    './c',\n  ],\n};\n",
    );
    expect(withArch('export default { arches: [] };', './c')).toBe("export default { arches: ['./c'] };");
  });
  test('a config without a list is left alone', () => expect(withArch('export default {};', './c')).toBeUndefined());
  test('a reference goes before files', () => {
    expect(JSON.parse(withReference('{ "references": [{ "path": "a" }] }', 'b'))).toEqual({
      references: [{ path: 'a' }, { path: 'b' }],
    });
  });
  test('an importer has its place by alphabet', () => {
    const changed = withImporter(
      LOCK,
      'packages/arch-riscv64',
      [{ name: '@shootdown/core', path: '../core' }],
      [{ name: '@shootdown/conformance', path: '../conformance' }],
    );
    expect([...(changed ?? '').matchAll(/^ {2}(\S+):/gm)].map((m) => m[1])).toEqual([
      '.',
      'packages/arch-arm64',
      'packages/arch-riscv64',
      'packages/workloads',
      'a@1.0.0',
    ]);
    expect(changed).toContain(
      "  packages/arch-riscv64:\n    dependencies:\n      '@shootdown/core':\n        specifier: workspace:*\n        version: link:../core\n    devDependencies:\n",
    );
    expect(withImporter(LOCK, 'packages/zzz', [], [])).toContain('\n\npackages:\n\n  a@1.0.0');
  });
});
