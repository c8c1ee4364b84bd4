/** What a Xen PV guest runs on: the processor of x86-64, with a hypervisor between it and the page tables. */
import type { Cpu, CpuMask, MachineSpec, Op, Va } from '@shootdown/core/plugin';
import { x86Paravirt } from '@shootdown/arch-x86';
import { guest, xen } from './cells.ts';
import { mmu_update, new_baseptr, pin, unpin, update_va_mapping } from './steps.ts';
import { xen_write_cr3 } from './switch.ts';
import { xen_flush_tlb, xen_flush_tlb_multi, xen_flush_tlb_one_user } from './tlb.ts';
import { writablePagetables } from './trap.ts';

/** What arch-x86 lets a guest replace. */
interface Guest {
  readonly pv_ops: {
    readonly flush_tlb_multi: (cpu: Cpu, mask: CpuMask, info: { readonly start: Va; readonly end: Va }) => Op;
    readonly flush_tlb_one_user: (cpu: Cpu, mm: number, addr: Va) => Op;
    readonly flush_tlb_user: (cpu: Cpu, mm: number) => Op;
  };
}

export const xenPvMachine: MachineSpec & Guest = {
  ...x86Paravirt.machine,
  shootdown: 'hypercall',
  // Xen hides PSE from its guests, and with it huge pages.
  config: { ...x86Paravirt.machine.config, TRANSPARENT_HUGEPAGE: false },
  cells: [...x86Paravirt.machine.cells, ...Object.values(xen), ...Object.values(guest)],
  steps: [mmu_update, update_va_mapping, pin, unpin, new_baseptr],
  writeTrap: writablePagetables,
  write_root: xen_write_cr3,
  pv_ops: {
    flush_tlb_multi: xen_flush_tlb_multi,
    flush_tlb_one_user: xen_flush_tlb_one_user,
    flush_tlb_user: xen_flush_tlb,
  },
};
