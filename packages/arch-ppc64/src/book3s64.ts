/** The hooks that radix and hash share: both change entries with ldarx and stdcx, and both flush a huge page they clear. */
import {
  F,
  flush_pmd_tlb_range,
  frameOf,
  from,
  has,
  HPAGE_PMD_SIZE,
  pmd_present,
  pmdp_huge_get_and_clear,
  withFlags,
  withoutFlags,
  type Cpu,
  type Entry,
  type Layer,
  type Mm,
  type Op,
  type Pmd,
  type PmdSlot,
  type Pte,
  type PteSlot,
  type Slot,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { switch_mm_irqs_off } from './context.ts';
import { __hash_pte_update, __radix_pte_update, EVERYTHING, pte_update, radix_enabled } from './update.ts';

const PGTABLE = 'arch/powerpc/include/asm/book3s/64/pgtable.h';
const PGTABLE_C = 'arch/powerpc/mm/book3s64/pgtable.c';

export class Book3s64 implements Layer {
  // PTE

  @from('v6.1', PGTABLE, 'pte_clear')
  *pte_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    yield* pte_update(cpu, mm, addr, ptep, EVERYTHING, 0);
  }

  @from('v6.1', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* pte_update(cpu, mm, addr, ptep, EVERYTHING, 0);
  }

  @from('v6.1', PGTABLE, 'ptep_set_wrprotect')
  *ptep_set_wrprotect(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    yield* wrprotect(cpu, mm, addr, ptep);
  }

  @from('v6.1', 'arch/powerpc/mm/pgtable.c', 'ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, entry: Pte, _dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, ptep, entry);
  }

  // Only the nest MMU of a coprocessor would need it.
  @from('v6.1', 'arch/powerpc/include/asm/book3s/64/tlbflush.h', 'flush_tlb_fix_spurious_fault')
  *flush_tlb_fix_spurious_fault(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}

  // The PTE stays present to software, so that nobody takes a wrong fault meanwhile.
  @from('v6.1', PGTABLE_C, 'ptep_modify_prot_start')
  *ptep_modify_prot_start(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* pte_update(cpu, vma.mm, addr, ptep, F.PRESENT, F.INVALID);
  }

  // PMD

  @from('v6.1', PGTABLE, 'pmdp_set_wrprotect')
  *pmdp_set_wrprotect(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot): Op {
    yield* wrprotect(cpu, mm, addr, pmdp);
  }

  @from('v6.1', PGTABLE_C, 'pmdp_set_access_flags')
  *pmdp_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, entry: Pmd, _dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, pmdp, entry);
  }

  // No wait for walkers: they take an entry that is invalid and not present for none.
  @from('v6.1', PGTABLE_C, 'pmdp_invalidate')
  *pmdp_invalidate(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* pte_update(cpu, vma.mm, addr, pmdp, F.PRESENT | F.PROTNONE, F.INVALID);
    yield* flush_pmd_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return old;
  }

  @from('v6.1', PGTABLE_C, 'pmdp_huge_get_and_clear_full')
  *pmdp_huge_get_and_clear_full(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, full: boolean): Op<Pmd> {
    const before = yield* cpu.read_entry(pmdp);
    const pmd = yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
    // A fault may bring a table and base pages as soon as pmd_lock is dropped: no huge translation may be left beside them.
    if (pmd_present(before) && !full) yield* flush_pmd_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return pmd;
  }

  // TLB

  @from('v6.1', 'arch/powerpc/include/asm/book3s/64/tlbflush.h', 'pte_needs_flush')
  *pte_needs_flush(cpu: Cpu, oldpte: Pte, newpte: Pte): Op<boolean> {
    return flagsNeedFlush(cpu, oldpte, newpte);
  }

  @from('v6.1', 'arch/powerpc/include/asm/book3s/64/tlbflush.h', 'huge_pmd_needs_flush')
  *huge_pmd_needs_flush(cpu: Cpu, oldpmd: Pmd, newpmd: Pmd): Op<boolean> {
    return flagsNeedFlush(cpu, oldpmd, newpmd);
  }

  // Switching

  @from('v6.1', 'arch/powerpc/include/asm/mmu_context.h', 'switch_mm')
  *switch_mm(cpu: Cpu, prev: Mm | undefined, next: Mm | undefined): Op {
    yield* cpu.local_irq_save();
    yield* switch_mm_irqs_off(cpu, prev, next);
    yield* cpu.local_irq_restore();
  }
}

/** _PAGE_HPTEFLAGS. On radix no entry has them. */
const HPTEFLAGS = F.BUSY | F.HASHPTE;

function* wrprotect(cpu: Cpu, mm: Mm, addr: Va, slot: Slot): Op {
  const entry = yield* cpu.read_entry(slot);
  if (has(entry, F.WRITE)) yield* pte_update(cpu, mm, addr, slot, F.WRITE, 0);
}

/**
 * Where PAGE_NONE lacks the rights to read and write and nothing else, an entry that gets them differs from it by added rights only.
 * @returns the new entry as far as it differs otherwise
 */
const asNone = (before: Entry, after: Entry): Entry =>
  has(before, F.PROTNONE) && !has(after, F.PROTNONE)
    ? withFlags(withoutFlags(after, F.PRESENT | F.USER | F.WRITE), F.PROTNONE)
    : after;

/** __pte_flags_need_flush. On hash the answer does not matter: whoever changed the entry has flushed. */
function flagsNeedFlush(cpu: Cpu, before: Entry, after: Entry): boolean {
  if (!radix_enabled(cpu) || cpu.has('radix_flushes_every_change') || frameOf(before) !== frameOf(after)) return true;
  const delta = before ^ (cpu.has('none_lacks_rights_only') ? asNone(before, after) : after);
  if ((delta & ~(F.WRITE | F.DIRTY | F.ACCESSED)) !== 0) return true;
  return (delta & before & ~F.ACCESSED) !== 0; // taken away; accessed may stay behind
}

/** Adds what is asked. No flush: the MMU reads an entry again before it faults on it; a hash fault corrects its own copy. */
function* setAccessFlags(cpu: Cpu, slot: Slot, entry: Entry): Op<boolean> {
  const old = yield* cpu.read_entry(slot);
  // hash__pte_same: what a hash fault has noted meanwhile is no difference.
  if (withoutFlags(old, HPTEFLAGS) === withoutFlags(entry, HPTEFLAGS)) return false;
  const added = entry & (F.DIRTY | F.SOFT_DIRTY | F.ACCESSED | F.WRITE);
  if (radix_enabled(cpu)) yield* __radix_pte_update(cpu, slot, 0, added);
  else yield* __hash_pte_update(cpu, slot, 0, added);
  return true;
}
