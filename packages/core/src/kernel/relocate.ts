/**
 * Moving page tables while they are in use, as postings of 2008 had it, and as it can be done without a race. No release can: which way
 * a kernel has is a change (arch/relocations.ts).
 */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { relocate_detached } from './relocate_detached.ts';
import { relocate_merging } from './relocate_merging.ts';
import { relocate_parked } from './relocate_parked.ts';
import { relocate_posted } from './relocate_posted.ts';

// Left out: nodes. The caller says which tables move, where the postings move those of one node; upper levels; huge PMDs.

/**
 * Moves the PTE tables of a range to new memory.
 * @param start first byte, in the first table that moves
 * @param end first byte behind the range
 * @returns `ENOMEM` when there was no memory for a copy, `ENOSYS` when this kernel cannot move tables
 */
export const migrate_page_tables_mm = operation(
  linux('v2.6.25', 'mm/migrate.c', 'migrate_page_tables_mm'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op<'done' | 'ENOMEM' | 'ENOSYS'> {
    if (cpu.has('relocation_posted') || cpu.has('relocation_posted_again'))
      return yield* relocate_posted(cpu, mm, start, end);
    if (cpu.has('relocation_detaches')) return yield* relocate_detached(cpu, mm, start, end);
    if (cpu.has('relocation_merges')) return yield* relocate_merging(cpu, mm, start, end);
    if (cpu.has('relocation_parks_first') || cpu.has('relocation_parks_at_end'))
      return yield* relocate_parked(cpu, mm, start, end);
    return 'ENOSYS';
  },
);
