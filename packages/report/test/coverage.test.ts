/** Unreached code as people read it. */
import { expect, test } from '@jest/globals';
import type { CodeCoverage, CoveredFunction } from '@shootdown/core';
import { text } from '../src/index.ts';
import { options } from './values.ts';

const site = (
  line: number,
  code: string,
  explored: readonly string[],
  setUpOnly: readonly string[] = [],
  kind: 'step' | 'arm' = 'step',
) => ({ kind, line, text: code, explored, setUpOnly });
const one = (name: string, some: Partial<CoveredFunction> = {}): CoveredFunction => ({
  file: 'src/zap.ts',
  line: 7,
  part: 'kernel',
  name,
  entered: ['arm64'],
  sites: [],
  ...some,
});
const coverage = (functions: readonly CoveredFunction[], some: Partial<CodeCoverage> = {}): CodeCoverage => ({
  archs: ['x86-64', 'arm64'],
  workloads: ['gup before', 'gup after'],
  searches: 4,
  states: 1200,
  unfinished: [],
  unseen: [],
  functions,
  ...some,
});
const say = (value: CodeCoverage, full = false): string =>
  text.say({ schemaVersion: 1, kind: 'coverage', coverage: value }, { ...options, full });

const both = ['x86-64', 'arm64'];
const functions = [
  one('whole', { sites: [site(8, 'all()', both)] }),
  one('zap_pte', {
    sites: [site(10, 'lock()', both), site(12, 'return;', [], [], 'arm'), site(14, 'unlock()', [], ['arm64'])],
  }),
  one('never', { line: 20, entered: [], sites: [site(21, 'x()', [])] }),
  one('Arm64.flush_tlb_page', {
    file: 'arm/hooks.ts',
    part: 'arch',
    hookOf: ['arm64'],
    sites: [site(30, 'tlbi()', ['arm64'])],
  }),
  one('Generic.set_pte_at', {
    file: 'arch/generic.ts',
    part: 'generic',
    hookOf: both,
    entered: both,
    sites: [site(40, 'store()', both), site(41, 'fence()', ['x86-64'])],
  }),
];

test('what is missing by file and function, then the sums', () => {
  expect(say(coverage(functions))).toBe(`\
src/zap.ts  2/5
  zap_pte  1/3
       12   arm: return;
       14   unlock()  (in set-up only)
  never  never entered, line 20 (1 site)

code  functions entered  sites reached  in set-up only
----  -----------------  -------------  --------------
src   2/3                2/5            1
arm   1/1                1/1            0
arch  1/1                2/2            0

architecture  own hooks entered  their sites  inherited hooks entered  their sites
------------  -----------------  -----------  -----------------------  -----------
x86-64        0/0                0/0          1/1                      2/2
arm64         1/1                1/1          1/1                      1/2

2 kernels and workloads on 2 architectures, 4 searches, 1,200 states: 5/8 sites reached, 4/5
  functions entered.
A site is a step, a call of what takes steps, or an arm of an if or switch without one. A clean
  verdict says nothing about those that no interleaving reached.
`);
});

test('everything, when everything is wanted; by architecture where they differ', () => {
  expect(say(coverage(functions), true)).toContain('  whole  1/1\n');
  expect(say(coverage(functions), true)).toContain('  hook Generic.set_pte_at  2/2 (x86-64 2/2, arm64 1/2)\n');
});

test('what is not known is said', () => {
  const shown = say(
    coverage(functions, { unfinished: ['gup before on arm64'], unseen: ['toy: Toy.flush_tlb_mm'] }),
  ).replace(/\s+/g, ' ');
  expect(shown).toContain('1 search did not end: gup before on arm64. What is listed may be reached there.');
  expect(shown).toContain('Not instrumented, so nothing is known of: toy: Toy.flush_tlb_mm.');
});
