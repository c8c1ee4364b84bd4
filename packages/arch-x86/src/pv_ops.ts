/** pv_ops.mmu: what a guest's kernel does otherwise. Linux chooses it at boot, so it is a part of the machine. */
import type { Cpu, CpuMask, MachineSpec, Op, Va } from '@shootdown/core/plugin';
import type { FlushTlbInfo } from './flush_tlb_info.ts';

export interface PvOps {
  /** In place of native_flush_tlb_one_user: drops the translation of one address on this CPU. */
  readonly flush_tlb_one_user?: (cpu: Cpu, mm: number, addr: Va) => Op;
  /** In place of native_flush_tlb_local: drops all of an address space on this CPU. */
  readonly flush_tlb_user?: (cpu: Cpu, mm: number) => Op;
  /** In place of native_flush_tlb_multi: makes the CPUs of the mask, this one among them, do a flush. */
  readonly flush_tlb_multi?: (cpu: Cpu, mask: CpuMask, info: FlushTlbInfo) => Op;
}

/** The machine of an x86 kernel. */
export interface X86Machine extends MachineSpec {
  readonly pv_ops?: PvOps;
}

const native: PvOps = {};

export const pv_ops = (cpu: Cpu): PvOps => (cpu.spec as X86Machine).pv_ops ?? native;
