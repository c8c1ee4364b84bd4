/** The shape of a workspace is looked after: each fault is planted once in a small workspace, and found. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const { problemsOf, renew } = (await import(String(new URL('../check.mjs', import.meta.url)))) as {
  problemsOf(root: string, only: readonly string[]): string[];
  renew(root: string, only: readonly string[]): string[];
};
const roots: string[] = [];
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'structure-'));
  roots.push(root);
});
afterAll(() => roots.forEach((folder) => rmSync(folder, { recursive: true })));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'packages', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const check = (only: string): string => problemsOf(root, [only]).join('\n');

describe('cycles', () => {
  test('imports in one direction are fine', () => {
    write({ 'core/src/a/one.ts': "import '../b/two.ts';", 'core/src/b/two.ts': 'export {};' });
    expect(check('cycles')).not.toContain('core');
  });

  test('two files that import each other are told with both imports, also when only types are imported', () => {
    write({
      'cli/src/one.ts': "import { two } from './two.ts';\nexport type One = typeof two;",
      'cli/src/two.ts': "import type { One } from './one.ts';\nexport const two = 1 as number | One;",
    });
    const said = check('cycles');
    expect(said).toContain('cli: a cycle of files: one.ts, two.ts');
    expect(said).toContain('packages/cli/src/two.ts:1 imports one.ts');
  });

  test('a re-export closes a cycle too', () => {
    write({ 'cli/src/one.ts': "export * from './two.ts';", 'cli/src/two.ts': "import './one.ts';" });
    expect(check('cycles')).toContain('cli: a cycle of files');
  });

  test('rooms that import each other are told, though no two files do', () => {
    write({
      'core/src/a/one.ts': "import '../b/two.ts';",
      'core/src/b/two.ts': 'export {};',
      'core/src/b/three.ts': "import '../a/four.ts';",
      'core/src/a/four.ts': 'export {};',
    });
    expect(check('cycles')).toContain('core: a cycle of folders: a, b');
  });

  test('an import that says why it runs back is no cycle', () => {
    write({
      'core/src/a/one.ts': "import '../b/two.ts';",
      'core/src/b/two.ts': "// @cycle both are of one mind\nimport '../a/one.ts';",
    });
    expect(check('cycles')).not.toContain('core: a cycle');
  });

  test('a reason is one, and stands only where it is needed', () => {
    write({
      'core/src/a/one.ts': "import '../b/two.ts';\n// @cycle it was one once\nimport './three.ts';",
      'core/src/a/three.ts': 'export {};',
      'core/src/b/two.ts': "// @cycle\nimport '../a/one.ts';",
    });
    const said = check('cycles');
    expect(said).toContain('core/src/b/two.ts:2 imports a/one.ts: @cycle gives no reason');
    expect(said).toContain('core/src/a/one.ts:3 imports a/three.ts: it closes no cycle, @cycle may go');
  });
});

describe('names of types', () => {
  test('a type that two files of a package export is told; in two packages it is not', () => {
    write({
      'core/src/one.ts': 'export interface Spot { a: 1 }\nexport type Mine = 1;',
      'core/src/two.ts': 'export type Spot = 2;\ntype Mine = 2;',
      'report/src/three.ts': 'export class Spot {}',
    });
    const said = check('names');
    expect(said).toContain('core: Spot is exported by one.ts and two.ts');
    expect(said).not.toContain('Mine');
    expect(said).not.toContain('report');
  });
});

describe('the report of a face', () => {
  const face = (lines: string) =>
    write({
      'core/src/index.ts': '',
      'core/package.json': JSON.stringify({
        name: '@x/core',
        exports: { '.': { types: './dist/index.d.ts' }, './testing': { types: './dist/testing.d.ts' } },
      }),
      'core/dist/index.d.ts': lines,
      'core/dist/testing.d.ts': '/** @internal For tests. */\nexport declare const hidden: 1;',
    });

  test('what is written is up to date until a signature changes', () => {
    face('export declare function judge(states: number): string;');
    expect(check('api')).toContain('docs/api/core.md is not up to date: `npm run api` writes it anew');
    renew(root, ['api']);
    expect(check('api')).toBe('');
    face('export declare function judge(states: bigint): string;');
    expect(check('api')).toContain('docs/api/core.md is not up to date');
  });

  test('a comment, a private member and what is internal change nothing', () => {
    face('export declare class Search { run(): void; }');
    renew(root, ['api']);
    face('/** Searches. */ export declare class Search { private depth; run(): void; }');
    expect(check('api')).toBe('');
  });

  test('a face that is gone leaves no report behind', () => {
    face('export {};');
    renew(root, ['api']);
    write({ 'core/package.json': '{ "name": "@x/core" }' });
    expect(check('api')).toContain('docs/api/core.md belongs to nothing any more: delete it');
  });
});

test('the picture is up to date until somebody imports something else', () => {
  write({
    'core/src/a/one.ts': "import '../b/two.ts';",
    'core/src/b/two.ts': '',
    'explorer/src/a/one.ts': '',
    'cli/src/main.ts': '',
    'cli/package.json': '{}',
  });
  renew(root, ['picture']);
  expect(check('picture')).toBe('');
  write({ 'core/src/c/three.ts': "import '../a/one.ts';" });
  expect(check('picture')).toContain('docs/architecture.svg is not up to date');
});
