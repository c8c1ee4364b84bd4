/** Rules of powerpc that can be switched off when operations are measured. */
import type { Rule } from '@shootdown/core/plugin';

const both: readonly Rule[] = [
  {
    name: 'sticky_mask',
    says: 'A CPU stays in mm_cpumask when it leaves the address space.',
    off: { with: ['ppc_cpus_leave_the_mask'] },
  },
  {
    name: 'gather_of_one_size',
    says: 'A gather holds entries of one size, and flushes when the size changes.',
    off: { config: { MMU_GATHER_PAGE_SIZE: false } },
  },
];

export const radixRules: readonly Rule[] = [
  ...both,
  {
    name: 'local_flush',
    says: 'An address space that only this CPU has run is flushed by tlbiel.',
    off: { with: ['radix_flushes_are_global'] },
  },
  {
    name: 'single_thread_detection',
    says: 'A process with one thread sends idle CPUs away, and is local from then on.',
    off: { with: ['radix_leaves_idle_cpus'] },
  },
  {
    name: 'flush_per_huge_page',
    says: 'Zapping a huge page flushes it at once, under the lock.',
    off: { with: ['radix_zap_leaves_huge_translation'] },
  },
  {
    name: 'single_page_flush_ceiling',
    says: 'Above 33 pages tlbie is given up for one of the whole PID.',
    off: { numbers: { tlb_single_page_flush_ceiling: 2 ** 40 } },
  },
  {
    name: 'local_single_page_flush_ceiling',
    says: 'Above 256 pages tlbiel is given up for one of the whole PID.',
    off: { numbers: { tlb_local_single_page_flush_ceiling: 2 ** 40 } },
  },
  {
    name: 'spurious_faults_need_no_flush',
    says: 'An entry that only gains permissions needs no flush.',
    off: { with: ['radix_flushes_every_change'] },
  },
  {
    name: 'power9_errata',
    says: 'POWER9 repeats tlbie before it waits, once for each of two errata.',
    off: { numbers: { CPU_FTR_P9_TLBIE_STQ_BUG: 0, CPU_FTR_P9_TLBIE_ERAT_BUG: 0 } },
  },
];

export const hashRules: readonly Rule[] = [
  ...both,
  {
    name: 'batch_of_192',
    says: 'A CPU removes the entries it has collected when there are 192.',
    off: { numbers: { PPC64_TLB_BATCH_NR: 2 ** 40 } },
  },
  {
    name: 'only_hashed_ptes',
    says: 'Only entries that were put into the hash table are removed from it.',
    off: { with: ['hash_removes_every_entry'] },
  },
  {
    name: 'collapse_serializes',
    says: 'Collapse waits for hash faults before it empties the hash table.',
    off: { with: ['hash_collapse_without_serialize'] },
  },
];
