/** What Linux 6.12 does otherwise than 6.1, as the model predicts it: the counts, and the change that makes the difference. */
import { describe, expect, test } from '@jest/globals';
import {
  COLUMNS,
  kernelNamed,
  measure,
  MEASURE_DEFAULTS,
  type ArchSpec,
  type Columns,
  type CountedOperation,
  type Measured,
  type Mode,
} from '@shootdown/core';
import { arm64, arm64NoRange } from '../../arch-arm64/src/index.ts';
import { hash, radix } from '../../arch-ppc64/src/index.ts';
import { x86Paravirt } from '../../arch-x86/src/index.ts';
import { operations } from '../src/index.ts';

const PATIENCE = 60_000;
const named = (name: string): CountedOperation => operations.find((o) => o.name === name)!;
const on = (
  arch: ArchSpec,
  operation: CountedOperation,
  mode: Mode,
  kernel: string,
  without: readonly string[] = [],
): Measured =>
  measure(arch, operation, {
    ...MEASURE_DEFAULTS,
    mode,
    repetitions: 1,
    configuration: { ...kernelNamed(kernel), without },
  });
/** How much more 6.12 counts. */
const more = (arch: ArchSpec, operation: CountedOperation, mode: Mode): Partial<Columns> => {
  const [then, now] = ['6.1', '6.12'].map((kernel) => on(arch, operation, mode, kernel).columns) as [Columns, Columns];
  return Object.fromEntries(COLUMNS.filter((c) => now[c] !== then[c]).map((c) => [c, now[c] - then[c]]));
};

test(
  'mprotect to writable makes a huge PMD writable: x86 flushes for that, powerpc need not, arm64 flushed anyway',
  () => {
    const rw = named('thp_mprotect_rw');
    expect(more(x86Paravirt, rw, 'spin3')).toEqual({ ipis: 3, tlbIpis: 3, flushCalls: 1 });
    expect(more(x86Paravirt, rw, 'lazy3')).toEqual({ flushCalls: 1 });
    for (const arch of [arm64, radix, hash]) expect(more(arch, rw, 'spin3')).toEqual({});
  },
  PATIENCE,
);

describe('a huge page that a table maps is marked in blocks on arm64', () => {
  test.each(['thp_partial_dontneed1', 'thp_partial_mprotect1', 'thp_cow_write'])(
    '%s unfolds one, with a flush',
    (name) => {
      for (const arch of [arm64, arm64NoRange]) {
        expect(more(arch, named(name), 'solo')).toEqual({ flushCalls: 1 });
        const unmarked = on(arch, named(name), 'solo', '6.12', ['arm64_contpte']);
        expect(unmarked.columns).toEqual(on(arch, named(name), 'solo', '6.1').columns);
      }
      for (const arch of [x86Paravirt, radix]) expect(more(arch, named(name), 'solo')).toEqual({});
    },
    PATIENCE,
  );

  const split: CountedOperation['setUp'] = [
    ...named('thp_partial_dontneed1').setUp,
    { call: 'mprotect', at: 'a', length: 'page', prot: 'READ' },
  ];
  test(
    'what is changed as a whole is not unfolded',
    () => {
      const zap: CountedOperation = {
        name: 'zap',
        says: 'DONTNEED of all of it.',
        setUp: split,
        counted: [{ call: 'madvise', at: 'a', length: 'H', advice: 'DONTNEED' }],
      };
      expect(on(arm64, zap, 'solo', '6.12').calls['contpte_convert']).toBeUndefined();
      const fork: CountedOperation = { ...zap, counted: [{ call: 'fork' }] };
      expect(on(arm64, fork, 'solo', '6.12').calls['contpte_convert']).toBeUndefined();
      const half: CountedOperation = {
        ...zap,
        counted: [{ call: 'madvise', at: 'a + 24 page', length: '24 page', advice: 'DONTNEED' }],
      };
      expect(on(arm64, half, 'solo', '6.12').calls['contpte_convert']).toBe(1); // 8 pages of a block, then a whole one
    },
    PATIENCE,
  );
  test(
    'a block comes back when its last entry is written',
    () => {
      const back: CountedOperation = {
        name: 'back',
        says: 'Protection of all, page by page.',
        setUp: split,
        counted: [{ call: 'mprotect', at: 'a + 16 page', length: '16 page', prot: 'READ' }],
      };
      expect(on(arm64, back, 'solo', '6.12').calls).toMatchObject({ contpte_convert: 2, tlb_flush: 1 });
    },
    PATIENCE,
  );
});

test(
  'the end of an address space interrupts those that have it loaded on powerpc only',
  () => {
    const exit: CountedOperation = {
      name: 'exit',
      says: 'A child exits.',
      setUp: [...named('fork_1thp').setUp, { call: 'fork' }],
      counted: [{ call: 'exit' }],
    };
    for (const arch of [x86Paravirt, arm64, radix, hash]) expect(more(arch, exit, 'spin3')).toEqual({}); // no other CPU ever ran the child
    expect(on(radix, exit, 'solo', '6.12').calls).toHaveProperty('cleanup_lazy_tlbs');
    expect(on(radix, exit, 'solo', '6.1').calls).not.toHaveProperty('cleanup_lazy_tlbs');
  },
  PATIENCE,
);

test(
  'mremap of a part moves the table as a whole where nothing lies below it',
  () => {
    const part: CountedOperation = {
      name: 'part',
      says: 'mremap from the second page on.',
      setUp: [
        { call: 'munmap', at: 'a', length: '2 H' },
        { call: 'munmap', at: 'b', length: '2 H' },
        { call: 'mmap', at: 'a + page', length: 'H' },
        { call: 'store', at: 'a + page', length: 'H' },
      ],
      counted: [{ call: 'mremap', at: 'a + page', length: 'H', to: 'b + page' }],
    };
    expect(on(x86Paravirt, part, 'solo', '6.1').calls).not.toHaveProperty('move_normal_pmd');
    expect(on(x86Paravirt, part, 'solo', '6.12').calls).toMatchObject({ move_normal_pmd: 1 });
  },
  PATIENCE,
);

test(
  'rights that come back to a range without any need no flush on powerpc radix, where PAGE_NONE was an entry of the kernel',
  () => {
    const none: CountedOperation = {
      name: 'none',
      says: 'PROT_NONE, then all.',
      setUp: [
        { call: 'mmap', at: 'a', length: 'page' },
        { call: 'store', at: 'a' },
        { call: 'mprotect', at: 'a', length: 'page', prot: 'NONE' },
      ],
      counted: [{ call: 'mprotect', at: 'a', length: 'page', prot: 'READ+WRITE' }],
    };
    const back = { ...none, counted: none.setUp.slice(2), setUp: none.setUp.slice(0, 2) };
    expect(on(radix, none, 'solo', '6.1').columns.flushCalls).toBe(1);
    expect(on(radix, none, 'solo', '6.12').columns.flushCalls).toBe(0);
    expect(on(radix, back, 'solo', '6.12').columns.flushCalls).toBe(1); // rights that go
  },
  PATIENCE,
);

test('a name of a kernel means one release: 6.1 the one that was counted, 6.1.0 the first', () =>
  expect(['6.1', 'v6.1', '6.1.0', '6.1.192', '6.1.7', '6.12.48'].map((name) => kernelNamed(name).release)).toEqual([
    'v6.1.192',
    'v6.1.192',
    'v6.1',
    'v6.1.192',
    'v6.1.192',
    'v6.12',
  ]));
