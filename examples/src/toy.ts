/** The hooks of toy: flushes by broadcast, and atomic updates, because hardware sets accessed and dirty. */
import {
  entryRef,
  F,
  from,
  none,
  PAGE_SIZE,
  TLB_FLUSH_ALL,
  type ArchHooks,
  type Cpu,
  type Mm,
  type Op,
  type Pmd,
  type PmdSlot,
  type Pte,
  type PteSlot,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';

const PGTABLE = 'arch/toy/include/asm/pgtable.h';
const TLBFLUSH = 'arch/toy/include/asm/tlbflush.h';

export class Toy implements ArchHooks {
  @from('v6.1', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* cpu.xchg(entryRef(ptep), none);
  }

  @from('v6.1', PGTABLE, 'ptep_set_wrprotect')
  *ptep_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    yield* cpu.andnot(entryRef(ptep), F.WRITE);
  }

  @from('v6.1', PGTABLE, 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), none);
  }

  @from('v6.1', PGTABLE, 'pmdp_set_wrprotect')
  *pmdp_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op {
    yield* cpu.andnot(entryRef(pmdp), F.WRITE);
  }

  @from('v6.1', PGTABLE, 'pmdp_establish')
  *pmdp_establish(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), pmd);
  }

  // One page, leaves only: the tables that lead to it stay.
  @from('v6.1', TLBFLUSH, 'flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* flush(cpu, vma.mm, addr, addr + PAGE_SIZE(cpu.geometry), 'none');
  }

  @from('v6.1', TLBFLUSH, 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush(cpu, vma.mm, start, end, 'range');
  }

  @from('v6.1', TLBFLUSH, 'flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* flush(cpu, mm, 0, TLB_FLUSH_ALL, 'all');
  }
}

/** Every CPU does it, and this one waits until all have. Nobody is interrupted. */
function* flush(cpu: Cpu, mm: Mm, start: Va, end: Va, walkCache: 'none' | 'range' | 'all'): Op {
  yield* cpu.fence('smp_mb'); // stores to the tables are seen by every walker first
  yield* cpu.tlbi_broadcast({ asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache });
  yield* cpu.tlbi_sync('sync');
}
