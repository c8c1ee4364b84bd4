/** Operations that come by much of the kernel code, and how tests measure them on the toy architecture. */
import type { ArchSpec } from '../../src/arch/declaration.ts';
import { measure, MEASURE_DEFAULTS, type Measured, type MeasureOptions } from '../../src/measure/measure.ts';
import type { CountedCall, CountedOperation } from '../../src/measure/operation.ts';
import type { Geometry } from '../../src/words/geometry.ts';
import { toyArch } from '../rig/toy-arch.ts';

/** Big enough for a reservation, small enough to be looked through block by block. */
export const SMALL: Geometry = { pageShift: 12, bits: { pte: 2, pmd: 3, pud: 3, p4d: 0, pgd: 2 } };
const H = { at: 'a', length: 'H' } as const;
const huge: CountedCall[] = [
  { call: 'mmap', ...H },
  { call: 'madvise', ...H, advice: 'HUGEPAGE' },
  { call: 'store', at: 'a' },
];
const small: CountedCall[] = [
  { call: 'mmap', ...H },
  { call: 'store', ...H },
];

type Program = readonly [name: string, setUp: readonly CountedCall[], counted: readonly CountedCall[]];
export const programs: readonly Program[] = [
  [
    'split and zap',
    huge,
    [
      { call: 'madvise', at: 'a + page', length: 'page', advice: 'DONTNEED' },
      { call: 'load', ...H },
      { call: 'munmap', ...H },
    ],
  ],
  [
    'collapse',
    small,
    [
      { call: 'madvise', ...H, advice: 'COLLAPSE' },
      { call: 'load', ...H },
    ],
  ],
  [
    'protect and write',
    small,
    [
      { call: 'mprotect', ...H, prot: 'READ' },
      { call: 'mprotect', ...H, prot: 'READ+WRITE' },
      { call: 'store', ...H },
    ],
  ],
  [
    'move, huge and not',
    [...huge, { call: 'mmap', at: 'b', length: 'H' }, { call: 'store', at: 'b', length: 'H' }],
    [
      { call: 'mremap', ...H, to: 'c' },
      { call: 'mremap', at: 'b', length: '2 page', to: 'd' },
      { call: 'load', at: 'c', length: 'H' },
      { call: 'load', at: 'd' },
    ],
  ],
  [
    'fork, copy, exit',
    huge,
    [{ call: 'fork' }, { call: 'store', at: 'a' }, { call: 'exit' }, { call: 'store', at: 'a + page' }],
  ],
  [
    'migrate',
    huge,
    [
      { call: 'move_pages', at: 'a' },
      { call: 'store', at: 'a' },
    ],
  ],
  [
    'free',
    small,
    [
      { call: 'madvise', ...H, advice: 'FREE' },
      { call: 'store', at: 'a' },
    ],
  ],
];

/** Measures a program, and notes what every step observed. */
export function run(
  [name, setUp, counted]: Program,
  more: Partial<MeasureOptions>,
  arch: ArchSpec = toyArch(),
): { measured: Measured; seen: string[] } {
  const seen: string[] = [];
  const operation: CountedOperation = { name, says: '', setUp, counted };
  const watchSteps = (): ((step: { kind: string }, observed: number) => void) => {
    seen.length = 0;
    return (step, observed) => seen.push(`${step.kind} ${observed}`);
  };
  return { measured: measure(arch, operation, { ...MEASURE_DEFAULTS, cpus: 2, watchSteps, ...more }), seen };
}
