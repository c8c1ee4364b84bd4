/** Life of tables and trees, and switching between them, in a Xen PV guest. */
import {
  below,
  from,
  Generic,
  inject,
  mmCells,
  type Cpu,
  type Layer,
  type Mm,
  type MmHooks,
  type MmuGather,
  type Op,
  type Table,
  type Va,
} from '@shootdown/core/plugin';
import { guest } from './cells.ts';
import { Pinning } from './pinning.ts';
import { paravirt_start_context_switch, xen_drop_mm_ref, xen_end_context_switch } from './switch.ts';

const MMU_PV = 'arch/x86/xen/mmu_pv.c';
const generic = new Generic();

export class XenPv implements Layer {
  constructor(
    @below() private readonly x86: MmHooks,
    @inject(Pinning) private readonly pinning: Pinning,
  ) {}

  // A flush that interrupts nobody waits for no walker: tables go by RCU.
  @from('v6.1', MMU_PV, 'xen_mmu_ops')
  *tlb_remove_table(cpu: Cpu, tlb: MmuGather, table: Table): Op {
    yield* generic.tlb_remove_table(cpu, tlb, table);
  }

  // Life of tables and trees

  @from('v6.1', 'arch/x86/mm/pgtable.c', '___pte_free_tlb')
  *pte_free_tlb(cpu: Cpu, tlb: MmuGather, pgtable: Table, addr: Va): Op {
    yield* this.pinning.xen_release_ptpage(cpu, pgtable, 'pte');
    yield* this.x86.pte_free_tlb(cpu, tlb, pgtable, addr);
  }

  @from('v6.1', 'arch/x86/mm/pgtable.c', '___pmd_free_tlb')
  *pmd_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* this.pinning.xen_release_ptpage(cpu, table, 'pmd');
    yield* this.x86.pmd_free_tlb(cpu, tlb, table, addr);
  }

  @from('v6.1', 'arch/x86/mm/pgtable.c', '___pud_free_tlb')
  *pud_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* this.pinning.xen_release_ptpage(cpu, table, 'pud');
    yield* this.x86.pud_free_tlb(cpu, tlb, table, addr);
  }

  @from('v6.1', MMU_PV, 'xen_activate_mm')
  *activate_mm(cpu: Cpu, prev: Mm | undefined, next: Mm): Op {
    yield* this.#pin(cpu, next);
    yield* this.x86.activate_mm(cpu, prev, next);
  }

  @from('v6.1', MMU_PV, 'xen_dup_mmap')
  *arch_dup_mmap(cpu: Cpu, _oldmm: Mm, mm: Mm): Op {
    yield* this.#pin(cpu, mm);
  }

  @from('v6.1', 'arch/x86/kernel/paravirt.c', 'paravirt_start_context_switch')
  *arch_start_context_switch(cpu: Cpu): Op {
    yield* paravirt_start_context_switch(cpu);
  }

  @from('v6.1', 'arch/x86/xen/enlighten_pv.c', 'xen_end_context_switch')
  *arch_end_context_switch(cpu: Cpu): Op {
    yield* xen_end_context_switch(cpu);
  }

  // The tree is torn down by plain stores after this.
  @from('v6.1', MMU_PV, 'xen_exit_mmap')
  *arch_exit_mmap(cpu: Cpu, mm: Mm): Op {
    yield* xen_drop_mm_ref(cpu, mm);
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    const pinned = yield* cpu.load(guest.PagePinned(pgd));
    if (pinned) yield* this.pinning.xen_pgd_unpin(cpu, mm);
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  }

  *#pin(cpu: Cpu, mm: Mm): Op {
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    yield* this.pinning.xen_pgd_pin(cpu, mm);
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  }
}
