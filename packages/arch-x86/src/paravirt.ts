/** PARAVIRT=y on the bare machine: what pv_ops.mmu adds while its flush is still the native one. */
import { from, type Cpu, type Layer, type MmuGather, type Op, type Table } from '@shootdown/core/plugin';

export class ParavirtNative implements Layer {
  // RCU table freeing is compiled in, and tlb_remove_table_sync_one interrupts; yet the native pv_op still sends tables the
  // way of pages: the flush has interrupted every CPU that could be walking. KVM, Hyper-V and Xen replace it.
  @from('v6.1', 'arch/x86/kernel/paravirt.c', 'pv_ops')
  *tlb_remove_table(_cpu: Cpu, tlb: MmuGather, table: Table): Op {
    tlb.pageTables.push(table);
  }
}
