/** INVLPGB: an AMD instruction that makes every CPU drop translations of an address space. Nobody is interrupted. Linux 6.15. */
import {
  linux,
  operation,
  PAGE_SIZE,
  TLB_FLUSH_ALL,
  type Cpu,
  type MachineSpec,
  type Op,
} from '@shootdown/core/plugin';
import { x86_64_paravirt } from './mmu.ts';
import type { FlushTlbInfo } from './flush_tlb_info.ts';

const TLB_C = 'arch/x86/mm/tlb.c';

/**
 * Has the mm an ASID that means the same on every CPU?
 * Simplified: from the beginning. Linux gives one out when the mm runs on more than three CPUs at once, as there are too few.
 */
export const mm_global_asid = (cpu: Cpu): boolean => cpu.spec.shootdown === 'broadcast';

/** Flushes a range of an address space on every CPU, lazy ones and those that run something else included, and waits for that. */
export const broadcast_tlb_flush = operation(
  linux('v6.15', TLB_C, 'broadcast_tlb_flush'),
  function* (cpu: Cpu, info: FlushTlbInfo): Op {
    if (info.end === TLB_FLUSH_ALL) {
      yield* cpu.tlbi_broadcast({
        asid: info.mm,
        start: 0,
        end: TLB_FLUSH_ALL,
        leaves: ['pte', 'pmd'],
        walkCache: 'all',
      });
    } else {
      // By address, upper entries go that lead to it (EFER.TCE); with the flag for final translations only, none do.
      const walkCache = cpu.has('invlpgb_final_only') && !info.freed_tables ? 'none' : 'range';
      for (let addr = info.start; addr < info.end; addr += info.stride) {
        // Up to invlpgb_count_max of them are one instruction: nobody can tell before the TLBSYNC.
        yield* cpu.tlbi_broadcast({
          asid: info.mm,
          start: addr,
          end: addr + PAGE_SIZE(cpu.geometry),
          leaves: ['pte', 'pmd'],
          walkCache,
        });
      }
    }
    yield* cpu.tlbi_sync('tlbsync');
  },
);

/** Since a flush interrupts nobody here, page tables are freed by RCU on every x86 kernel since 6.15. */
export const x86_64_invlpgb: MachineSpec = { ...x86_64_paravirt, shootdown: 'broadcast' };
