/** Bugs for watchers: layers over the toy architecture, each wrong in one way and at one place. */
import type { Layer } from '../../src/arch/layer.ts';
import type { LayerClass } from '../../src/words/change.ts';
import type { Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { F, frameOf, mkTable, withFlags, type Table } from '../../src/words/entry.ts';
import type { MmuGather } from '../../src/words/mmu_gather.ts';
import { entryRef, pageCells, type Mm, type PmdSlot, type PteSlot, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';

/** Nobody drops a translation. */
export class NoFlush implements Layer {
  *flush_tlb_range(_cpu: Cpu, _vma: Vma): Op {}
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}
  *flush_tlb_page(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}
}

/** In one operation no PTE is set, whatever was there. */
export const setsNothingIn = (operation: string): LayerClass =>
  class SetsNothing implements Layer {
    *set_pte_at(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot, pte: number): Op {
      if (!cpu.inside(operation)) yield* cpu.store(entryRef(ptep), pte);
    }
  };

/** The table that mremap moves arrives nowhere. */
export class MovesToNowhere implements Layer {
  *pmd_populate(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, table: Table): Op {
    if (!cpu.inside('move_normal_pmd')) yield* cpu.store(entryRef(pmdp), mkTable(table));
  }
}
/** MADV_FREE drops pages at once, and CPUs go on to store to them. */
export class DropsAtOnce extends NoFlush {
  *set_pte_at(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot, pte: number): Op {
    if (!cpu.inside('madvise_free_single_vma')) yield* cpu.store(entryRef(ptep), pte);
  }
}
/** mprotect and NUMA balancing put nothing back. */
export class PutsNothingBack implements Layer {
  *ptep_modify_prot_commit(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot): Op {
    yield* cpu.store(entryRef(ptep), 0);
  }
}
/** A change of protection that lets write, whatever it was told. */
export class LetsWrite implements Layer {
  *ptep_modify_prot_commit(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, _old: number, pte: number): Op {
    yield* cpu.store(entryRef(ptep), withFlags(pte, F.WRITE | F.DIRTY));
  }
}
/** A removal that takes nothing out. */
export class LeavesPtes implements Layer {
  *ptep_get_and_clear_full(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<number> {
    return yield* cpu.load(entryRef(ptep));
  }
}
/** fork leaves the parent what it may write. */
export class ParentKeepsWriting implements Layer {
  *ptep_set_wrprotect(_cpu: Cpu, _mm: Mm, _addr: Va, _ptep: PteSlot): Op {}
  *pmdp_set_wrprotect(_cpu: Cpu, _mm: Mm, _addr: Va, _pmdp: PmdSlot): Op {}
}
/** Whoever takes an entry out gives a reference of its page back as well. */
export class PutsTwice implements Layer {
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<number> {
    const old = yield* cpu.xchg(entryRef(ptep), 0);
    yield* cpu.add(pageCells.refcount(frameOf(old)), -1);
    return old;
  }
}
/** The same with mappings. */
export class UncountsTwice implements Layer {
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<number> {
    const old = yield* cpu.xchg(entryRef(ptep), 0);
    yield* cpu.add(pageCells.mapcount(frameOf(old)), -1);
    return old;
  }
}
/** A huge entry that is taken out keeps a reference too few for what is there. */
export class CountsNoCopy implements Layer {
  *ptep_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    const old = yield* cpu.update(entryRef(ptep), F.WRITE, 0);
    yield* cpu.add(pageCells.refcount(frameOf(old)), -1);
    yield* cpu.add(pageCells.mapcount(frameOf(old)), -1);
  }
}
/** What an unmap takes away counts as one mapping more. */
export class CountsAnother implements Layer {
  *ptep_clear_flush(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot): Op<number> {
    const old = yield* cpu.xchg(entryRef(ptep), 0);
    yield* cpu.add(pageCells.mapcount(frameOf(old)), 1);
    return old;
  }
}
/** A table that leaves the tree is not given back. */
export class ForgetsTables implements Layer {
  *tlb_remove_table(_cpu: Cpu, _tlb: MmuGather, _table: Table): Op {}
}
/** A table that is to be deposited is dropped. */
export class DepositsNothing implements Layer {
  *pgtable_trans_huge_deposit(_cpu: Cpu, _mm: Mm, _pmdp: PmdSlot, _table: Table): Op {}
}
