/** What x86 did otherwise in older releases. */
import { from, PAGE_SIZE, type Change, type Cpu, type Layer, type Op, type Va, type Vma } from '@shootdown/core/plugin';
import { flush_tlb_mm_range } from './tlb.ts';

class FlushRangeSparesLazyCpus implements Layer {
  @from('v6.0', 'arch/x86/include/asm/tlbflush.h', 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush_tlb_mm_range(cpu, vma.mm, start, end, PAGE_SIZE(cpu.geometry), false);
  }
}

export const history: readonly Change[] = [
  {
    name: 'x86_flush_range_spares_lazy_cpus',
    commit: '016c4d92cd16, removed by 3ef938c35035',
    says: 'flush_tlb_range does not interrupt lazy CPUs, although pmdp_collapse_flush takes a page table out with it.',
    since: 'v5.8',
    until: 'v6.1',
    layer: FlushRangeSparesLazyCpus,
  },
];
