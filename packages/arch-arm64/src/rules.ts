/** Rules of arm64 that can be switched off when operations are measured. */
import type { Rule } from '@shootdown/core/plugin';

export const rules: readonly Rule[] = [
  {
    name: 'range_instructions',
    says: 'One instruction invalidates many pages.',
    off: { numbers: { system_supports_tlb_range: 0 } },
  },
  {
    name: 'single_page_flush_ceiling',
    says: 'Without range instructions, 512 pages and more are flushed as everything.',
    off: { numbers: { MAX_TLBI_OPS: 2 ** 40 } },
  },
  {
    name: 'last_level_only',
    says: 'A flush of leaves leaves alone what walks remember of upper levels.',
    off: { with: ['arm64_flushes_upper_levels'] },
  },
  {
    name: 'repeated_tlbi',
    says: 'On CPUs with the erratum the wait is followed by one more invalidation.',
    off: { numbers: { ARM64_WORKAROUND_REPEAT_TLBI: 0 } },
  },
  {
    name: 'contpte',
    says: 'From 6.9 on entries that map a huge page are marked as blocks, and unfolded with a flush.',
    off: { without: ['arm64_contpte'] },
  },
];
