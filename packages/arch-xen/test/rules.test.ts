/** Each rule of the hypervisor is broken once, on purpose, and named. The same stories without the bug are clean. */
import { describe, expect, jest, test } from '@jest/globals';
import {
  below,
  entryRef,
  Generic,
  inject,
  mkLeaf,
  mkTable,
  mmCells,
  none,
  switch_mm,
  tableOf,
  type Cpu,
  type Layer,
  type LayerClass,
  type Mm,
  type MmHooks,
  type MmuGather,
  type Op,
  type PmdSlot,
  type Table,
  type Va,
} from '@shootdown/core/plugin';
import type { Scenario } from '@shootdown/core';
import { xenPv } from '../src/index.ts';
import { Hypervisor, mmu_update } from '../src/hypervisor.ts';
import { RULES, type RuleName } from '../src/rules.ts';
import { exec, exit, fault, fork, outcomeOf, planted, teardown } from './stories.ts';

jest.setTimeout(60_000); // explorations, on slow machines too

const generic = new Generic();

class PinsWithoutMakingReadOnly implements Layer {
  constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}
  *arch_dup_mmap(cpu: Cpu, _oldmm: Mm, mm: Mm): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    yield* this.xen.perform(cpu, { op: 'pin', table: pgd, level: 'pgd' });
  }
}

class LinksWithoutHandingOver implements Layer {
  constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}
  *pmd_populate(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, table: Table): Op {
    yield* this.xen.issue(cpu, mmu_update(pmdp, mkTable(table)));
  }
}

class RunsWithoutPinning implements Layer {
  *activate_mm(cpu: Cpu, prev: Mm | undefined, next: Mm): Op {
    yield* switch_mm(cpu, prev, next);
  }
}

class LinksTheTopTable implements Layer {
  constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}
  *pmd_populate(cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    yield* this.xen.issue(cpu, mmu_update(pmdp, mkTable(pgd)));
  }
}

class MapsAHugePage implements Layer {
  constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}
  *pmd_populate(cpu: Cpu, _mm: Mm, pmdp: PmdSlot): Op {
    yield* this.xen.issue(cpu, mmu_update(pmdp, mkLeaf(2, 1)));
  }
}

class TakesBackBeforeUnpinning implements Layer {
  constructor(
    @below() private readonly pv: MmHooks,
    @inject(Hypervisor) private readonly xen: Hypervisor,
  ) {}
  *pte_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* this.xen.issue(cpu, { op: 'writable', table });
    yield* this.pv.pte_free_tlb(cpu, tlb, table, addr);
  }
}

class ClearsByAPlainStore implements Layer {
  *pmd_clear(cpu: Cpu, pmdp: PmdSlot): Op {
    yield* cpu.store(entryRef(pmdp), none);
  }
}

/** Makes the lowest table of a copied tree read-only before it takes the lock. */
class PinsBesideTheLock implements Layer {
  constructor(
    @below() private readonly pv: MmHooks,
    @inject(Hypervisor) private readonly xen: Hypervisor,
  ) {}
  *arch_dup_mmap(cpu: Cpu, oldmm: Mm, mm: Mm): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    const upper = yield* cpu.read_entry({ level: 'pgd', table: pgd, index: 0 });
    const pmd = yield* cpu.read_entry({ level: 'pmd', table: tableOf(upper), index: 0 });
    yield* this.xen.perform(cpu, { op: 'read-only', table: tableOf(pmd) });
    yield* this.pv.arch_dup_mmap(cpu, oldmm, mm);
  }
}

class PinsTwice implements Layer {
  constructor(
    @below() private readonly pv: MmHooks,
    @inject(Hypervisor) private readonly xen: Hypervisor,
  ) {}
  *pmd_populate(cpu: Cpu, mm: Mm, pmdp: PmdSlot, table: Table): Op {
    yield* this.pv.pmd_populate(cpu, mm, pmdp, table);
    yield* this.xen.issue(cpu, { op: 'pin', table, level: 'pte' });
  }
}

class UnpinsUpperTables implements Layer {
  constructor(
    @below() private readonly pv: MmHooks,
    @inject(Hypervisor) private readonly xen: Hypervisor,
  ) {}
  *pmd_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* this.xen.issue(cpu, { op: 'unpin', table });
    yield* this.pv.pmd_free_tlb(cpu, tlb, table, addr);
  }
}

class FreesWithoutTakingBack implements Layer {
  *pte_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* generic.pte_free_tlb(cpu, tlb, table, addr);
  }
}

const bugs: readonly (readonly [RuleName, LayerClass | string, Scenario])[] = [
  ['pin read-only', PinsWithoutMakingReadOnly, fork],
  ['link read-only', LinksWithoutHandingOver, fault],
  ['load validated', RunsWithoutPinning, exec],
  ['one type', LinksTheTopTable, fault],
  ['no huge pages', MapsAHugePage, fault],
  ['writable when unused', TakesBackBeforeUnpinning, teardown],
  ['root unloaded first', 'xen_drops_by_mm_cpumask', exit], // a bug that Linux had until 2.6.24
  ['upper by hypercall', ClearsByAPlainStore, teardown],
  ['pinned under lock', PinsBesideTheLock, fork],
  ['pin once', PinsTwice, fault],
  ['unpin once', UnpinsUpperTables, teardown],
  ['freed writable', FreesWithoutTakingBack, teardown],
];

test('every rule has its bug', () => {
  expect(bugs.map(([name]) => name)).toEqual(RULES.map(({ name }) => name));
});

test.each(bugs)('%s', async (name, bug, scenario) => {
  const outcome =
    typeof bug === 'string' ? await outcomeOf(xenPv, scenario, [bug]) : await outcomeOf(planted(bug), scenario);
  expect(outcome).toBe(RULES.find((r) => r.name === name)?.says);
});

describe('without the bug the hypervisor refuses nothing', () => {
  test.each([exec, exit, fault, fork, teardown])('$name', async (scenario) => {
    expect(await outcomeOf(xenPv, scenario)).toBe('clean');
  });
});
