/** Rules of x86 that can be switched off when operations are measured. */
import type { Rule } from '@shootdown/core/plugin';

export const rules: readonly Rule[] = [
  {
    name: 'skip_lazy',
    says: 'A flush that frees no tables spares CPUs that are lazy.',
    off: { with: ['x86_lazy_cpus_are_interrupted'] },
  },
  {
    name: 'freed_tables',
    says: 'A flush that frees tables interrupts lazy CPUs too.',
    off: { with: ['x86_lazy_cpus_are_always_spared'] },
  },
  {
    name: 'range_flush_says_tables',
    says: 'flush_tlb_range says that tables go.',
    off: { with: ['x86_flush_range_spares_lazy_cpus'] },
  },
  {
    name: 'leave_lazily_loaded',
    says: 'A lazy CPU that is interrupted leaves the address space, and no flush asks it again.',
    off: { with: ['x86_lazy_cpus_stay'] },
  },
  {
    name: 'tlb_gen',
    says: 'A CPU compares generations, and flushes everything when it has missed more than one flush.',
    off: { with: ['x86_flushes_by_request_only'] },
  },
  {
    name: 'single_page_flush_ceiling',
    says: 'Above 33 pages a flush is one of everything.',
    off: { numbers: { tlb_single_page_flush_ceiling: 2 ** 40 } },
  },
  {
    name: 'gather_goes_on',
    says: 'A gather goes on from one area to the next without a flush in between.',
    off: { config: { MMU_GATHER_MERGE_VMAS: false } },
  },
];
