/** Bodies the kernel gives to every architecture that does not bring its own. */
import { cpuBit, TLB_FLUSH_ALL, without, type Va } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import {
  F,
  mkTable,
  none,
  pmd_mkinvalid,
  pmd_wrprotect,
  pte_advance_pfn,
  pte_wrprotect,
  withFlags,
  type Pmd,
  type Pte,
  type Table,
} from '../words/entry.ts';
import { HPAGE_PMD_SIZE, isFolded, PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import {
  asMm,
  currentCells,
  entryRef,
  mmCells,
  pte_after,
  tableCells,
  type Mm,
  type PmdSlot,
  type PteSlot,
  type Slot,
  type Vma,
} from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_flush_p4d_range, tlb_flush_pmd_range, tlb_flush_pud_range, tlb_table_flush } from '../contract/gather.ts';
import {
  flush_pmd_tlb_range,
  flush_tlb_fix_spurious_fault,
  flush_tlb_mm,
  flush_tlb_page,
  flush_tlb_range,
  pmd_clear,
  pmdp_establish,
  pmdp_huge_get_and_clear,
  pmdp_invalidate,
  pte_clear,
  ptep_get_and_clear,
  ptep_get_and_clear_full,
  ptep_set_wrprotect,
  set_pmd_at,
  set_pte_at,
  switch_mm,
  tlb_flush,
  tlb_remove_table,
  pte_accessible,
} from '../contract/hooks/index.ts';
import type { MmHooks } from '../contract/mm-hooks.ts';
import { from } from './from.ts';

const PGTABLE = 'include/linux/pgtable.h';
const PGTABLE_GENERIC = 'mm/pgtable-generic.c';
const PGALLOC = 'include/asm-generic/pgalloc.h';
const TLB = 'include/asm-generic/tlb.h';
const X86_PGTABLE = 'arch/x86/include/asm/pgtable.h';
const X86_PGALLOC = 'arch/x86/include/asm/pgalloc.h';

/** Taking the interrupt is all it does: a CPU that takes it has left its walk with interrupts off. */
const tlb_remove_table_smp_sync = ipiHandler('tlb_remove_table_smp_sync');

const local_reload_tlb_mm = ipiHandler('local_reload_tlb_mm', (cpu, info) =>
  reloadHere(cpu, { id: info['mm'] as number }),
);

function* reloadHere(cpu: Cpu, mm: Mm): Op {
  const active = yield* cpu.load(currentCells.active_mm(cpu.id));
  if (active !== asMm(mm)) return;
  yield* switch_mm(cpu, mm, undefined);
  yield* switch_mm(cpu, undefined, mm);
}

/** A gather of the whole address space, tables and all. */
const everythingOf = (mm: Mm): MmuGather => ({
  mm,
  fullmm: true,
  start: TLB_FLUSH_ALL,
  end: TLB_FLUSH_ALL,
  freed_tables: true,
  need_flush_all: false,
  cleared_ptes: false,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: 0,
  pages: [],
  pageTables: [],
  tables: [],
});

/** pmdp_invalidate before 4.16: a flag that hardware set since `pmd` was read is overwritten. What it gives back nobody used. */
function* overwrite(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot, pmd: Pmd): Op<Pmd> {
  yield* set_pmd_at(cpu, mm, addr, pmdp, pmd_mkinvalid(pmd));
  return pmd;
}

/** The bottom layer of every architecture. `@from` names an architecture where Linux leaves the plainest body to each. */
export class Generic implements Partial<MmHooks> {
  // PTE

  @from('v6.1', PGTABLE, 'ptep_get_lockless')
  *ptep_get_lockless(cpu: Cpu, ptep: PteSlot): Op<Pte> {
    return yield* cpu.read_entry(ptep);
  }

  @from('v6.1', X86_PGTABLE, 'set_pte_at')
  *set_pte_at(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot, pte: Pte): Op {
    yield* cpu.store(entryRef(ptep), pte);
  }

  @from('v6.12', PGTABLE, 'set_ptes')
  *set_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte, nr: number): Op {
    for (let i = 0; i < nr; i++)
      yield* set_pte_at(cpu, mm, addr + i * PAGE_SIZE(cpu.geometry), pte_after(ptep, i), pte_advance_pfn(pte, i));
  }

  @from('v6.12', PGTABLE, 'get_and_clear_full_ptes')
  *get_and_clear_full_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number, full: boolean): Op<Pte> {
    let pte = yield* ptep_get_and_clear_full(cpu, mm, addr, ptep, full);
    for (let i = 1; i < nr; i++) {
      const next = yield* ptep_get_and_clear_full(
        cpu,
        mm,
        addr + i * PAGE_SIZE(cpu.geometry),
        pte_after(ptep, i),
        full,
      );
      pte = withFlags(pte, next & (F.ACCESSED | F.DIRTY | F.SWDIRTY));
    }
    return pte;
  }

  @from('v6.12', PGTABLE, 'wrprotect_ptes')
  *wrprotect_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number): Op {
    for (let i = 0; i < nr; i++)
      yield* ptep_set_wrprotect(cpu, mm, addr + i * PAGE_SIZE(cpu.geometry), pte_after(ptep, i));
  }

  @from('v6.1', X86_PGTABLE, 'pte_clear')
  *pte_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op {
    yield* cpu.store(entryRef(ptep), none);
  }

  // Not atomic: right only where hardware sets neither accessed nor dirty.
  @from('v6.1', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op<Pte> {
    const pte = yield* cpu.read_entry(ptep);
    yield* pte_clear(cpu, mm, addr, ptep);
    return pte;
  }

  @from('v6.1', PGTABLE, 'ptep_get_and_clear_full')
  *ptep_get_and_clear_full(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, _full: boolean): Op<Pte> {
    return yield* ptep_get_and_clear(cpu, mm, addr, ptep);
  }

  @from('v6.1', PGTABLE, 'pte_accessible')
  *pte_accessible(_cpu: Cpu, _mm: Mm, _pte: Pte): Op<boolean> {
    return true;
  }

  @from('v6.1', PGTABLE_GENERIC, 'ptep_clear_flush')
  *ptep_clear_flush(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot): Op<Pte> {
    const pte = yield* ptep_get_and_clear(cpu, vma.mm, addr, ptep);
    const accessible = yield* pte_accessible(cpu, vma.mm, pte);
    if (accessible) yield* flush_tlb_page(cpu, vma, addr);
    return pte;
  }

  // Not atomic: a dirty flag that hardware sets between the two steps would be lost.
  @from('v6.1', PGTABLE, 'ptep_set_wrprotect')
  *ptep_set_wrprotect(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    const pte = yield* cpu.read_entry(ptep);
    yield* set_pte_at(cpu, mm, addr, ptep, pte_wrprotect(pte));
  }

  @from('v6.1', PGTABLE_GENERIC, 'ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, entry: Pte, _dirty: boolean): Op<boolean> {
    const pte = yield* cpu.read_entry(ptep);
    if (pte === entry) return false;
    yield* set_pte_at(cpu, vma.mm, addr, ptep, entry);
    yield* flush_tlb_fix_spurious_fault(cpu, vma, addr);
    return true;
  }

  // Until the commit a walker without locks sees none.
  @from('v6.1', PGTABLE, 'ptep_modify_prot_start')
  *ptep_modify_prot_start(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* ptep_get_and_clear(cpu, vma.mm, addr, ptep);
  }

  @from('v6.1', PGTABLE, 'ptep_modify_prot_commit')
  *ptep_modify_prot_commit(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, _old: Pte, pte: Pte): Op {
    yield* set_pte_at(cpu, vma.mm, addr, ptep, pte);
  }

  @from('v6.1', X86_PGTABLE, 'update_mmu_cache')
  *update_mmu_cache(_cpu: Cpu, _vma: Vma, _addr: Va, _ptep: PteSlot): Op {}

  @from('v6.1', PGTABLE, 'flush_tlb_fix_spurious_fault')
  *flush_tlb_fix_spurious_fault(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* flush_tlb_page(cpu, vma, addr);
  }

  @from('v6.1', PGTABLE, 'arch_enter_lazy_mmu_mode')
  *arch_enter_lazy_mmu_mode(_cpu: Cpu): Op {}

  @from('v6.1', PGTABLE, 'arch_leave_lazy_mmu_mode')
  *arch_leave_lazy_mmu_mode(_cpu: Cpu): Op {}

  // PMD and above

  @from('v6.1', X86_PGTABLE, 'set_pmd_at')
  *set_pmd_at(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op {
    yield* cpu.store(entryRef(pmdp), pmd);
  }

  @from('v6.1', X86_PGTABLE, 'pmd_clear')
  *pmd_clear(cpu: Cpu, pmdp: PmdSlot): Op {
    yield* cpu.store(entryRef(pmdp), none);
  }

  @from('v6.1', X86_PGALLOC, 'pmd_populate')
  *pmd_populate(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    yield* cpu.store(entryRef(pmdp), mkTable(pgtable));
  }

  // Where the level below is folded, its entries lie in this table: there is nothing to link, and nothing to clear.
  @from('v6.1', X86_PGALLOC, 'pud_populate')
  *pud_populate(cpu: Cpu, _mm: Mm, pudp: Slot<'pud'>, table: Table): Op {
    if (!isFolded(cpu.geometry, 'pmd')) yield* cpu.store(entryRef(pudp), mkTable(table));
  }

  @from('v6.1', X86_PGALLOC, 'p4d_populate')
  *p4d_populate(cpu: Cpu, _mm: Mm, p4dp: Slot<'p4d'>, table: Table): Op {
    if (!isFolded(cpu.geometry, 'pud')) yield* cpu.store(entryRef(p4dp), mkTable(table));
  }

  @from('v6.1', X86_PGALLOC, 'pgd_populate')
  *pgd_populate(cpu: Cpu, _mm: Mm, pgdp: Slot<'pgd'>, table: Table): Op {
    if (!isFolded(cpu.geometry, 'p4d')) yield* cpu.store(entryRef(pgdp), mkTable(table));
  }

  @from('v6.1', X86_PGTABLE, 'pud_clear')
  *pud_clear(cpu: Cpu, pudp: Slot<'pud'>): Op {
    if (!isFolded(cpu.geometry, 'pmd')) yield* cpu.store(entryRef(pudp), none);
  }

  @from('v6.1', X86_PGTABLE, 'p4d_clear')
  *p4d_clear(cpu: Cpu, p4dp: Slot<'p4d'>): Op {
    if (!isFolded(cpu.geometry, 'pud')) yield* cpu.store(entryRef(p4dp), none);
  }

  @from('v6.1', X86_PGTABLE, 'pgd_clear')
  *pgd_clear(cpu: Cpu, pgdp: Slot<'pgd'>): Op {
    if (!isFolded(cpu.geometry, 'p4d')) yield* cpu.store(entryRef(pgdp), none);
  }

  // Not atomic, like ptep_get_and_clear.
  @from('v6.1', PGTABLE, 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    return pmd;
  }

  @from('v6.1', PGTABLE, 'pmdp_huge_get_and_clear_full')
  *pmdp_huge_get_and_clear_full(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, _full: boolean): Op<Pmd> {
    return yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
  }

  @from('v6.1', PGTABLE_GENERIC, 'pmdp_huge_clear_flush')
  *pmdp_huge_clear_flush(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
    yield* flush_pmd_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return pmd;
  }

  // Not atomic: an architecture whose hardware sets accessed or dirty must bring its own.
  @from('v6.1', PGTABLE, 'generic_pmdp_establish')
  *pmdp_establish(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, pmd: Pmd): Op<Pmd> {
    const old = yield* cpu.read_entry(pmdp);
    yield* set_pmd_at(cpu, vma.mm, addr, pmdp, pmd);
    return old;
  }

  @from('v6.1', PGTABLE_GENERIC, 'pmdp_invalidate')
  *pmdp_invalidate(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    const old = yield* cpu.has('pmdp_invalidate_exchanges')
      ? pmdp_establish(cpu, vma, addr, pmdp, pmd_mkinvalid(pmd))
      : overwrite(cpu, vma.mm, addr, pmdp, pmd);
    yield* flush_pmd_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return old;
  }

  @from('v6.1', PGTABLE_GENERIC, 'pmdp_invalidate_ad')
  *pmdp_invalidate_ad(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    return yield* pmdp_invalidate(cpu, vma, addr, pmdp);
  }

  // Nothing of the hardware looks into the deposited table.
  @from('v4.14', 'include/asm-generic/pgtable.h', 'pmdp_huge_split_prepare')
  *pmdp_huge_split_prepare(_cpu: Cpu, _vma: Vma, _addr: Va, _pmdp: PmdSlot): Op {}

  @from('v6.1', PGTABLE, 'pmdp_set_wrprotect')
  *pmdp_set_wrprotect(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot): Op {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* set_pmd_at(cpu, mm, addr, pmdp, pmd_wrprotect(pmd));
  }

  @from('v6.1', PGTABLE_GENERIC, 'pmdp_set_access_flags')
  *pmdp_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, entry: Pmd, _dirty: boolean): Op<boolean> {
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd === entry) return false;
    yield* set_pmd_at(cpu, vma.mm, addr, pmdp, entry);
    yield* flush_pmd_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return true;
  }

  @from('v6.1', PGTABLE_GENERIC, 'pmdp_collapse_flush')
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
    // Small translations and the way to the table must go, so this is not flush_pmd_tlb_range.
    yield* flush_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return pmd;
  }

  // Simplified: first in, first out. Linux gives the newest back first; no caller can tell.
  @from('v6.1', PGTABLE_GENERIC, 'pgtable_trans_huge_deposit')
  *pgtable_trans_huge_deposit(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    yield* cpu.list_add(tableCells.pmd_huge_pte(pmdp.table), pgtable);
  }

  @from('v6.1', PGTABLE_GENERIC, 'pgtable_trans_huge_withdraw')
  *pgtable_trans_huge_withdraw(cpu: Cpu, _mm: Mm, pmdp: PmdSlot): Op<Table> {
    const pgtable = yield* cpu.list_take(tableCells.pmd_huge_pte(pmdp.table));
    // Linux has no such line: it would follow a null pointer here.
    yield* cpu.bug_on(pgtable === 0, 'no page table was deposited for the huge PMD');
    return pgtable;
  }

  @from('v6.1', PGTABLE, 'arch_needs_pgtable_deposit')
  *arch_needs_pgtable_deposit(_cpu: Cpu): Op<boolean> {
    return false;
  }

  @from('v6.1', X86_PGTABLE, 'update_mmu_cache_pmd')
  *update_mmu_cache_pmd(_cpu: Cpu, _vma: Vma, _addr: Va, _pmdp: PmdSlot): Op {}

  // TLB

  @from('v6.1', PGTABLE, 'flush_pmd_tlb_range')
  *flush_pmd_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush_tlb_range(cpu, vma, start, end);
  }

  // Always right: an architecture that can tell more may say no.
  @from('v6.1', TLB, 'pte_needs_flush')
  *pte_needs_flush(_cpu: Cpu, _oldpte: Pte, _newpte: Pte): Op<boolean> {
    return true;
  }

  @from('v6.1', TLB, 'huge_pmd_needs_flush')
  *huge_pmd_needs_flush(_cpu: Cpu, _oldpmd: Pmd, _newpmd: Pmd): Op<boolean> {
    return true;
  }

  @from('v6.1', TLB, 'tlb_flush')
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    if (tlb.fullmm || tlb.need_flush_all) {
      yield* flush_tlb_mm(cpu, tlb.mm);
    } else if (tlb.end !== 0) {
      const vma: Vma = { id: 0, mm: tlb.mm, start: tlb.start, end: tlb.end, thp: 'never' }; // on the stack in Linux too
      yield* flush_tlb_range(cpu, vma, tlb.start, tlb.end);
    }
  }

  // Simplified: memory for a batch can always be had, and a table on the way of pages never fills the batch.
  @from('v6.1', 'mm/mmu_gather.c', 'tlb_remove_table')
  *tlb_remove_table(cpu: Cpu, tlb: MmuGather, table: Table): Op {
    if (!cpu.config('MMU_GATHER_RCU_TABLE_FREE')) {
      // The way of pages: freed with them, after a flush that is known to interrupt every walker.
      tlb.pageTables.push(table);
      return;
    }
    tlb.tables.push(table);
    if (cpu.reaches('MAX_TABLE_BATCH', tlb.tables.length)) yield* tlb_table_flush(cpu, tlb);
  }

  @from('v6.1', TLB, 'tlb_needs_table_invalidate')
  *tlb_needs_table_invalidate(_cpu: Cpu): Op<boolean> {
    return true;
  }

  @from('v6.1', 'mm/mmu_gather.c', 'tlb_remove_table_sync_one')
  *tlb_remove_table_sync_one(cpu: Cpu): Op {
    if (!cpu.config('MMU_GATHER_RCU_TABLE_FREE')) return; // the flush has waited for walkers already
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), tlb_remove_table_smp_sync, {});
  }

  // What all architectures have in common. The bit of the address space it leaves stays set.
  @from('v6.1', 'arch/powerpc/mm/mmu_context.c', 'switch_mm_irqs_off')
  *switch_mm(cpu: Cpu, _prev: Mm | undefined, next: Mm | undefined): Op {
    if (!next) {
      yield* cpu.write_root(0, 0);
      return;
    }
    yield* cpu.or(mmCells.cpumask(next.id), cpuBit(cpu.id));
    // The bit before the first walk: pairs with the barrier between a change and the look at mm_cpumask in a flush.
    yield* cpu.fence('smp_mb');
    const pgd = yield* cpu.load(mmCells.pgd(next.id));
    yield* cpu.write_root(pgd, next.id);
  }

  // Proposed in 2008, for x86 only. Where nothing better is known: every CPU leaves the address space and comes back, and what a
  // dead one would leave behind is flushed.
  @from('v2.6.25', 'arch/x86/kernel/smp_64.c', 'reload_tlb_mm')
  *reload_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), local_reload_tlb_mm, { mm: mm.id });
    yield* cpu.local_irq_save();
    yield* reloadHere(cpu, mm);
    yield* cpu.local_irq_restore();
    yield* tlb_flush(cpu, everythingOf(mm));
  }

  @from('v6.1', 'include/asm-generic/mmu_context.h', 'activate_mm')
  *activate_mm(cpu: Cpu, prev: Mm | undefined, next: Mm): Op {
    yield* switch_mm(cpu, prev, next);
  }

  @from('v6.1', 'include/asm-generic/mmu_context.h', 'enter_lazy_tlb')
  *enter_lazy_tlb(_cpu: Cpu, _mm: Mm): Op {}

  @from('v6.1', PGTABLE, 'arch_start_context_switch')
  *arch_start_context_switch(_cpu: Cpu): Op {}

  @from('v6.1', X86_PGTABLE, 'arch_end_context_switch')
  *arch_end_context_switch(_cpu: Cpu): Op {}

  // Page tables as memory

  @from('v6.1', 'arch/x86/mm/pgtable.c', 'pgd_alloc')
  *pgd_alloc(cpu: Cpu, _mm: Mm): Op<Table> {
    return yield* cpu.alloc_table('pgd');
  }

  @from('v6.1', 'arch/x86/mm/pgtable.c', 'pgd_free')
  *pgd_free(cpu: Cpu, _mm: Mm, pgd: Table): Op {
    yield* cpu.free_table(pgd);
  }

  @from('v6.1', PGALLOC, 'pud_alloc_one')
  *pud_alloc_one(cpu: Cpu, _mm: Mm, _addr: Va): Op<Table> {
    return yield* cpu.alloc_table('pud');
  }

  @from('v6.1', PGALLOC, 'pmd_alloc_one')
  *pmd_alloc_one(cpu: Cpu, _mm: Mm, _addr: Va): Op<Table> {
    return yield* cpu.alloc_table('pmd');
  }

  @from('v6.1', PGALLOC, 'pte_alloc_one')
  *pte_alloc_one(cpu: Cpu, _mm: Mm): Op<Table> {
    return yield* cpu.alloc_table('pte');
  }

  @from('v6.1', PGALLOC, 'pte_free')
  *pte_free(cpu: Cpu, _mm: Mm, pgtable: Table): Op {
    yield* cpu.free_table(pgtable);
  }

  @from('v6.1', PGALLOC, 'pmd_free')
  *pmd_free(cpu: Cpu, _mm: Mm, table: Table): Op {
    yield* cpu.free_table(table);
  }

  // The range is widened by a page only: what matters is that tables are freed.
  @from('v6.1', TLB, 'pte_free_tlb')
  *pte_free_tlb(cpu: Cpu, tlb: MmuGather, pgtable: Table, addr: Va): Op {
    tlb_flush_pmd_range(tlb, addr, PAGE_SIZE(cpu.geometry));
    tlb.freed_tables = true;
    yield* tlb_remove_table(cpu, tlb, pgtable);
  }

  @from('v6.1', TLB, 'pmd_free_tlb')
  *pmd_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    tlb_flush_pud_range(tlb, addr, PAGE_SIZE(cpu.geometry));
    tlb.freed_tables = true;
    yield* tlb_remove_table(cpu, tlb, table);
  }

  @from('v6.1', TLB, 'pud_free_tlb')
  *pud_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    tlb_flush_p4d_range(tlb, addr, PAGE_SIZE(cpu.geometry));
    tlb.freed_tables = true;
    yield* tlb_remove_table(cpu, tlb, table);
  }

  @from('v6.1', 'arch/x86/include/asm/tlb.h', '__tlb_remove_table')
  *__tlb_remove_table(cpu: Cpu, table: Table): Op {
    yield* cpu.free_table(table);
  }

  @from('v6.1', 'include/asm-generic/mm_hooks.h', 'arch_dup_mmap')
  *arch_dup_mmap(_cpu: Cpu, _oldmm: Mm, _mm: Mm): Op {}

  @from('v6.1', 'include/asm-generic/mm_hooks.h', 'arch_exit_mmap')
  *arch_exit_mmap(_cpu: Cpu, _mm: Mm): Op {}

  // Walks without locks

  @from('v6.1', 'mm/gup.c', 'gup_fast_permitted')
  *gup_fast_permitted(_cpu: Cpu, _start: Va, _end: Va): Op<boolean> {
    return true;
  }

  // Proposed and never merged.
  *register_lockless_pgtable_walker(_cpu: Cpu, _mm: Mm): Op {}
  *deregister_lockless_pgtable_walker(_cpu: Cpu, _mm: Mm): Op {}

  // Nobody has copied translations: there is no guest, and no device that walks page tables.
  @from('v6.1', 'include/linux/mmu_notifier.h', 'mmu_notifier_invalidate_range_start')
  *mmu_notifier_invalidate_range_start(_cpu: Cpu, _mm: Mm, _start: Va, _end: Va): Op {}
  @from('v6.1', 'include/linux/mmu_notifier.h', 'mmu_notifier_invalidate_range_end')
  *mmu_notifier_invalidate_range_end(_cpu: Cpu, _mm: Mm, _start: Va, _end: Va): Op {}

  // Only ppc64 has it. Elsewhere a walk with interrupts off is waited for by other means, or not at all.
  *serialize_against_pte_lookup(_cpu: Cpu, _mm: Mm): Op {}
}
