/** Hooks broken on purpose, one at a time. */
import {
  below,
  CAREFUL,
  cpuBit,
  entryRef,
  F,
  mmCells,
  none,
  pmd_clear,
  pte_wrprotect,
  tableCells,
  TLB_FLUSH_ALL,
  type Cpu,
  type Layer,
  type LayerClass,
  type MachineSpec,
  type Mm,
  type MmHooks,
  type MmuGather,
  type Op,
  type Pmd,
  type PmdSlot,
  type Pte,
  type PteSlot,
  type Table,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';

/** A way to be wrong, and the machines on which it is one. */
export interface Bug {
  /** What the broken architecture does. */
  readonly name: string;
  readonly layer: LayerClass;
  readonly isOne: (machine: MachineSpec) => boolean;
  /** The story that shows it. */
  readonly shownBy: string;
}

const everywhere = (): boolean => true;
/** Flushes are hooks of their own; a hash table is flushed as part of every change. */
const hasFlushes = (m: MachineSpec): boolean => m.shootdown !== 'hash table';
const broadcasts = (m: MachineSpec): boolean => m.shootdown === 'broadcast';
const interrupts = (m: MachineSpec): boolean => m.shootdown === 'ipi';
/** A CPU may fault from a translation that lacks a right, and from the same one again. */
const keepsFaulting = ({ insufficientRights: rule = CAREFUL }: MachineSpec): boolean =>
  rule.does !== 'walks again' && !rule.faultForgets;

class FlushesNothing implements Layer {
  *flush_tlb_page(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}
  *flush_tlb_range(_cpu: Cpu, _vma: Vma, _start: Va, _end: Va): Op {}
  *flush_pmd_tlb_range(_cpu: Cpu, _vma: Vma, _start: Va, _end: Va): Op {}
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}
  *tlb_flush(_cpu: Cpu, _tlb: MmuGather): Op {}
}

/** Everything is invalidated, some time. */
function* invalidateLater(cpu: Cpu, mm: Mm): Op {
  yield* cpu.tlbi_broadcast({ asid: mm.id, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
}
class DoesNotWait implements Layer {
  *flush_tlb_page(cpu: Cpu, vma: Vma, _addr: Va): Op {
    yield* invalidateLater(cpu, vma.mm);
  }
  *flush_tlb_range(cpu: Cpu, vma: Vma, _start: Va, _end: Va): Op {
    yield* invalidateLater(cpu, vma.mm);
  }
  *flush_pmd_tlb_range(cpu: Cpu, vma: Vma, _start: Va, _end: Va): Op {
    yield* invalidateLater(cpu, vma.mm);
  }
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* invalidateLater(cpu, mm);
  }
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    yield* invalidateLater(cpu, tlb.mm);
  }
}

/** The present CPU only. */
function* invalidateHere(cpu: Cpu, mm: Mm): Op {
  yield* cpu.flush_local({ asid: mm.id, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
}
class FlushesItselfOnly implements Layer {
  *flush_tlb_page(cpu: Cpu, vma: Vma, _addr: Va): Op {
    yield* invalidateHere(cpu, vma.mm);
  }
  *flush_tlb_range(cpu: Cpu, vma: Vma, _start: Va, _end: Va): Op {
    yield* invalidateHere(cpu, vma.mm);
  }
  *flush_pmd_tlb_range(cpu: Cpu, vma: Vma, _start: Va, _end: Va): Op {
    yield* invalidateHere(cpu, vma.mm);
  }
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* invalidateHere(cpu, mm);
  }
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    yield* invalidateHere(cpu, tlb.mm);
  }
}

class LosesDirtyOnClear implements Layer {
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<Pte> {
    const pte = yield* cpu.read_entry(ptep);
    yield* cpu.store(entryRef(ptep), none);
    return pte;
  }
}

class LosesDirtyOnWrprotect implements Layer {
  *ptep_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    const pte = yield* cpu.read_entry(ptep);
    yield* cpu.store(entryRef(ptep), pte_wrprotect(pte));
  }
}

class LosesDirtyOnProtect implements Layer {
  *ptep_modify_prot_start(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* cpu.read_entry(ptep);
  }
  *ptep_modify_prot_commit(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, _old: Pte, pte: Pte): Op {
    yield* cpu.store(entryRef(ptep), pte);
  }
}

class CollapseFlushesNothing implements Layer {
  *pmdp_collapse_flush(cpu: Cpu, _vma: Vma, _address: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    return pmd;
  }
}

class InvalidateLeavesNone implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  *pmdp_invalidate(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* this.below.pmdp_invalidate(cpu, vma, addr, pmdp);
    yield* cpu.store(entryRef(pmdp), none);
    return old;
  }
}

class FreesTablesBeforeTheFlush implements Layer {
  *pte_free_tlb(cpu: Cpu, _tlb: MmuGather, pgtable: Table, _addr: Va): Op {
    yield* cpu.free_table(pgtable);
  }
}

class DepositDropsTheTable implements Layer {
  *pgtable_trans_huge_deposit(_cpu: Cpu, _mm: Mm, _pmdp: PmdSlot, _pgtable: Table): Op {}
}

class WithdrawsAUsedTable implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  *pgtable_trans_huge_withdraw(cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op<Table> {
    const table = yield* this.below.pgtable_trans_huge_withdraw(cpu, mm, pmdp);
    yield* cpu.store(tableCells.entry(table, 1), F.SPECIAL); // as if its memory had served for something else
    return table;
  }
}

class RelaxesNothing implements Layer {
  *ptep_set_access_flags(_cpu: Cpu, _vma: Vma, _addr: Va, _ptep: PteSlot, _entry: Pte, _dirty: boolean): Op<boolean> {
    return false;
  }
}

/** What hardware sets in an entry as well is added to it, and nobody flushes what CPUs remember. */
function* relax(cpu: Cpu, slot: PteSlot | PmdSlot, entry: Pte): Op<boolean> {
  const old = yield* cpu.read_entry(slot);
  if (old === entry) return false;
  yield* cpu.or(entryRef(slot), entry & (F.ACCESSED | F.WRITE | F.DIRTY | F.SWDIRTY));
  return true;
}
class FlushesNothingThatIsRelaxed implements Layer {
  *ptep_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, entry: Pte, _dirty: boolean): Op<boolean> {
    return yield* relax(cpu, ptep, entry);
  }
  *pmdp_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, entry: Pmd, _dirty: boolean): Op<boolean> {
    return yield* relax(cpu, pmdp, entry);
  }
  *flush_tlb_fix_spurious_fault(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}
}

class WaitsForNoWalker implements Layer {
  *tlb_remove_table_sync_one(_cpu: Cpu): Op {}
}

class ForgetsTheMask implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  *switch_mm(cpu: Cpu, prev: Mm | undefined, next: Mm | undefined): Op {
    yield* this.below.switch_mm(cpu, prev, next);
    if (next) yield* cpu.andnot(mmCells.cpumask(next.id), cpuBit(cpu.id));
  }
}

export const bugs: readonly Bug[] = [
  {
    name: 'a flush does nothing',
    layer: FlushesNothing,
    isOne: hasFlushes,
    shownBy: 'a zap of base pages beside a store',
  },
  {
    name: 'a flush is not waited for',
    layer: DoesNotWait,
    isOne: hasFlushes,
    shownBy: 'a zap of base pages beside a store',
  },
  {
    name: 'a flush reaches this CPU only',
    layer: FlushesItselfOnly,
    isOne: hasFlushes,
    shownBy: 'a zap of base pages beside a store',
  },
  {
    name: 'get_and_clear is a load and a store',
    layer: LosesDirtyOnClear,
    isOne: everywhere,
    shownBy: 'ptep_get_and_clear beside a first store',
  },
  {
    name: 'set_wrprotect is a load and a store',
    layer: LosesDirtyOnWrprotect,
    isOne: everywhere,
    shownBy: 'ptep_set_wrprotect beside a first store',
  },
  {
    name: 'a change of protection is a load and a store',
    layer: LosesDirtyOnProtect,
    isOne: everywhere,
    shownBy: 'ptep_modify_prot_start and commit beside a first store',
  },
  {
    name: 'collapse flushes nothing',
    layer: CollapseFlushesNothing,
    isOne: everywhere,
    shownBy: 'a collapse beside a store',
  },
  {
    name: 'invalidate leaves none',
    layer: InvalidateLeavesNone,
    isOne: everywhere,
    shownBy: 'a split of a huge page beside a store',
  },
  {
    name: 'tables are freed before the flush',
    layer: FreesTablesBeforeTheFlush,
    isOne: everywhere,
    shownBy: 'an munmap beside a load',
  },
  {
    name: 'deposit drops the table',
    layer: DepositDropsTheTable,
    isOne: everywhere,
    shownBy: 'deposit, map, clear, withdraw: the same table, empty',
  },
  {
    name: 'withdraw gives a table that is not empty',
    layer: WithdrawsAUsedTable,
    isOne: everywhere,
    shownBy: 'a split of a huge page beside a store',
  },
  {
    name: 'access flags are not set',
    layer: RelaxesNothing,
    isOne: everywhere,
    shownBy: 'ptep_set_wrprotect beside a first store',
  },
  {
    name: 'what is relaxed is flushed by nobody',
    layer: FlushesNothingThatIsRelaxed,
    isOne: keepsFaulting,
    shownBy: 'two first stores to a page remembered as read-only',
  },
  {
    name: 'a huge page that is relaxed is flushed by nobody',
    layer: FlushesNothingThatIsRelaxed,
    isOne: keepsFaulting,
    shownBy: 'two first stores to a huge page remembered as read-only',
  },
  // Elsewhere the flush of collapse, or the hook itself, waits for walkers.
  {
    name: 'nobody waits for walkers before a table is used again',
    layer: WaitsForNoWalker,
    isOne: broadcasts,
    shownBy: 'a collapse beside GUP-fast',
  },
  {
    name: 'a CPU forgets to enter mm_cpumask',
    layer: ForgetsTheMask,
    isOne: interrupts,
    shownBy: 'a zap of base pages beside a store',
  },
];
