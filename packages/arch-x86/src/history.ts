/** What x86 did otherwise in older releases, and what never became a release. */
import type { Change } from '@shootdown/core/plugin';

// None of these is a layer: a guest's kernel replaces the hooks above them, and has had the same history.
export const history: readonly Change[] = [
  {
    name: 'x86_flush_range_spares_lazy_cpus',
    commit: '016c4d92cd16, removed by 3ef938c35035',
    says: 'flush_tlb_range says that no tables go, although pmdp_collapse_flush takes one out with it: lazy CPUs are spared.',
    since: 'v5.8',
    until: 'v6.1',
  },
  {
    name: 'x86_tables_always_go_by_rcu',
    commit: '9e52fc2b50de, removed by 48a8b97cfd80',
    says: 'Page tables are freed by RCU also where the flush interrupts every walker.',
    since: 'v4.14',
    until: 'v4.19',
  },
  {
    name: 'x86_lazy_cpus_are_always_spared',
    commit: 'what 2ff6ddf19c0e prevents',
    says: 'A flush does not interrupt lazy CPUs even when page tables are freed. In a merge window of 2018; no release had it.',
    shipped: 'never',
  },
  // What it would be without one of its rules.
  {
    name: 'x86_lazy_cpus_are_interrupted',
    commit: 'none',
    shipped: 'never',
    says: 'A flush interrupts lazy CPUs too.',
  },
  {
    name: 'x86_lazy_cpus_stay',
    commit: 'none',
    shipped: 'never',
    says: 'A lazy CPU that is interrupted flushes and stays where it is, and is interrupted again by the next flush.',
  },
  {
    name: 'x86_flushes_by_request_only',
    commit: 'none',
    shipped: 'never',
    says: 'A CPU does what the interrupt asks for, and compares no generations.',
  },
  {
    name: 'invlpgb_final_only',
    commit: 'posted with the INVLPGB series of 2025, not merged',
    says: 'INVLPGB by address drops final translations only, unless the flush says that tables go.',
    shipped: 'never',
  },
];
