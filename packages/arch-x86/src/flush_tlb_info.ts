/** arch/x86/include/asm/tlbflush.h: what a flush asks of the CPUs that it interrupts. */
import type { CpuId, Info, Va } from '@shootdown/core/plugin';

/** struct flush_tlb_info, as the interrupt carries it. Simplified: no trim_cpumask, which acts once a second. */
export type FlushTlbInfo = Info & {
  readonly mm: number;
  readonly start: Va;
  readonly end: Va;
  /** Bytes from one address to invalidate to the next. */
  readonly stride: number;
  readonly freed_tables: boolean;
  readonly new_tlb_gen: number;
  readonly initiating_cpu: CpuId;
};
