/** Virtual addresses, CPUs and sets of CPUs. Addresses are numbers: they stay exact up to 2^53 bytes, and survive JSON. */

/** A user virtual address in bytes. */
export type Va = number;

/** Index of a CPU, from 0. */
export type CpuId = number;

/** A set of CPUs, bit n for CPU n (at most 31 CPUs: more than any exploration reaches). */
export type CpuMask = number;

/** Half-open range of virtual addresses, in bytes. */
export interface Range {
  readonly start: Va;
  readonly end: Va;
}

/** End of an address space: every flush up to here is a flush of everything. */
export const TLB_FLUSH_ALL: Va = Number.MAX_SAFE_INTEGER;

export const cpuBit = (cpu: CpuId): CpuMask => 1 << cpu;
export const without = (mask: CpuMask, cpu: CpuId): CpuMask => mask & ~cpuBit(cpu);
export const cpusOf = (mask: CpuMask): CpuId[] => {
  const out: CpuId[] = [];
  for (let cpu = 0; mask >>> cpu; cpu++) if ((mask >>> cpu) & 1) out.push(cpu);
  return out;
};
