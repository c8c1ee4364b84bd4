/** The flushes of a guest: x86 below numbers them and says whom they concern, the hypervisor reaches them. Nobody is interrupted. */
import {
  linux,
  operation,
  PAGE_SIZE,
  TLB_FLUSH_ALL,
  type Cpu,
  type CpuMask,
  type Op,
  type Va,
} from '@shootdown/core/plugin';
import { everything, Hypervisor, onePage } from './hypervisor.ts';

const xen = new Hypervisor(); // holds nothing: any one will do

/**
 * pv_ops.mmu.flush_tlb_multi of arch-x86. The mask is that of the address space: lazy CPUs are not spared. The CPUs are not told
 * of generations, so they flush once more when they come to the address space next time.
 */
export const xen_flush_tlb_multi = operation(
  linux('v6.1', 'arch/x86/xen/mmu_pv.c', 'xen_flush_tlb_multi'),
  function* (cpu: Cpu, mask: CpuMask, info: { readonly start: Va; readonly end: Va }): Op {
    const alone = info.end !== TLB_FLUSH_ALL && info.end - info.start <= PAGE_SIZE(cpu.geometry);
    yield* xen.issue(cpu, { op: 'flush_multi', what: alone ? onePage(info.start) : everything, vcpus: mask });
  },
);

/** pv_ops.mmu.flush_tlb_one_user: a request, too. In lazy mode it waits behind the changes of entries that wait there. */
export const xen_flush_tlb_one_user = operation(
  linux('v6.1', 'arch/x86/xen/mmu_pv.c', 'xen_flush_tlb_one_user'),
  function* (cpu: Cpu, _mm: number, addr: Va): Op {
    yield* xen.issue(cpu, { op: 'flush_local', what: onePage(addr) });
  },
);

/** pv_ops.mmu.flush_tlb_user: the same for everything. */
export const xen_flush_tlb = operation(
  linux('v6.1', 'arch/x86/xen/mmu_pv.c', 'xen_flush_tlb'),
  function* (cpu: Cpu, _mm: number): Op {
    yield* xen.issue(cpu, { op: 'flush_local', what: everything });
  },
);
