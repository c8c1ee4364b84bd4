/** PARAVIRT=y on the bare machine: what pv_ops.mmu adds while its flush is still the native one. */
import { from, Generic, type Cpu, type Layer, type MmuGather, type Op, type Table } from '@shootdown/core/plugin';

const generic = new Generic();

export class ParavirtNative implements Layer {
  // RCU table freeing is compiled in, and tlb_remove_table_sync_one interrupts; yet the native pv_op still sends tables the
  // way of pages: the flush has interrupted every CPU that could be walking. KVM, Hyper-V and Xen replace it.
  @from('v6.1', 'arch/x86/kernel/paravirt.c', 'pv_ops')
  *tlb_remove_table(cpu: Cpu, tlb: MmuGather, table: Table): Op {
    if (cpu.has('x86_tables_always_go_by_rcu')) yield* generic.tlb_remove_table(cpu, tlb, table);
    else tlb.pageTables.push(table);
  }
}
