/** Pages on their way, met by everybody else: every interleaving on a toy, and what is found when a flush is left out. */
import { expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import {
  fork,
  madvise_dontneed,
  madvise_free,
  move_pages,
  mprotect,
  mremap_to,
  munmap,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { exploreSync, rig, USUAL_REDUCTIONS, type ArchSpec } from '../../src/testing.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { none } from '../../src/words/entry.ts';
import { entryRef, type Mm, type PteSlot, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

const LOST = 'no user store is lost';
const LIFE = ['no user access reaches a page after it was freed', 'no page table is used after it was freed'];
const DIRTY = 'every page that user code stored to is known to be dirty';
const planted = (layer: new () => Layer): ArchSpec => toyArch({ layers: [Toy, layer] });
const found = (arch: ArchSpec, story: Scenario): string[] => {
  const result = exploreSync(rig(arch, story, v6_1).system, {
    stopAtFirst: true,
    maxStates: 1e5,
    reduce: USUAL_REDUCTIONS,
  });
  expect([result.outcome === 'bound', result.bounded]).toEqual([false, 0]); // nobody gave up
  return [...result.violations.map((v) => v.claim), ...(result.deadlock ? ['deadlock'] : [])];
};

type Does = Scenario['threads'][number]['does'];
const beside = (
  thp: 'always' | 'never',
  does: Does,
  asks: readonly string[],
  more: Partial<Scenario> = {},
): Scenario => ({
  name: 'migration',
  title: 'a page moves beside something else',
  cpus: 2,
  areas: [{ from: 0, to: 2, thp }],
  asks,
  pool: { frames: 16, tables: 8 },
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        for (const n of [0, 1]) yield* user_store(cpu, s.page(n), n + 1);
      },
    },
  ],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does },
    {
      name: 'M',
      cpu: 1,
      runs: 0,
      *does(cpu, s) {
        yield* move_pages(cpu, s.mm, s.page(1));
      },
    },
  ],
  ...more,
});
const store: Does = function* (cpu, s) {
  yield* user_store(cpu, s.page(1), 9);
  yield* user_load(cpu, s.page(1));
};
const twoAreas: Partial<Scenario> = {
  areas: [
    { from: 0, to: 2, thp: 'always' },
    { from: 2, to: 4, thp: 'always' },
  ],
};
const copy: Partial<Scenario> = {
  mms: 2,
  forked: [1],
  areas: [
    { from: 0, to: 2, thp: 'never' },
    { mm: 1, from: 0, to: 2, thp: 'never' },
  ],
};

const protect: Does = function* (cpu, s) {
  yield* mprotect(cpu, s.mm, s.page(1), s.page(2), 'none');
};
const unmap: Does = function* (cpu, s) {
  yield* munmap(cpu, s.mm, s.page(1), s.page(2));
};
const zap: Does = function* (cpu, s) {
  yield* madvise_dontneed(cpu, s.mm, 0, s.hugePageSize);
};
const free: Does = function* (cpu, s) {
  yield* madvise_free(cpu, s.mm, s.page(1), s.page(2));
};
test.each([
  ['a store', 'never', store, [LOST, DIRTY, ...LIFE]],
  ['a store', 'always', store, [LOST, DIRTY, ...LIFE]],
  ['MADV_DONTNEED', 'never', zap, LIFE],
  ['MADV_DONTNEED', 'always', zap, LIFE],
  ['munmap of the page', 'never', unmap, LIFE],
  ['munmap of a half of it', 'always', unmap, LIFE],
  ['mprotect of the page', 'never', protect, [LOST, ...LIFE]],
  ['MADV_FREE of the page', 'never', free, [LOST, ...LIFE]],
] as const)(
  'a page moves beside %s (huge pages: %s): nothing breaks, and nobody gives up',
  (_name, thp, does, asks) => {
    expect(found(toyArch(), beside(thp, does, asks))).toEqual([]);
  },
);
test('a huge page moves while mremap takes it elsewhere: it arrives where the entry stands by then', () =>
  expect(
    found(
      toyArch(),
      beside(
        'always',
        function* (cpu, s) {
          yield* mremap_to(cpu, s.mm, 0, s.hugePageSize, s.area(1));
          yield* user_load(cpu, s.page(3));
        },
        LIFE,
        twoAreas,
      ),
    ),
  ).toEqual([]));
test('a page moves while fork copies its entry: both find it in the end', () =>
  expect(
    found(
      toyArch(),
      beside(
        'never',
        function* (cpu, s) {
          yield* fork(cpu, s.mmOf(1));
        },
        [LOST, ...LIFE],
        copy,
      ),
    ),
  ).toEqual([]));

class NoFlushOfPages implements Layer {
  *ptep_clear_flush(cpu: Cpu, _vma: Vma, _addr: number, ptep: PteSlot): Op<number> {
    return yield* cpu.xchg(entryRef(ptep), none);
  }
}
test('without the flush a store goes to the page that was left behind', () =>
  expect(found(planted(NoFlushOfPages), beside('never', store, [LOST]))).toEqual([LOST]));

/** The other half of the huge page is stored to while this half is given up. */
const freeHalf = (asks: readonly string[]): Scenario =>
  beside(
    'always',
    function* (cpu, s) {
      yield* user_store(cpu, s.page(1), 9);
    },
    asks,
    {
      threads: [
        {
          name: 'U',
          cpu: 0,
          runs: 0,
          *does(cpu, s) {
            yield* user_store(cpu, s.page(1), 9);
          },
        },
        {
          name: 'F',
          cpu: 1,
          runs: 0,
          *does(cpu, s) {
            yield* madvise_free(cpu, s.mm, 0, s.page(1));
          },
        },
      ],
    },
  );
test('MADV_FREE of half a huge page beside a store to the other half: that half stays known to be dirty', () =>
  expect(found(toyArch(), freeHalf([LOST, DIRTY, ...LIFE]))).toEqual([]));

class NoFlushOfAreas implements Layer {
  *flush_tlb_range(_cpu: Cpu, _vma: Vma, _start: number, _end: number): Op {}
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}
}
test('munmap of half an area without a flush: user code reaches the page that was freed', () => {
  const story = beside('never', store, LIFE, {
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: store },
      {
        name: 'M',
        cpu: 1,
        runs: 0,
        *does(cpu, s) {
          yield* munmap(cpu, s.mm, s.page(1), s.page(2));
        },
      },
    ],
  });
  expect(found(toyArch(), story)).toEqual([]);
  expect(found(planted(NoFlushOfAreas), story)).toEqual([LIFE[0]]);
});
