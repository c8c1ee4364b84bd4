/** The hooks of the hash MMU: Linux keeps the tree, the hardware looks into a hash table of its own. */
import {
  entryRef,
  F,
  from,
  pmd_clear,
  pmd_present,
  pte_young,
  serialize_against_pte_lookup,
  withoutFlags,
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
import { batch, data_fault, hpte_slot_table } from './cells.ts';
import { load_root_everywhere } from './context.ts';
import { hash_preload } from './hash_page.ts';
import { __flush_tlb_pending, clearTable, flush_hash_table_pmd_range } from './hash_tlb.ts';
import { EVERYTHING, pte_update } from './update.ts';

const TLBFLUSH = 'arch/powerpc/include/asm/book3s/64/tlbflush-hash.h';
const HASH_PGTABLE = 'arch/powerpc/mm/book3s64/hash_pgtable.c';

/** set_pte_filter_hash: whoever writes an entry anew has read it before; what hash faults had noted by then counts no more. */
const filtered = (entry: Pte): Pte => withoutFlags(entry, F.BUSY | F.HASHPTE);

export class Hash implements ArchHooks {
  // Written anew

  @from('v6.1', 'arch/powerpc/mm/pgtable.c', 'set_pte_at')
  *set_pte_at(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot, pte: Pte): Op {
    yield* cpu.store(entryRef(ptep), filtered(pte));
  }

  @from('v6.1', 'arch/powerpc/mm/book3s64/pgtable.c', 'set_pmd_at')
  *set_pmd_at(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op {
    yield* cpu.store(entryRef(pmdp), filtered(pmd));
  }

  // PMD

  // The deposited table says which pages of the huge page were hashed: emptied together with the PMD, under its lock.
  @from('v6.1', HASH_PGTABLE, 'hash__pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const before = yield* cpu.read_entry(pmdp);
    if (!pmd_present(before)) {
      yield* pmd_clear(cpu, pmdp);
      return before;
    }
    const old = yield* pte_update(cpu, mm, addr, pmdp, EVERYTHING, 0);
    const slots = yield* cpu.load(hpte_slot_table(pmdp.table, pmdp.index));
    yield* clearTable(cpu, slots);
    return old;
  }

  @from('v6.1', HASH_PGTABLE, 'hash__pmdp_collapse_flush')
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    // A hash fault may hold a pointer to a PTE that it found before we cleared the PMD, and would still put small pages into
    // the hash table while we copy them. Wait until every CPU of this mm has left its section with interrupts off.
    yield* serialize_against_pte_lookup(cpu, vma.mm);
    yield* flush_hash_table_pmd_range(cpu, vma.mm, pmd, address);
    return pmd;
  }

  @from('v6.1', HASH_PGTABLE, 'hash__pgtable_trans_huge_deposit')
  *pgtable_trans_huge_deposit(cpu: Cpu, _mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    yield* cpu.store(hpte_slot_table(pmdp.table, pmdp.index), pgtable);
    yield* cpu.fence('smp_wmb'); // before the huge PMD: a hash fault looks for the table as soon as it sees that
  }

  @from('v6.1', HASH_PGTABLE, 'hash__pgtable_trans_huge_withdraw')
  *pgtable_trans_huge_withdraw(cpu: Cpu, _mm: Mm, pmdp: PmdSlot): Op<Table> {
    const pgtable = yield* cpu.load(hpte_slot_table(pmdp.table, pmdp.index));
    yield* cpu.bug_on(pgtable === 0, 'no page table was deposited for the huge PMD');
    yield* cpu.store(hpte_slot_table(pmdp.table, pmdp.index), 0);
    yield* clearTable(cpu, pgtable);
    return pgtable;
  }

  // Not invalid, or exit would take the range for empty. But not for user code: hash faults then go to the page fault, which
  // waits for the lock; and the table that says what was hashed may be taken.
  @from('v4.14', 'arch/powerpc/mm/pgtable-hash64.c', 'hash__pmdp_huge_split_prepare')
  *pmdp_huge_split_prepare(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op {
    yield* pte_update(cpu, vma.mm, addr, pmdp, F.USER, 0);
  }

  // For files too: every huge page needs the memory.
  @from('v6.1', 'arch/powerpc/include/asm/book3s/64/pgtable.h', 'arch_needs_pgtable_deposit')
  *arch_needs_pgtable_deposit(_cpu: Cpu): Op<boolean> {
    return true;
  }

  // Lazy MMU mode, and the TLB

  @from('v6.1', TLBFLUSH, 'arch_enter_lazy_mmu_mode')
  *arch_enter_lazy_mmu_mode(cpu: Cpu): Op {
    yield* cpu.store(batch.active(cpu.id), 1);
  }

  @from('v6.1', TLBFLUSH, 'arch_leave_lazy_mmu_mode')
  *arch_leave_lazy_mmu_mode(cpu: Cpu): Op {
    const index = yield* cpu.load(batch.index(cpu.id));
    if (index !== 0) yield* __flush_tlb_pending(cpu);
    yield* cpu.store(batch.active(cpu.id), 0);
  }

  @from('v6.1', 'arch/powerpc/mm/book3s64/hash_tlb.c', 'hash__tlb_flush')
  *tlb_flush(cpu: Cpu, _tlb: MmuGather): Op {
    const index = yield* cpu.load(batch.index(cpu.id));
    if (index !== 0) yield* __flush_tlb_pending(cpu);
  }

  // Empty: whoever changed an entry has flushed.
  @from('v6.1', TLBFLUSH, 'hash__flush_tlb_page')
  *flush_tlb_page(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}
  @from('v6.1', TLBFLUSH, 'hash__flush_tlb_range')
  *flush_tlb_range(_cpu: Cpu, _vma: Vma, _start: Va, _end: Va): Op {}
  @from('v6.1', TLBFLUSH, 'hash__flush_pmd_tlb_range')
  *flush_pmd_tlb_range(_cpu: Cpu, _vma: Vma, _start: Va, _end: Va): Op {}
  @from('v6.1', TLBFLUSH, 'hash__flush_tlb_mm')
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}

  // Not in Linux. No register holds the root: whoever walks does it in software, with interrupts off, and asks the mm.
  @from('v6.1', 'arch/powerpc/mm/book3s64/mmu_context.c', 'switch_mmu_context')
  *reload_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* load_root_everywhere(cpu, mm);
  }

  @from('v6.1', 'arch/powerpc/include/asm/tlb.h', 'tlb_needs_table_invalidate')
  *tlb_needs_table_invalidate(_cpu: Cpu): Op<boolean> {
    return false; // the hardware knows nothing of the tables
  }

  // Only for a page fault of user code, not for entries that are filled ahead of time.
  @from('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', '__update_mmu_cache')
  *update_mmu_cache(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot): Op {
    const pte = yield* cpu.read_entry(ptep);
    const faulted = yield* cpu.load(data_fault(cpu.id));
    if (!pte_young(pte) || !faulted) return;
    yield* cpu.store(data_fault(cpu.id), 0);
    yield* hash_preload(cpu, vma.mm, addr, ptep);
  }
}
