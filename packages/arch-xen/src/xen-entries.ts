/** Entries of a Xen PV guest: which are plain stores, which are requests, and in which order a table is handed over and linked. */
import {
  entryRef,
  from,
  inject,
  isFolded,
  mkTable,
  none,
  set_pte_at,
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
  type Table,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { guest } from './cells.ts';
import { Hypervisor, LAZY, mmu_update } from './hypervisor.ts';
import { Pinning } from './pinning.ts';

const MMU_PV = 'arch/x86/xen/mmu_pv.c';
const PARAVIRT = 'arch/x86/include/asm/paravirt.h';
const PGALLOC = 'arch/x86/include/asm/pgalloc.h';

export class XenEntries implements Layer {
  constructor(
    @inject(Hypervisor) private readonly xen: Hypervisor,
    @inject(Pinning) private readonly pinning: Pinning,
  ) {}

  // PTEs. Always a request, even while the table is ordinary memory: cheaper than a trap, and Xen does both. Locked updates
  // (ptep_get_and_clear, ptep_set_wrprotect) stay as they are, and trap.

  @from('v6.1', MMU_PV, 'xen_set_pte')
  *set_pte_at(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot, pte: Pte): Op {
    yield* this.xen.issue(cpu, mmu_update(ptep, pte));
  }

  @from('v6.1', PARAVIRT, 'pte_clear')
  *pte_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    yield* set_pte_at(cpu, mm, addr, ptep, none);
  }

  @from('v6.1', 'arch/x86/mm/pgtable.c', 'ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, entry: Pte, dirty: boolean): Op<boolean> {
    const old = yield* cpu.read_entry(ptep);
    if (old !== entry && dirty) yield* set_pte_at(cpu, vma.mm, addr, ptep, entry);
    return old !== entry;
  }

  // Leaves the entry as it is: no walker without locks ever sees none, and the commit keeps what hardware has set meanwhile.
  @from('v6.1', MMU_PV, 'xen_ptep_modify_prot_start')
  *ptep_modify_prot_start(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot): Op<Pte> {
    return yield* cpu.read_entry(ptep);
  }

  @from('v6.1', MMU_PV, 'xen_ptep_modify_prot_commit')
  *ptep_modify_prot_commit(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, _old: Pte, pte: Pte): Op {
    yield* this.xen.issue(cpu, { op: 'mmu_update', slot: ptep, value: pte, keep: 'accessed and dirty' });
  }

  @from('v6.1', 'arch/x86/kernel/paravirt.c', 'paravirt_enter_lazy_mmu')
  *arch_enter_lazy_mmu_mode(cpu: Cpu): Op {
    yield* cpu.store(guest.lazy_mode(cpu.id), LAZY.MMU);
  }

  @from('v6.1', MMU_PV, 'xen_leave_lazy_mmu')
  *arch_leave_lazy_mmu_mode(cpu: Cpu): Op {
    yield* this.xen.xen_mc_flush(cpu);
    yield* cpu.store(guest.lazy_mode(cpu.id), LAZY.NONE);
  }

  // Upper entries

  @from('v6.1', MMU_PV, 'xen_set_pmd')
  *set_pmd_at(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot, pmd: Pmd): Op {
    yield* this.#setUpper(cpu, pmdp, pmd);
  }

  @from('v6.1', PARAVIRT, 'pmd_clear')
  *pmd_clear(cpu: Cpu, pmdp: PmdSlot): Op {
    yield* this.#setUpper(cpu, pmdp, none);
  }

  @from('v6.1', PARAVIRT, 'pud_clear')
  *pud_clear(cpu: Cpu, pudp: Slot<'pud'>): Op {
    if (!isFolded(cpu.geometry, 'pmd')) yield* this.#setUpper(cpu, pudp, none);
  }

  @from('v6.1', PARAVIRT, 'p4d_clear')
  *p4d_clear(cpu: Cpu, p4dp: Slot<'p4d'>): Op {
    if (!isFolded(cpu.geometry, 'pud')) yield* this.#setUpper(cpu, p4dp, none);
  }

  // First the table, then the entry: Xen links only what is read-only and can be validated.
  @from('v6.1', PGALLOC, 'pmd_populate')
  *pmd_populate(cpu: Cpu, mm: Mm, pmdp: PmdSlot, pgtable: Table): Op {
    yield* this.pinning.xen_alloc_ptpage(cpu, mm, pgtable, 'pte');
    yield* this.#setUpper(cpu, pmdp, mkTable(pgtable));
  }

  @from('v6.1', PGALLOC, 'pud_populate')
  *pud_populate(cpu: Cpu, mm: Mm, pudp: Slot<'pud'>, table: Table): Op {
    if (isFolded(cpu.geometry, 'pmd')) return;
    yield* this.pinning.xen_alloc_ptpage(cpu, mm, table, 'pmd');
    yield* this.#setUpper(cpu, pudp, mkTable(table));
  }

  @from('v6.1', PGALLOC, 'p4d_populate')
  *p4d_populate(cpu: Cpu, mm: Mm, p4dp: Slot<'p4d'>, table: Table): Op {
    if (isFolded(cpu.geometry, 'pud')) return;
    yield* this.pinning.xen_alloc_ptpage(cpu, mm, table, 'pud');
    yield* this.#setUpper(cpu, p4dp, mkTable(table));
  }

  /** xen_set_pmd, xen_set_pud, xen_set_p4d: a plain store while the table is ordinary memory. */
  *#setUpper(cpu: Cpu, slot: Slot, entry: Entry): Op {
    const pinned = yield* cpu.load(guest.PagePinned(slot.table));
    if (pinned) yield* this.xen.issue(cpu, mmu_update(slot, entry));
    else yield* cpu.store(entryRef(slot), entry);
  }
}
