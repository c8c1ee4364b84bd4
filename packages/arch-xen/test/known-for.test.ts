/** What Xen PV is known for. */
import { describe, expect, jest, test } from '@jest/globals';
import { judgeScenario, mm_find_pmd, pte_offset_map_lock, pte_unlock, type Scenario } from '@shootdown/core';
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  F,
  flush_tlb_range,
  inject,
  pageCells,
  pte_dirty,
  pte_pfn,
  pte_wrprotect,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  set_pte_at,
  withoutFlags,
  type Cpu,
  type Layer,
  type Mm,
  type Op,
  type Pte,
  type PteSlot,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { x86Paravirt } from '@shootdown/arch-x86';
import { races } from '@shootdown/workloads';
import { xenPv } from '../src/index.ts';
import { Hypervisor, mmu_update } from '../src/hypervisor.ts';
import { frequencyOf, outcomeOf, planted, store, story } from './stories.ts';

jest.setTimeout(60_000); // explorations, on slow machines too

/** The place of page 0, its table locked. */
function* lockPage0(cpu: Cpu, mm: Mm): Op<PteSlot> {
  const pmdp = yield* mm_find_pmd(cpu, mm, 0);
  return yield* pte_offset_map_lock(cpu, mm, pmdp!, 0);
}

const outcomeOfRace = async (id: string, variant: 'before' | 'after'): Promise<string> => {
  const race = races.find((r) => r.id === id)!;
  return (await judgeScenario(xenPv, race.scenario, race[variant], variant, { maxStates: 500_000 })).outcome;
};

describe('races of the past', () => {
  test.each(['irq-off-without-ipi-flush', 'pv-flush-vs-gup-fast', 'xen-stale-cr3-unpin'])(
    '%s: violates before its fix, not after',
    async (id) => {
      expect(await outcomeOfRace(id, 'before')).toBe('violates');
      expect(await outcomeOfRace(id, 'after')).toBe('clean');
    },
  );

  test('a table that becomes ordinary memory is flushed for by Xen: to free tables before the flush does no harm', async () => {
    expect(await outcomeOfRace('tables-freed-before-tlb-flush', 'before')).toBe('clean');
  });
});

describe('a flush', () => {
  const flush = story(
    'flush',
    [
      function* (cpu, s) {
        yield* flush_tlb_range(cpu, s.area(0), s.page(0), s.page(2));
      },
      store(1, 2),
    ],
    [{ does: store(0, 1) }],
  );

  test('interrupts nobody', async () => {
    expect(await frequencyOf(x86Paravirt, 'flush_tlb_range', 'the other CPUs were interrupted', flush)).toBe('always');
    expect(await frequencyOf(xenPv, 'flush_tlb_range', 'the other CPUs were interrupted', flush)).toBe('never');
  });
});

describe('changing the protection of a page', () => {
  const change: Scenario = story(
    'change',
    [
      function* (cpu, s) {
        const ptep = yield* lockPage0(cpu, s.mm);
        const old = yield* ptep_modify_prot_start(cpu, s.area(0), 0, ptep);
        yield* ptep_modify_prot_commit(cpu, s.area(0), 0, ptep, old, pte_wrprotect(old));
        const data = yield* cpu.load(pageCells.data(pte_pfn(old)));
        const now = yield* cpu.read_entry(ptep);
        yield* cpu.bug_on(data === 2 && !pte_dirty(now), 'a page that was stored to is clean');
        yield* pte_unlock(cpu, ptep);
      },
      store(0, 2),
    ],
    [
      { does: store(0, 1) },
      {
        *does(cpu, s) {
          const ptep = yield* lockPage0(cpu, s.mm);
          const pte = yield* cpu.read_entry(ptep);
          yield* set_pte_at(cpu, s.mm, 0, ptep, withoutFlags(pte, F.DIRTY));
          yield* pte_unlock(cpu, ptep);
          yield* flush_tlb_range(cpu, s.area(0), s.page(0), s.page(1));
        },
      },
    ],
  );

  class CommitsOverTheEntry implements Layer {
    constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}
    *ptep_modify_prot_commit(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, _old: Pte, pte: Pte): Op {
      yield* this.xen.issue(cpu, mmu_update(ptep, pte));
    }
  }

  test('never shows none to others', async () => {
    expect(await frequencyOf(x86Paravirt, 'ptep_modify_prot_start', 'the PTE reads as none to others', change)).toBe(
      'always',
    );
    expect(await frequencyOf(xenPv, 'ptep_modify_prot_start', 'the PTE reads as none to others', change)).toBe('never');
  });

  test('keeps what hardware sets meanwhile, because the request says so', async () => {
    expect(await outcomeOf(xenPv, change)).toBe('clean');
    expect(await outcomeOf(planted(CommitsOverTheEntry), change)).toBe('a page that was stored to is clean');
  });
});

test('in a lazy section updates wait until its end', async () => {
  const clearing = (lazy: boolean) =>
    story(
      'clearing',
      [
        function* (cpu, s) {
          const ptep = yield* lockPage0(cpu, s.mm);
          if (lazy) yield* arch_enter_lazy_mmu_mode(cpu);
          yield* set_pte_at(cpu, s.mm, 0, ptep, 0);
          if (lazy) yield* arch_leave_lazy_mmu_mode(cpu);
          const now = yield* cpu.read_entry(ptep);
          yield* cpu.bug_on(now !== 0, 'the update is lost');
          yield* pte_unlock(cpu, ptep);
        },
      ],
      [{ does: store(0, 1) }],
    );
  const onReturn = (lazy: boolean) =>
    frequencyOf(xenPv, 'set_pte_at', 'the new PTE is in memory on return', clearing(lazy));
  expect(await onReturn(false)).toBe('always');
  expect(await onReturn(true)).toBe('never');
  expect(await outcomeOf(xenPv, clearing(true))).toBe('clean');
});
