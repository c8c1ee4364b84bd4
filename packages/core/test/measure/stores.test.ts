/** One set of programs on two stores: every step observes the same. And on the real shape of the tree. */
import { expect, test } from '@jest/globals';
import { measure, MEASURE_DEFAULTS, type Measured, type MeasureOptions } from '../../src/measure/measure.ts';
import { MODES, type Call, type CountedOperation } from '../../src/measure/operation.ts';
import { MapStore } from '../../src/machine/map-store.ts';
import type { Geometry } from '../../src/words/geometry.ts';
import { toyArch } from '../rig/toy-arch.ts';

/** Big enough for a reservation, small enough to be looked through block by block. */
const SMALL: Geometry = { pageShift: 12, bits: { pte: 2, pmd: 3, pud: 3, p4d: 0, pgd: 2 } };
const H = { at: 'a', length: 'H' } as const;
const huge: Call[] = [{ call: 'mmap', ...H }, { call: 'madvise', ...H, advice: 'HUGEPAGE' }, { call: 'store', at: 'a' }];
const small: Call[] = [{ call: 'mmap', ...H }, { call: 'store', ...H }];

const programs: readonly (readonly [name: string, setUp: readonly Call[], counted: readonly Call[]])[] = [
  ['split and zap', huge, [{ call: 'madvise', at: 'a + page', length: 'page', advice: 'DONTNEED' }, { call: 'load', ...H }, { call: 'munmap', ...H }]],
  ['collapse', small, [{ call: 'madvise', ...H, advice: 'COLLAPSE' }, { call: 'load', ...H }]],
  ['protect and write', small, [{ call: 'mprotect', ...H, prot: 'READ' }, { call: 'mprotect', ...H, prot: 'READ+WRITE' }, { call: 'store', ...H }]],
  ['move, huge and not', [...huge, { call: 'mmap', at: 'b', length: 'H' }, { call: 'store', at: 'b', length: 'H' }], [
    { call: 'mremap', ...H, to: 'c' }, { call: 'mremap', at: 'b', length: '2 page', to: 'd' }, { call: 'load', at: 'c', length: 'H' }, { call: 'load', at: 'd' },
  ]],
  ['fork, copy, exit', huge, [{ call: 'fork' }, { call: 'store', at: 'a' }, { call: 'exit' }, { call: 'store', at: 'a + page' }]],
  ['migrate', huge, [{ call: 'move_pages', at: 'a' }, { call: 'store', at: 'a' }]],
  ['free', small, [{ call: 'madvise', ...H, advice: 'FREE' }, { call: 'store', at: 'a' }]],
];

const run = ([name, setUp, counted]: (typeof programs)[number], more: Partial<MeasureOptions>): { measured: Measured; seen: string[] } => {
  const seen: string[] = [];
  const operation: CountedOperation = { name, says: '', setUp, counted };
  const measured = measure(toyArch(), operation, { ...MEASURE_DEFAULTS, cpus: 2, onStep: (step, observed) => seen.push(`${step.kind} ${observed}`), ...more });
  return { measured, seen };
};

test.each(programs)('%s: the sparse store observes what the plain one does', (...program) => {
  for (const mode of MODES) {
    const sparse = run(program, { mode, geometry: SMALL });
    const plain = run(program, { mode, geometry: SMALL, storeOf: (layout) => new MapStore((cell) => layout.initial(cell)) });
    expect(sparse.measured.notModelled).toBeUndefined();
    expect(sparse.seen).toEqual(plain.seen);
    expect(sparse.measured).toEqual(plain.measured);
    expect(sparse.seen.length).toBeGreaterThan(200);
  }
});

test.each(programs.filter(([name]) => name !== 'free'))('%s: the real shape of the tree ends, and counts the same interrupts', (...program) => {
  const real = run(program, { mode: 'spin3', repetitions: 1 }).measured;
  expect(real.notModelled).toBeUndefined();
  expect(real.columns.ipis).toBe(run(program, { mode: 'spin3', repetitions: 1, geometry: SMALL }).measured.columns.ipis);
});

test('equal runs count equally', () => {
  const twice = [1, 2].map(() => run(programs[0]!, { mode: 'lazy3' }));
  expect(twice[0]).toEqual(twice[1]);
});
