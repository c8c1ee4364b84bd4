/** The invalidations x86 has. All are local: no instruction of this machine reaches the TLB of another CPU. */
import { linux, operation, TLB_FLUSH_ALL, type Cpu, type Op, type Va } from '@shootdown/core/plugin';

/** INVLPG: the translation of one address, whatever its size, and every remembered upper level of the address space (PCID). */
export const native_flush_tlb_one_user = operation(
  linux('v6.1', 'arch/x86/mm/tlb.c', 'native_flush_tlb_one_user'),
  function* (cpu: Cpu, mm: number, addr: Va): Op {
    yield* cpu.flush_local({ asid: mm, start: addr, end: addr + 1, leaves: ['pte', 'pmd'], walkCache: 'all' });
  },
);

/** A load of CR3 with its present value: all of the address space. */
export const native_flush_tlb_local = operation(
  linux('v6.1', 'arch/x86/mm/tlb.c', 'native_flush_tlb_local'),
  function* (cpu: Cpu, mm: number): Op {
    yield* cpu.flush_local({ asid: mm, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
  },
);
