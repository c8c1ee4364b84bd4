/** The operations of our own, and operations of nobody: they run on every architecture, on both kernels, and count alike in both forms and on two stores. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  COLUMNS,
  kernelNamed,
  KERNELS,
  measure,
  MEASURE_DEFAULTS,
  Mistake,
  MODES,
  readOperation,
  type CountedCall,
  type CountedOperation,
  type Measured,
  type MeasureOptions,
} from '@shootdown/core';
import fc from 'fast-check';
import { arm64, arm64NoRange } from '../../arch-arm64/src/index.ts';
import { hash, radix } from '../../arch-ppc64/src/index.ts';
import x86s from '../../arch-x86/src/index.ts';
import { xenPv } from '../../arch-xen/src/index.ts';
import { MapStore } from '../../core/src/machine/map-store.ts';

const archs = [...x86s, arm64, arm64NoRange, radix, hash, xenPv];
const PATIENCE = 120_000;
/** Small enough to be quick; a table holds two blocks of sixteen. */
const SMALL = { pageShift: 12, bits: { pte: 5, pmd: 5, pud: 4, p4d: 0, pgd: 3 } };

const folder = new URL('../../../examples/operations/', import.meta.url);
const own = readdirSync(folder).map((name) =>
  readOperation(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), name),
);

describe.each(own.map((operation) => [operation.name, operation] as const))('%s', (_name, operation) => {
  test.each(archs.map((arch) => [arch.id, arch] as const))('is counted on %s', (_id, arch) => {
    const { notModelled, columns } = measure(arch, operation, { ...MEASURE_DEFAULTS, mode: 'spin3', geometry: SMALL });
    expect(notModelled).toBeUndefined();
    // On the hash MMU fork takes every entry out of the hash table: its copies need no flush.
    if (arch !== hash || operation.name !== 'baseN_cow_write') expect(columns.flushCalls).toBeGreaterThan(0);
  });
});

const at = fc.constantFrom('a', 'b', 'a + page', 'b + 2 page', 'a + H', 'a + 16 page', 'b + H - page', 'c', 'd');
const length = fc.constantFrom('page', '2 page', '16 page', '17 page', 'H', 'H - page', 'H + page', '2 H');
const prot = fc.constantFrom('READ+WRITE' as const, 'READ' as const, 'NONE' as const);
const call: fc.Arbitrary<CountedCall> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constant('store' as const), at, length }) },
  fc.record({ call: fc.constant('load' as const), at, length }),
  fc.record({ call: fc.constant('mmap' as const), at, length, prot }),
  fc.record({ call: fc.constant('munmap' as const), at, length }),
  fc.record({ call: fc.constant('mprotect' as const), at, length, prot }),
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constant('madvise' as const),
      at,
      length,
      advice: fc.constantFrom('HUGEPAGE', 'NOHUGEPAGE', 'DONTNEED', 'FREE', 'COLLAPSE'),
    }),
  },
  fc.record({ call: fc.constant('mremap' as const), at, length, to: at }),
  fc.constant({ call: 'fork' as const }),
  fc.record({ call: fc.constant('move_pages' as const), at }),
  fc.constant({ call: 'getppid' as const }),
);
const begin: readonly CountedCall[] = [
  { call: 'mmap', at: 'a', length: '3 H' },
  { call: 'madvise', at: 'a', length: '2 H', advice: 'HUGEPAGE' },
  { call: 'mmap', at: 'b', length: '2 H' },
  { call: 'store', at: 'a', length: 'H' },
];
const operations = fc
  .record({ setUp: fc.array(call, { maxLength: 4 }), counted: fc.array(call, { minLength: 1, maxLength: 4 }) })
  .map(({ setUp, counted }): CountedOperation => ({
    name: 'any',
    says: 'Anything.',
    setUp: [...begin, ...setUp],
    counted,
  }));

/** Three runs that must not differ: the plain form, the stepwise one, and another store. */
function thrice(
  operation: CountedOperation,
  more: Partial<MeasureOptions>,
  arch: (typeof archs)[number],
): [Measured, string[]][] {
  const others: Partial<MeasureOptions>[] = [
    {},
    { form: 'stepwise' },
    { storeOf: (layout) => new MapStore((cell) => layout.initial(cell)) },
  ];
  return others.map((other) => {
    const seen: string[] = [];
    const watchSteps: NonNullable<MeasureOptions['watchSteps']> = () => (step, observed) =>
      seen.push(`${step.kind} ${observed}`);
    return [
      measure(arch, operation, { ...MEASURE_DEFAULTS, cpus: 3, geometry: SMALL, watchSteps, ...more, ...other }),
      seen,
    ];
  });
}

/** Do all of its calls succeed? One that fails on Linux is refused. */
function succeeds(operation: CountedOperation, arch: (typeof archs)[number]): boolean {
  try {
    measure(arch, operation, { ...MEASURE_DEFAULTS, cpus: 3, geometry: SMALL });
    return true;
  } catch (error) {
    if (error instanceof Mistake && /fails on Linux/.test(error.what)) return false;
    throw error;
  }
}

test(
  'any operation runs, its interrupts are the sum of their kinds, and two forms and two stores observe the same',
  () => {
    fc.assert(
      fc.property(
        operations,
        fc.constantFrom(...archs),
        fc.constantFrom(...MODES),
        fc.constantFrom(...KERNELS),
        (operation, arch, mode, kernel) => {
          fc.pre(succeeds(operation, arch));
          const [plain, stepwise, otherStore] = thrice(operation, { mode, configuration: kernelNamed(kernel) }, arch);
          expect(stepwise).toEqual(plain);
          expect(otherStore).toEqual(plain);
          const { columns, noPlainForm, notModelled } = plain![0];
          expect(notModelled).toBeUndefined(); // no operation comes to a limit
          expect(noPlainForm).toBeUndefined();
          expect(columns.ipis).toBeCloseTo(columns.tlbIpis + columns.syncIpis + columns.lazyExitIpis);
          for (const column of COLUMNS) expect(columns[column]).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 20), seed: 612 },
    );
  },
  PATIENCE,
);

test(
  'what touches no memory counts nothing',
  () => {
    for (const arch of archs) {
      for (const mode of MODES) {
        const { columns } = measure(
          arch,
          { name: 'quiet', says: 'Nothing.', setUp: [...begin], counted: [{ call: 'getppid' }] },
          { ...MEASURE_DEFAULTS, mode, geometry: SMALL },
        );
        expect(Object.values(columns)).toEqual([0, 0, 0, 0, 0, 0]);
      }
    }
  },
  PATIENCE,
);

describe('a call that fails on Linux is a mistake, unless the file expects it', () => {
  const run = (calls: readonly CountedCall[]): unknown =>
    measure(arm64, { name: 'any', says: 'Any.', setUp: [], counted: calls }, { ...MEASURE_DEFAULTS, geometry: SMALL });
  const page: CountedCall = { call: 'mmap', at: 'a', length: '2 page', prot: 'READ' };
  const hole: CountedCall = { call: 'munmap', at: 'a + page', length: 'page' };
  test.each<[string, readonly CountedCall[], CountedCall]>([
    ['SIGSEGV', [page], { call: 'store', at: 'a' }],
    ['SIGSEGV', [page, hole], { call: 'load', at: 'a + page' }],
    ['ENOMEM', [page, hole], { call: 'mprotect', at: 'a', length: '2 page', prot: 'NONE' }],
    ['ENOMEM', [page, hole], { call: 'madvise', at: 'a', length: '2 page', advice: 'DONTNEED' }],
    ['EFAULT', [page, hole], { call: 'mremap', at: 'a', length: '2 page', to: 'b' }],
  ])('%s after %j', (fails, before, call) => {
    expect(() => run([...before, call])).toThrow(`fails on Linux: ${fails}`);
    expect(() => run([...before, { ...call, fails } as CountedCall])).not.toThrow();
  });
  test('what is expected to fail has to', () =>
    expect(() => run([page, { call: 'load', at: 'a', fails: 'SIGSEGV' }])).toThrow(/does not fail with SIGSEGV/));
});
