/** Forks and address spaces that die, with others about: every interleaving, and what is found when a part is left out. */
import { describe, expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { context_switch, exit_mm, fork, user_load, user_store } from '../../src/kernel/index.ts';
import { auditAccesses, exploreSync, rig, type ArchSpec } from '../../src/testing.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Mm, PteSlot, Vma } from '../../src/words/objects.ts';
import { entryRef } from '../../src/words/objects.ts';
import { none } from '../../src/words/entry.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

const LOST = 'no user store is lost';
const planted = (layer: new () => Layer): ArchSpec => toyArch({ layers: [Toy, layer] });
const found = (arch: ArchSpec, story: Scenario): string[] => {
  const result = exploreSync(rig(arch, story, v6_1).system, { stopAtFirst: true, maxStates: 2e6 });
  expect(result.outcome).not.toBe('bound');
  return [...result.violations.map((v) => v.claim), ...(result.deadlock ? ['deadlock'] : [])];
};

/** P forks while another thread of it writes; the copy writes to its page, and both read what they wrote. */
const forkBesideStore = (thp: 'always' | 'never'): Scenario => ({
  name: 'fork',
  title: 'fork beside a store',
  cpus: 3,
  mms: 2,
  forked: [1],
  areas: [
    { from: 0, to: thp === 'always' ? 2 : 1, thp },
    { mm: 1, from: 0, to: thp === 'always' ? 2 : 1, thp },
  ],
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 1);
      },
    },
    {
      cpu: 1,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 2);
      },
    },
  ],
  threads: [
    {
      name: 'P',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        return yield* fork(cpu, s.mmOf(1));
      },
    },
    {
      name: 'U',
      cpu: 1,
      runs: 0,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 3);
      },
    },
    {
      name: 'C',
      cpu: 2,
      runs: 1,
      *does(cpu, s) {
        return yield* user_load(cpu, s.page(0));
      },
    },
  ],
  asks: [LOST, 'no user access reaches a page after it was freed', 'no page table is used after it was freed'],
});

class ForkWithoutFlush implements Layer {
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}
}
class CopiesWithoutFlush implements Layer {
  *ptep_clear_flush(cpu: Cpu, _vma: Vma, _addr: number, ptep: PteSlot): Op<number> {
    return yield* cpu.xchg(entryRef(ptep), none);
  }
}

describe('fork beside a store of another thread', () => {
  test.each(['never', 'always'] as const)('the copy keeps what it had (huge pages: %s)', (thp) =>
    expect(found(toyArch(), forkBesideStore(thp))).toEqual([]),
  );
  test('without the flush of the parent its threads write into the copy', () =>
    expect(found(planted(ForkWithoutFlush), forkBesideStore('never'))).toEqual([LOST]));
});

/** Two threads share a page with the copy; one writes, the other reads. */
const copyBesideLoad: Scenario = {
  ...forkBesideStore('never'),
  name: 'copy',
  title: 'copy on write beside a load',
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        yield* user_store(cpu, s.page(0), 1);
        return yield* fork(cpu, s.mmOf(1));
      },
    },
    {
      cpu: 1,
      *does(cpu, s) {
        return yield* user_load(cpu, s.page(0));
      },
    },
  ],
  threads: [
    {
      name: 'W',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 5);
      },
    },
    {
      name: 'R',
      cpu: 1,
      runs: 0,
      *does(cpu, s) {
        return yield* user_load(cpu, s.page(0));
      },
    },
    {
      name: 'C',
      cpu: 2,
      runs: 1,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 6);
      },
    },
  ],
};

describe('copy on write beside a load of another thread', () => {
  test('nobody reads the old page when another reads the new one', () =>
    expect(found(toyArch(), copyBesideLoad)).toEqual([]));
  test('without the flush of ptep_clear_flush somebody does', () =>
    expect(found(planted(CopiesWithoutFlush), copyBesideLoad)).toEqual([LOST]));
});

/** Two threads of a process exit, on two CPUs; one CPU goes on with another process. */
const exits: Scenario = {
  name: 'exits',
  title: 'two threads exit',
  cpus: 2,
  mms: 2,
  areas: [{ from: 0, to: 1, thp: 'never' }],
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        return yield* user_store(cpu, s.page(0), 1);
      },
    },
  ],
  threads: [
    {
      name: 'A',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        yield* exit_mm(cpu, s.mm);
        return yield* context_switch(cpu, undefined);
      },
    },
    {
      name: 'B',
      cpu: 1,
      runs: 0,
      *does(cpu, s) {
        yield* exit_mm(cpu, s.mm);
        return yield* context_switch(cpu, s.mmOf(1));
      },
    },
  ],
  asks: ['no page table is used after it was freed', 'pgd_free: *'],
};

test('whoever exits last takes the address space down, once', () => expect(found(toyArch(), exits)).toEqual([]));

test.each([forkBesideStore('always'), copyBesideLoad, exits].map((s) => [s.name, s] as const))(
  'steps of %s touch only what they may',
  (_name, story) => {
    expect(auditAccesses(rig(toyArch(), story, v6_1).system, 20_000)).toEqual([]);
  },
);
