/** The hooks of arm64: relaxed atomic updates where hardware sets flags, flushes by broadcast. */
import {
  asMm,
  currentCells,
  entryRef,
  F,
  flush_tlb_page,
  from,
  has,
  HPAGE_PMD_SIZE,
  ipiHandler,
  isFolded,
  isValid,
  mkTable,
  mmCells,
  none,
  PAGE_SIZE,
  pte_protnone,
  sizeOf,
  withFlags,
  without,
  withoutFlags,
  type ArchHooks,
  type Cpu,
  type Entry,
  type Mm,
  type MmuGather,
  type Op,
  type Pmd,
  type PmdSlot,
  type Pte,
  type PteSlot,
  type Slot,
  type Table,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { __flush_tlb_range, __tlbi_sync_s1ish, flush_tlb_page_nosync, flushAsid, type Reach } from './tlbflush.ts';

const PGTABLE = 'arch/arm64/include/asm/pgtable.h';
const PGALLOC = 'arch/arm64/include/asm/pgalloc.h';
const TLBFLUSH = 'arch/arm64/include/asm/tlbflush.h';
const MMU_CONTEXT = 'arch/arm64/include/asm/mmu_context.h';

export class Arm64 implements ArchHooks {
  // PTE

  @from('v6.1', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* cpu.xchg(entryRef(ptep), none); // relaxed: orders nothing
  }

  @from('v6.1', PGTABLE, 'ptep_set_wrprotect')
  *ptep_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    yield* change(cpu, ptep, wrprotect);
  }

  @from('v6.1', 'arch/arm64/mm/fault.c', 'ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, entry: Pte, dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, vma, addr, ptep, entry, dirty);
  }

  // In 2013, when x86 began to ask, arm64 had the kernel's default: every entry that is taken out is flushed.
  @from('v6.1', PGTABLE, 'pte_accessible')
  *pte_accessible(cpu: Cpu, mm: Mm, pte: Pte): Op<boolean> {
    if (!cpu.has('protnone_may_be_cached') || isValid(pte)) return true;
    if (!pte_protnone(pte)) return false;
    const pending = yield* cpu.load(mmCells.tlb_flush_pending(mm.id));
    return pending > 0;
  }

  // A fault on a remembered entry happens at most once: the flush of ptep_set_access_flags has reached every CPU.
  @from('v6.1', PGTABLE, 'flush_tlb_fix_spurious_fault')
  *flush_tlb_fix_spurious_fault(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}

  // PMD and above

  @from('v6.1', PGTABLE, 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), none);
  }

  @from('v6.1', PGTABLE, 'pmdp_set_wrprotect')
  *pmdp_set_wrprotect(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op {
    yield* change(cpu, pmdp, wrprotect);
  }

  @from('v6.1', PGTABLE, 'pmdp_set_access_flags')
  *pmdp_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean): Op<boolean> {
    return yield* setAccessFlags(cpu, vma, addr, pmdp, entry, dirty);
  }

  @from('v6.1', PGTABLE, 'pmdp_establish')
  *pmdp_establish(cpu: Cpu, _vma: Vma, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op<Pmd> {
    return yield* cpu.xchg(entryRef(pmdp), pmd);
  }

  @from('v6.1', PGALLOC, 'pmd_populate')
  *pmd_populate(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    yield* publish(cpu, pmdp, pgtable);
  }

  @from('v6.1', PGALLOC, 'pud_populate')
  *pud_populate(cpu: Cpu, _mm: Mm, pudp: Slot<'pud'>, table: Table): Op {
    if (!isFolded(cpu.geometry, 'pmd')) yield* publish(cpu, pudp, table);
  }

  @from('v6.1', PGALLOC, 'p4d_populate')
  *p4d_populate(cpu: Cpu, _mm: Mm, p4dp: Slot<'p4d'>, table: Table): Op {
    if (!isFolded(cpu.geometry, 'pud')) yield* publish(cpu, p4dp, table);
  }

  // TLB

  @from('v6.1', TLBFLUSH, 'flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* flush_tlb_page_nosync(cpu, vma.mm, addr);
    yield* __tlbi_sync_s1ish(cpu);
  }

  // Not leaves only: a collapse or a move of a table may be what it is for.
  @from('v6.1', TLBFLUSH, 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* __flush_tlb_range(cpu, vma.mm, start, end, PAGE_SIZE(cpu.geometry), { levels: 'any' });
  }

  @from('v6.1', PGTABLE, 'flush_pmd_tlb_range')
  *flush_pmd_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* __flush_tlb_range(cpu, vma.mm, start, end, HPAGE_PMD_SIZE(cpu.geometry), { levels: 'any', ttl: 'pmd' });
  }

  @from('v6.1', TLBFLUSH, 'flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* flushAsid(cpu, mm);
  }

  @from('v6.1', 'arch/arm64/include/asm/tlb.h', 'tlb_flush')
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    if (tlb.fullmm) {
      // A dying address space: its ASID is not given out again before everything was flushed. Only walks must not remember
      // tables that are about to be freed.
      if (tlb.freed_tables) yield* flushAsid(cpu, tlb.mm);
      return;
    }
    yield* __flush_tlb_range(cpu, tlb.mm, tlb.start, tlb.end, unmapSize(cpu, tlb), reachOf(tlb));
  }

  // Switching. Simplified: an address space keeps one ASID for life; Linux hands them out anew when they run out, and every
  // CPU then flushes before its next switch.

  @from('v6.1', MMU_CONTEXT, 'switch_mm')
  *switch_mm(cpu: Cpu, prev: Mm | undefined, next: Mm | undefined): Op {
    if (prev && prev.id === next?.id) return;
    if (!next) {
      yield* cpu.write_root(0, 0); // the reserved TTBR0: no user address space
      return;
    }
    const pgd = yield* cpu.load(mmCells.pgd(next.id));
    yield* cpu.write_root(pgd, next.id);
  }

  // Not in Linux: nothing but a switch writes TTBR0. The flush comes last, for a walk that began with the old root.
  @from('v6.1', 'arch/arm64/include/asm/mmu_context.h', 'cpu_switch_mm')
  *reload_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), cpu_switch_mm, { mm: mm.id });
    yield* cpu.local_irq_save();
    yield* switchHere(cpu, mm);
    yield* cpu.local_irq_restore();
    yield* flushAsid(cpu, mm);
  }
}

/** cpu_switch_mm with the same ASID: TTBR0 alone, where user code of the address space runs. */
export const cpu_switch_mm = ipiHandler('cpu_switch_mm', (cpu, info) => switchHere(cpu, { id: info['mm'] as number }));

function* switchHere(cpu: Cpu, mm: Mm): Op {
  const active = yield* cpu.load(currentCells.active_mm(cpu.id));
  if (active !== asMm(mm)) return;
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  yield* cpu.write_root(pgd, mm.id);
}

/** xchg_relaxed and cmpxchg_relaxed loops: hardware may set flags between the load and the exchange, and then it is done again. */
function* change(cpu: Cpu, slot: Slot, to: (old: Entry) => Entry): Op {
  let old = yield* cpu.read_entry(slot);
  for (;;) {
    const seen = yield* cpu.cmpxchg(entryRef(slot), old, to(old));
    if (seen === old) return;
    old = seen;
  }
}

/** Dirty to the hardware is "not RDONLY"; without write permission that would read as clean, so software remembers it. */
const wrprotect = (old: Entry): Entry =>
  withoutFlags(has(old, F.DIRTY) ? withFlags(old, F.SWDIRTY) : old, F.WRITE | F.DIRTY);

const RELAXED = F.ACCESSED | F.WRITE | F.DIRTY | F.SWDIRTY;

function* setAccessFlags(cpu: Cpu, vma: Vma, addr: Va, slot: Slot, entry: Entry, dirty: boolean): Op<boolean> {
  const old = yield* cpu.read_entry(slot);
  if (old === entry) return false;
  if (!cpu.has('arm64_access_flags_keep_dirty')) {
    yield* cpu.store(entryRef(slot), entry); // whatever hardware has set since
    yield* flush_tlb_page(cpu, vma, addr);
    return true;
  }
  const added = entry & RELAXED;
  yield* change(cpu, slot, (now) => withFlags(now, added));
  if (dirty) yield* flush_tlb_page(cpu, vma, addr); // CPUs may remember it read-only
  return true;
}

/** set_pmd and its like of the levels above. */
function* publish(cpu: Cpu, slot: Slot, table: Table): Op {
  yield* cpu.store(entryRef(slot), mkTable(table));
  yield* cpu.fence('dsb(ishst)'); // walkers see it from here on
  yield* cpu.fence('isb');
}

/** tlb_get_level, and whether tables are freed. */
function reachOf(tlb: MmuGather): Reach {
  if (tlb.freed_tables) return { levels: 'any' };
  if (tlb.cleared_ptes && !tlb.cleared_pmds && !tlb.cleared_puds) return { levels: 'last', ttl: 'pte' };
  if (tlb.cleared_pmds && !tlb.cleared_ptes && !tlb.cleared_puds) return { levels: 'last', ttl: 'pmd' };
  return { levels: 'last' };
}

/** tlb_get_unmap_size: bytes of the smallest entry that was cleared. */
function unmapSize(cpu: Cpu, tlb: MmuGather): number {
  if (tlb.cleared_ptes) return PAGE_SIZE(cpu.geometry);
  if (tlb.cleared_pmds) return HPAGE_PMD_SIZE(cpu.geometry);
  return tlb.cleared_puds ? sizeOf(cpu.geometry, 'pud') : PAGE_SIZE(cpu.geometry);
}
