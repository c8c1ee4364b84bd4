/** The hooks of the radix MMU: the hardware walks the tables, tlbie reaches every CPU without asking it. */
import {
  entryRef,
  from,
  HPAGE_PMD_SIZE,
  none,
  PAGE_SIZE,
  pmd_clear,
  pmd_present,
  POISON,
  ptep_get_and_clear,
  tableCells,
  type ArchHooks,
  type Cpu,
  type Mm,
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
import { exit_flush_lazy_tlbs, load_root_everywhere } from './context.ts';
import {
  __radix__flush_tlb_range,
  __radix__flush_tlb_range_psize,
  radix__flush_all_mm,
  radix__flush_tlb_collapsed_pmd,
  radix__flush_tlb_mm,
  radix__flush_tlb_page_psize,
} from './radix_tlb.ts';
import { __radix_pte_update, EVERYTHING } from './update.ts';

const RADIX_H = 'arch/powerpc/include/asm/book3s/64/radix.h';
const RADIX_PGTABLE = 'arch/powerpc/mm/book3s64/radix_pgtable.c';
const RADIX_TLB = 'arch/powerpc/mm/book3s64/radix_tlb.c';

export class Radix implements ArchHooks {
  @from('v6.1', RADIX_H, 'radix__ptep_get_and_clear_full')
  *ptep_get_and_clear_full(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, full: boolean): Op<Pte> {
    if (!full) return yield* ptep_get_and_clear(cpu, mm, addr, ptep);
    const pte = yield* cpu.read_entry(ptep);
    yield* cpu.store(entryRef(ptep), none);
    return pte;
  }

  @from('v6.1', RADIX_PGTABLE, 'radix__pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* cpu.read_entry(pmdp);
    if (pmd_present(old)) return yield* __radix_pte_update(cpu, pmdp, EVERYTHING, 0);
    yield* pmd_clear(cpu, pmdp); // a migration entry: no hardware changes it
    return old;
  }

  @from('v6.1', RADIX_PGTABLE, 'radix__pmdp_collapse_flush')
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    // No interrupt: a walker with interrupts off may still be inside the old table. GUP-fast checks the PMD again.
    yield* radix__flush_tlb_collapsed_pmd(cpu, vma.mm, address);
    return pmd;
  }

  // Deposited tables hang together by a list whose links lie in the tables themselves: their first two words are no entries
  // while they are deposited.
  @from('v6.1', RADIX_PGTABLE, 'radix__pgtable_trans_huge_deposit')
  *pgtable_trans_huge_deposit(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    for (let word = 0; word < 2; word++) yield* cpu.store(tableCells.entry(pgtable, word), POISON);
    yield* cpu.list_add(tableCells.pmd_huge_pte(pmdp.table), pgtable);
  }

  @from('v6.1', RADIX_PGTABLE, 'radix__pgtable_trans_huge_withdraw')
  *pgtable_trans_huge_withdraw(cpu: Cpu, _mm: Mm, pmdp: PmdSlot): Op<Table> {
    const pgtable = yield* cpu.list_take(tableCells.pmd_huge_pte(pmdp.table));
    yield* cpu.bug_on(pgtable === 0, 'no page table was deposited for the huge PMD');
    for (let word = 0; word < 2; word++) yield* cpu.store(tableCells.entry(pgtable, word), none);
    return pgtable;
  }

  // Not in Linux. The process table names the root: simplified, each CPU loads it at a switch, so that it has to be interrupted.
  @from('v6.1', 'arch/powerpc/mm/book3s64/mmu_context.c', 'radix__switch_mmu_context')
  *reload_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* load_root_everywhere(cpu, mm);
    yield* radix__flush_all_mm(cpu, mm, false);
  }

  // TLB

  @from('v6.1', RADIX_TLB, 'radix__flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* radix__flush_tlb_page_psize(cpu, vma.mm, addr, 'pte');
  }

  @from('v6.1', RADIX_TLB, 'radix__flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* __radix__flush_tlb_range(cpu, vma.mm, start, end);
  }

  @from('v6.1', RADIX_TLB, 'radix__flush_pmd_tlb_range')
  *flush_pmd_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* __radix__flush_tlb_range_psize(cpu, vma.mm, start, end, 'pmd', 'stays');
  }

  @from('v6.1', RADIX_TLB, 'radix__flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* radix__flush_tlb_mm(cpu, mm);
  }

  @from('v6.1', RADIX_TLB, 'radix__tlb_flush')
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    if (tlb.fullmm || tlb.need_flush_all) {
      // Where lazies may be shot they will be interrupted anyway, soon: better now, and they flush on their way.
      if (cpu.has('lazies_may_be_shot')) {
        yield* cpu.fence('smp_mb'); // our changes of entries before the look at mm_cpumask
        yield* exit_flush_lazy_tlbs(cpu, tlb.mm);
      }
      yield* radix__flush_all_mm(cpu, tlb.mm, true);
      return;
    }
    const small = tlb.page_size === PAGE_SIZE(cpu.geometry);
    if (small || tlb.page_size === HPAGE_PMD_SIZE(cpu.geometry)) {
      yield* __radix__flush_tlb_range_psize(
        cpu,
        tlb.mm,
        tlb.start,
        tlb.end,
        small ? 'pte' : 'pmd',
        tlb.freed_tables ? 'also_pwc' : 'stays',
      );
    } else if (tlb.freed_tables) yield* radix__flush_all_mm(cpu, tlb.mm, false);
    else yield* radix__flush_tlb_mm(cpu, tlb.mm);
  }
}
