/** Every watcher with a bug planted for it: it speaks when the bug is there, and is silent when it is not. */
import { describe, expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { exploreSync, rig, watches, type ArchSpec } from '../../src/testing.ts';
import type { Va } from '../../src/words/address.ts';
import { ipiHandler, type Cpu } from '../../src/words/cpu.ts';
import { tableOf, type Table } from '../../src/words/entry.ts';
import type { MmuGather } from '../../src/words/mmu_gather.ts';
import { entryRef, type PmdSlot, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import {
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  madvise_free,
  mm_find_pmd,
  split_huge_pmd_address,
  task_numa_work,
  user_store,
} from '../../src/kernel/index.ts';
import type { Configuration, Scenario, Story } from '../../src/workload/scenario.ts';
import { storeBeside, Toy, toyArch, v6_1 } from './toy-arch.ts';

const claimOf = (breach: string): string => watches.find((w) => w.breach === breach)!.claim;
const broken = (spec: ArchSpec, story: Scenario, claim: string, configuration: Configuration = v6_1): string[] =>
  exploreSync(rig(spec, { ...story, asks: [claim] }, configuration).system, {
    stopAtFirst: true,
    maxStates: 1e6,
  }).violations.map((v) => v.claim);
const planted = (layer: new () => Layer): ArchSpec => toyArch({ layers: [Toy, layer] });

class NoFlush implements Layer {
  *flush_tlb_range(_cpu: Cpu, _vma: Vma): Op {}
}
class FreesTablesAtOnce implements Layer {
  *tlb_remove_table(cpu: Cpu, _tlb: MmuGather, table: Table): Op {
    yield* cpu.free_table(table);
  }
}
class FreesTwice implements Layer {
  *__tlb_remove_table(cpu: Cpu, table: Table): Op {
    yield* cpu.free_table(table);
    yield* cpu.free_table(table);
  }
}
class LeavesThePmd implements Layer {
  *pmdp_collapse_flush(cpu: Cpu, _vma: Vma, _address: Va, pmdp: PmdSlot): Op<number> {
    return yield* cpu.load(entryRef(pmdp));
  }
}
class InterruptsWithItsOwnOff implements Layer {
  *tlb_remove_table_sync_one(cpu: Cpu): Op {
    yield* cpu.local_irq_save();
    yield* cpu.smp_call_function_many(cpu.online, ipiHandler('rude'), {});
    yield* cpu.local_irq_restore();
  }
}
class Refused implements Layer {
  *pmd_clear(cpu: Cpu, pmdp: PmdSlot): Op {
    yield* cpu.refuse_if(true, 'nobody clears a PMD');
    yield* cpu.store(entryRef(pmdp), 0);
  }
}

describe.each([
  ['table-uaf', storeBeside('munmap'), FreesTablesAtOnce],
  ['page-uaf', storeBeside('dontneed'), NoFlush],
  ['lost-write', storeBeside('collapse'), NoFlush],
  ['double-free', storeBeside('munmap'), FreesTwice],
  ['bug', storeBeside('collapse'), LeavesThePmd],
  ['deadlock', storeBeside('collapse'), InterruptsWithItsOwnOff],
  ['hyp-fault', storeBeside('munmap'), Refused],
] as const)('%s', (breach, story, layer) => {
  test('is found with the bug', () =>
    expect(broken(planted(layer), story, claimOf(breach))).toEqual([claimOf(breach)]));
  test('is not found without it', () => expect(broken(toyArch(), story, claimOf(breach))).toEqual([]));
});

test('stale-pin: GUP-fast that does not compare the PMD again, where a flush excludes no walker', () => {
  const story: Scenario = {
    ...storeBeside('collapse'),
    threads: [
      {
        name: 'G',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
        },
      },
      {
        name: 'K',
        cpu: 1,
        runs: 'kernel',
        *does(cpu, s) {
          yield* khugepaged_collapse(cpu, s.mm, 0);
        },
      },
    ],
  };
  const old: Configuration = { release: 'v5.8', says: '' };
  expect(broken(toyArch(), story, claimOf('stale-pin'), old)).toEqual([claimOf('stale-pin')]);
  expect(broken(toyArch(), story, claimOf('stale-pin'), { ...old, with: ['gup_fast_rechecks_pmd'] })).toEqual([]);
});

test('wrong-type-walk: a pointer to a huge PMD that is used after the PMD became a table', () => {
  const story = (again: boolean): Scenario => ({
    ...storeBeside('dontneed'),
    setup: [
      ...storeBeside('dontneed').setup,
      {
        cpu: 0,
        *does(cpu, s) {
          yield* khugepaged_collapse(cpu, s.mm, 0);
        },
      },
    ],
    threads: [
      {
        name: 'W',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          const pmdp = yield* mm_find_pmd(cpu, s.mm, 0);
          if (!pmdp) return;
          const pmd = yield* cpu.read_lockless(pmdp);
          if (pmd === 0 || tableOf(pmd) === 0) return;
          if (again) yield* cpu.read_typed(pmdp, 'leaf');
        },
      },
      {
        name: 'Z',
        cpu: 1,
        runs: 0,
        *does(cpu, s) {
          yield* madvise_dontneed(cpu, s.mm, 0, s.hugePageSize);
          yield* user_store(cpu, s.page(0), 4);
        },
      },
    ],
  });
  expect(broken(toyArch(), story(true), claimOf('wrong-type-walk'))).toEqual([claimOf('wrong-type-walk')]);
  expect(broken(toyArch(), story(false), claimOf('wrong-type-walk'))).toEqual([]);
});

/** One thread changes a huge page, another removes or uses it. */
const huge = (
  a: (cpu: Cpu, s: Story) => Op<unknown>,
  b: (cpu: Cpu, s: Story) => Op<unknown>,
  setup: (cpu: Cpu, s: Story) => Op<unknown>,
): Scenario => ({
  ...storeBeside('dontneed'),
  areas: [{ from: 0, to: 2, thp: 'always' }],
  setup: [{ cpu: 0, does: setup }],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does: a },
    { name: 'B', cpu: 1, runs: 0, does: b },
  ],
});
const wrote = (cpu: Cpu, s: Story): Op<unknown> => user_store(cpu, s.page(0), 1);

test('missed-unmap: an entry that reads as none while its protection is changed', () => {
  class EmptiesForAMoment implements Layer {
    *pmdp_invalidate_ad(cpu: Cpu, _vma: Vma, _address: Va, pmdp: PmdSlot): Op<number> {
      return yield* cpu.xchg(entryRef(pmdp), 0);
    }
  }
  const story = huge(
    (cpu, s) => task_numa_work(cpu, s.mm, 0, s.hugePageSize),
    (cpu, s) => madvise_dontneed(cpu, s.mm, 0, s.hugePageSize),
    wrote,
  );
  expect(broken(planted(EmptiesForAMoment), story, claimOf('missed-unmap'))).toEqual([claimOf('missed-unmap')]);
  expect(broken(toyArch(), story, claimOf('missed-unmap'))).toEqual([]);
});

test('lost-dirty: an entry that is read, then overwritten', () => {
  class OneExchange implements Layer {
    *pmdp_establish(cpu: Cpu, _vma: Vma, _address: Va, pmdp: PmdSlot, pmd: number): Op<number> {
      return yield* cpu.xchg(entryRef(pmdp), pmd);
    }
  }
  // MADV_FREE makes the page clean; the first store after it sets dirty again.
  function* cleaned(cpu: Cpu, s: Story): Op<unknown> {
    yield* wrote(cpu, s);
    return yield* madvise_free(cpu, s.mm, 0, s.hugePageSize);
  }
  const story = huge(
    (cpu, s) => split_huge_pmd_address(cpu, s.area(0), 0),
    (cpu, s) => user_store(cpu, s.page(1), 5),
    cleaned,
  );
  expect(broken(toyArch(), story, claimOf('lost-dirty'))).toEqual([claimOf('lost-dirty')]);
  expect(broken(planted(OneExchange), story, claimOf('lost-dirty'))).toEqual([]);
});
