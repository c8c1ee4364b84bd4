/** `coverage`: an arm that nothing reaches is listed with its line, and what is reached is not. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CodeCoverage, Reach } from '@shootdown/core';
import { instrument } from '@shootdown/explorer/instrument';
import { shootdown } from './fakes.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-coverage-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const built = (path: string): string => new URL(`../../${path}`, import.meta.url).href;

/** An architecture of a file. Its flush of a range has an arm for a range that ends before it begins. */
const code = `import arm64 from '${built('arch-arm64/dist/index.js')}';
import { arch } from '${built('core/dist/plugin.js')}';
function* invalidate(cpu, asid, start, end) {
  yield* cpu.tlbi_broadcast({ asid, start, end, leaves: ['pte', 'pmd'], walkCache: 'all' });
  yield* cpu.tlbi_sync('sync');
}
export class Planted {
  *flush_tlb_range(cpu, vma, start, end) {
    if (start === end) return;
    if (start < end) {
      yield* invalidate(cpu, vma.mm.id, start, end);
    } else {
      yield* invalidate(cpu, vma.mm.id, end, start);
    }
  }
}
const [base] = [arm64].flat();
export default arch({ id: 'planted', title: 'Planted', what: 'For a test.', over: base, layers: [Planted], machine: base.machine });
`;
const plugin = (folder: string, text: string): string => {
  mkdirSync(join(place, folder));
  writeFileSync(join(place, folder, 'index.mjs'), text);
  return join(place, folder, 'index.mjs');
};
const coverage = (path: string, ...more: readonly string[]): CodeCoverage => {
  const args = [
    fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url)),
    'coverage',
    'collapse-vs-gup-fast',
    '--plugin',
    path,
    '--arch',
    'planted',
    '--json',
    '--quiet',
    ...more,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect([status, stderr]).toEqual([0, '']);
  return (JSON.parse(stdout) as { coverage: CodeCoverage }).coverage;
};

test('a real search: the planted arms are listed, with line and code, and nothing else of that hook', () => {
  const path = plugin('planted', instrument(code, 'planted/index')!);
  const found = coverage(path, '--jobs', '1');
  const hook = found.functions.find(({ name }) => name === 'Planted.flush_tlb_range');
  expect(hook).toMatchObject({ line: 8, part: 'arch', hookOf: ['planted'], entered: ['planted'] });
  expect(hook!.sites.map(({ kind, line, text, explored }) => [explored.length > 0, line, kind, text])).toEqual([
    [false, 9, 'arm', 'return;'],
    [true, 11, 'step', 'invalidate(cpu, vma.mm.id, start, end)'],
    [false, 13, 'step', 'invalidate(cpu, vma.mm.id, end, start)'],
  ]);
  expect(
    found.functions.find(({ name }) => name === 'invalidate')!.sites.every(({ explored }) => explored.length > 0),
  ).toBe(true);
  // Of the kernel: what a collapse does, with the line of its source.
  const collapse = found.functions.find(
    ({ name }) => name === 'khugepaged_scan_mm_slot' || name === 'collapse_huge_page',
  );
  expect(collapse).toMatchObject({
    part: 'kernel',
    file: expect.stringMatching(/src[/\\]kernel[/\\].*\.ts$/),
    entered: ['planted'],
  });
  expect(found.unseen).toEqual([]);
  expect(found.unfinished).toEqual([]);
  // Nothing of other architectures, whose packages are known too.
  expect(found.functions.some(({ name }) => name.startsWith('X86.'))).toBe(false);
  // Worker threads answer alike.
  expect(coverage(path, '--jobs', '2')).toEqual(found);
}, 120_000);

test('code that was not instrumented is said to be unseen', () => {
  const found = coverage(plugin('plain', code), '--jobs', '1');
  expect(found.unseen).toEqual(['planted: Planted.flush_tlb_range']);
}, 120_000);

describe('exit codes', () => {
  const reach: Reach = { explored: new Set(), setUp: new Set(), states: 1, complete: true };
  test.each<[string, string, Reach | undefined, number]>([
    ['nothing applies', 'coverage gup --jobs 1', undefined, 4],
    ['all ended', 'coverage gup --jobs 1', reach, 0],
    ['a bound was met', 'coverage gup --jobs 1', { ...reach, complete: false }, 75],
    ['no such variant', 'coverage gup --variant during', reach, 64],
    ['no workload has the variant', 'coverage --variant during', reach, 64],
    ['no such workload', 'coverage gpu', reach, 64],
  ])('%s', async (_what, line, found, exit) => {
    const core = {
      reach: async () => found,
      codeCoverage: ((archs, _code, reached) => ({
        archs: archs.map(({ id }) => id),
        workloads: [],
        searches: 0,
        states: 0,
        unfinished: reached.flatMap(({ complete }) => (complete ? [] : ['one'])),
        functions: [],
        unseen: [],
      })) as typeof import('@shootdown/core').codeCoverage,
    };
    expect((await shootdown(line, { core })).exit).toBe(exit);
  });
});
