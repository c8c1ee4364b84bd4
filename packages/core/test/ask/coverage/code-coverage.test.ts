/** What workloads came by, put together by architecture: whose code it is, and what counts as reached. */
import { expect, test } from '@jest/globals';
import type { Cpu } from '../../../src/words/cpu.ts';
import type { Op } from '@shootdown/explorer';
import { codeCoverage, type Reached } from '../../../src/ask/coverage/code-coverage.ts';
import type { CodeFunction } from '../../../src/ask/coverage/code-sites.ts';
import { reach } from '../../../src/ask/reach.ts';
import { storeBeside, Toy, toyArch, v6_1 } from '../../rig/toy-arch.ts';

class Other extends Toy {
  override *flush_tlb_range(cpu: Cpu): Op {
    yield* cpu.fence('smp_mb');
  }
}
const toy = toyArch();
const other = toyArch({ id: 'other', layers: [Other] });

const fn = (
  name: string,
  some: Partial<CodeFunction> & { readonly sites?: CodeFunction['sites'] } = {},
): CodeFunction => ({
  name,
  file: `${name}.ts`,
  part: 'kernel',
  home: 'kernel',
  ...some,
  sites: [
    { label: `${name} entry`, kind: 'entry', line: 1, text: '' },
    ...(some.sites ?? [{ label: `${name} step`, kind: 'step' as const, line: 2, text: 'f()' }]),
  ],
});
const hook = (className: string, name: string, home: string): CodeFunction =>
  fn(name, { className, part: 'arch', home, file: `${home}/${className}.ts` });
const reached = (arch: string, explored: readonly string[], some: Partial<Reached> = {}): Reached => ({
  arch,
  workload: 'story v6.1',
  explored: new Set(explored),
  setUp: new Set(),
  states: 10,
  complete: true,
  ...some,
});
const says = (code: readonly CodeFunction[], ...runs: readonly Reached[]) => codeCoverage([toy, other], code, runs);

test('a site is explored on some architectures, only set up on others, and else unreached', () => {
  const { functions, states, searches } = says(
    [fn('zap')],
    reached('toy', ['zap entry', 'zap step']),
    reached('other', ['zap entry'], { setUp: new Set(['zap step', 'zap entry']) }),
    reached('toy', []),
  );
  expect(functions).toEqual([
    {
      file: 'zap.ts',
      line: 1,
      part: 'kernel',
      name: 'zap',
      entered: ['toy', 'other'],
      sites: [{ kind: 'step', line: 2, text: 'f()', explored: ['toy'], setUpOnly: ['other'] }],
    },
  ]);
  expect({ states, searches }).toEqual({ states: 30, searches: 3 });
});

test('a hook belongs to the architectures whose layer answers; code of other architectures is left out', () => {
  const helper = fn('invalidate', { part: 'arch', home: 'toys', file: 'toys/Toy.ts' });
  const strange = [
    hook('Strange', 'flush_tlb_mm', 'elsewhere'),
    fn('deep', { part: 'arch', home: 'elsewhere', file: 'elsewhere/deep.ts' }),
    fn('near', { part: 'arch', home: 'toys', file: 'toys/Strange.ts' }),
    hook('Strange', 'flush_tlb_page', 'toys'),
  ];
  const { functions, unseen } = says(
    [
      hook('Toy', 'flush_tlb_mm', 'toys'),
      hook('Toy', 'flush_tlb_range', 'toys'),
      hook('Other', 'flush_tlb_range', 'toys'),
      helper,
      ...strange,
    ],
    reached('other', []),
  );
  expect(functions.map(({ name, hookOf }) => [name, hookOf])).toEqual([
    // The class of the other one extends it, and brings one method of its own.
    ['Toy.flush_tlb_mm', ['toy', 'other']],
    ['Toy.flush_tlb_range', ['toy']],
    ['Other.flush_tlb_range', ['other']],
    ['invalidate', undefined],
  ]);
  expect(unseen).toEqual(
    expect.arrayContaining(['toy: Toy.flush_tlb_page', 'other: Toy.flush_tlb_page', 'toy: Generic.set_pte_at']),
  );
  expect(unseen.filter((one) => /flush_tlb_(mm|range)/.test(one))).toEqual([]);
});

test('a body of the kernel that every architecture replaces is left out, unless it was entered from above', () => {
  const generic = fn('ptep_get_and_clear', { className: 'Generic', part: 'generic' });
  expect(says([generic]).functions).toEqual([]);
  expect(says([generic], reached('toy', ['ptep_get_and_clear entry'])).functions).toMatchObject([
    { hookOf: ['toy'], entered: ['toy'] },
  ]);
});

test('a search that did not end is named', () =>
  expect(says([], reached('toy', [], { complete: false })).unfinished).toEqual(['story v6.1 on toy']));

test('exploring comes by the hooks it calls; setting up is told apart', async () => {
  const found = await reach(toy, storeBeside('dontneed'), v6_1, { maxStates: 1e5 });
  const names = (labels: ReadonlySet<string>): string =>
    [...labels].map((label) => label.replace(/^\S+ (.*) \d+:.*$/s, '$1')).join(' ');
  expect(found?.complete).toBe(true);
  expect(names(found!.explored)).toContain('flush_tlb_range');
  expect(names(found!.explored)).not.toContain('exec_mmap');
  expect(names(found!.setUp)).toContain('exec_mmap');
  expect(
    await reach(toy, { ...storeBeside('dontneed'), needs: { operations: ['nothing_like_it'] } }, v6_1, {
      maxStates: 1e5,
    }),
  ).toBeUndefined();
});
