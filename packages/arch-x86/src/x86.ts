/** The hooks of x86-64: locked updates where hardware sets accessed and dirty, flushes by interrupt. */
import {
  entryRef,
  F,
  frameOf,
  from,
  HPAGE_PMD_SIZE,
  isValid,
  mmCells,
  none,
  PAGE_SIZE,
  pmd_mkinvalid,
  pmdp_establish,
  pte_protnone,
  ptep_get_and_clear,
  sizeOf,
  TLB_FLUSH_ALL,
  type ArchHooks,
  type Cpu,
  type Mm,
  type MmuGather,
  type Op,
  type Pmd,
  type PmdSlot,
  type Pte,
  type PteSlot,
  type Slot,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { reload_tlb_others, switch_mm_irqs_off } from './switch.ts';
import { flush_tlb_mm_range } from './tlb.ts';
import { INIT_MM, is_lazy, loaded_mm } from './tlbstate.ts';

const PGTABLE = 'arch/x86/include/asm/pgtable.h';
const PGTABLE_C = 'arch/x86/mm/pgtable.c';
const TLBFLUSH = 'arch/x86/include/asm/tlbflush.h';

export class X86 implements ArchHooks {
  // PTE

  @from('v6.1', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* cpu.xchg(entryRef(ptep), none);
  }

  @from('v6.1', PGTABLE, 'ptep_get_and_clear_full')
  *ptep_get_and_clear_full(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, full: boolean): Op<Pte> {
    if (!full) return yield* ptep_get_and_clear(cpu, mm, addr, ptep);
    // Nobody runs in a dying address space: no hardware can set a flag between the two.
    const pte = yield* cpu.read_entry(ptep);
    yield* cpu.store(entryRef(ptep), none);
    return pte;
  }

  @from('v6.1', PGTABLE, 'ptep_set_wrprotect')
  *ptep_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    yield* cpu.andnot(entryRef(ptep), F.WRITE);
  }

  @from('v6.1', PGTABLE_C, 'ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, entry: Pte, dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, ptep, entry, dirty);
  }

  // The fault itself has removed the stricter translation.
  @from('v6.1', PGTABLE, 'flush_tlb_fix_spurious_fault')
  *flush_tlb_fix_spurious_fault(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}

  // PMD

  @from('v6.1', PGTABLE, 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), none);
  }

  @from('v6.1', PGTABLE, 'pmdp_set_wrprotect')
  *pmdp_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op {
    yield* cpu.andnot(entryRef(pmdp), F.WRITE);
  }

  @from('v6.1', PGTABLE_C, 'pmdp_set_access_flags')
  *pmdp_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, pmdp, entry, dirty);
  }

  @from('v6.1', PGTABLE, 'pmdp_establish')
  *pmdp_establish(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), pmd);
  }

  // No flush: hardware does not set flags in an entry that is not present, and a clean translation walks again to set dirty.
  @from('v6.1', PGTABLE_C, 'pmdp_invalidate_ad')
  *pmdp_invalidate_ad(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    return yield* pmdp_establish(cpu, vma, addr, pmdp, pmd_mkinvalid(pmd));
  }

  // TLB

  @from('v6.1', TLBFLUSH, 'flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* flush_tlb_mm_range(cpu, vma.mm, addr, addr + PAGE_SIZE(cpu.geometry), PAGE_SIZE(cpu.geometry), false);
  }

  // Says that tables go, whether they do or not: collapse uses it to take a table out.
  @from('v6.1', TLBFLUSH, 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush_tlb_mm_range(
      cpu,
      vma.mm,
      start,
      end,
      PAGE_SIZE(cpu.geometry),
      !cpu.has('x86_flush_range_spares_lazy_cpus'),
    );
  }

  @from('v6.1', TLBFLUSH, 'flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* flush_tlb_mm_range(cpu, mm, 0, TLB_FLUSH_ALL, PAGE_SIZE(cpu.geometry), true);
  }

  // Until 3.13 a PROT_NONE entry was never looked for in a TLB, although who made it so might not have flushed yet.
  @from('v6.1', PGTABLE, 'pte_accessible')
  *pte_accessible(cpu: Cpu, mm: Mm, pte: Pte): Op<boolean> {
    if (isValid(pte)) return true;
    if (!pte_protnone(pte) || !cpu.has('protnone_may_be_cached')) return false;
    const pending = yield* cpu.load(mmCells.tlb_flush_pending(mm.id));
    return pending > 0;
  }

  // Hardware sets accessed and dirty without a fault where it misses them; so that they were set needs no flush.
  @from('v6.1', TLBFLUSH, 'pte_needs_flush')
  *pte_needs_flush(_cpu: Cpu, oldpte: Pte, newpte: Pte): Op<boolean> {
    return needsFlush(oldpte, newpte, F.DIRTY | F.PRESENT); // accessed may stay behind: see ptep_clear_flush_young
  }

  @from('v6.1', TLBFLUSH, 'huge_pmd_needs_flush')
  *huge_pmd_needs_flush(_cpu: Cpu, oldpmd: Pmd, newpmd: Pmd): Op<boolean> {
    return needsFlush(oldpmd, newpmd, F.DIRTY | F.PRESENT | F.ACCESSED);
  }

  @from('v6.1', 'arch/x86/include/asm/tlb.h', 'tlb_flush')
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    const whole = tlb.fullmm || tlb.need_flush_all;
    yield* flush_tlb_mm_range(
      cpu,
      tlb.mm,
      whole ? 0 : tlb.start,
      whole ? TLB_FLUSH_ALL : tlb.end,
      unmapSize(cpu, tlb),
      tlb.freed_tables,
    );
  }

  // Switching

  @from('v6.1', 'arch/x86/mm/tlb.c', 'switch_mm')
  *switch_mm(cpu: Cpu, _prev: Mm | undefined, next: Mm | undefined): Op {
    yield* cpu.local_irq_save();
    yield* switch_mm_irqs_off(cpu, next);
    yield* cpu.local_irq_restore();
  }

  @from('v2.6.25', 'arch/x86/kernel/smp_64.c', 'reload_tlb_mm')
  *reload_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* reload_tlb_others(cpu, mm);
  }

  // Keeps CR3 and the bit in mm_cpumask: coming back costs nothing if nobody has flushed meanwhile.
  @from('v6.1', 'arch/x86/mm/tlb.c', 'enter_lazy_tlb')
  *enter_lazy_tlb(cpu: Cpu, _mm: Mm): Op {
    const loaded = yield* cpu.load(loaded_mm(cpu.id));
    if (loaded !== INIT_MM) yield* cpu.store(is_lazy(cpu.id), 1);
  }
}

// Stores only after a write fault: accessed needs no help of software. No flush: the CPU that faulted holds nothing stricter
// any more, others take a fault of their own.
function* setAccessFlags(cpu: Cpu, slot: Slot, entry: Pte, dirty: boolean): Op<boolean> {
  const old = yield* cpu.read_entry(slot);
  if (old !== entry && dirty) yield* cpu.store(entryRef(slot), entry);
  return old !== entry;
}

/** tlb_get_unmap_size: bytes of the smallest entry that was cleared. */
function unmapSize(cpu: Cpu, tlb: MmuGather): number {
  if (tlb.cleared_ptes) return PAGE_SIZE(cpu.geometry);
  if (tlb.cleared_pmds) return HPAGE_PMD_SIZE(cpu.geometry);
  return tlb.cleared_puds ? sizeOf(cpu.geometry, 'pud') : PAGE_SIZE(cpu.geometry);
}

/** pte_flags_need_flush: flags of `whenCleared` count when they go, permissions also when they come. */
function needsFlush(before: Pte, after: Pte, whenCleared: number): boolean {
  if (!isValid(before)) return false; // nobody caches it
  if (frameOf(before) !== frameOf(after) || (before & ~after & whenCleared) !== 0) return true;
  return ((before ^ after) & (F.WRITE | F.USER | F.LEAF | F.PROTNONE)) !== 0;
}
