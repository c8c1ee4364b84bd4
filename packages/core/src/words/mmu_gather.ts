/** struct mmu_gather: what a zap has unmapped and not yet flushed. A plain record that one thread owns. */
import type { Va } from './address.ts';
import type { Pfn, Table } from './entry.ts';
import type { Mm } from './objects.ts';

/** Fields keep their kernel names; `pages` and `tables` are the batches. */
export interface MmuGather {
  readonly mm: Mm;
  readonly fullmm: boolean;
  start: Va;
  end: Va;
  freed_tables: boolean;
  need_flush_all: boolean;
  cleared_ptes: boolean;
  cleared_pmds: boolean;
  cleared_puds: boolean;
  /** Bytes per entry that the last tlb_change_page_size named; 0 before the first. */
  page_size: number;
  /** Pages to be given back after the flush. */
  pages: Pfn[];
  /** Tables that go the way of pages: freed with them, after the flush (no table batch in this kernel). */
  pageTables: Table[];
  /** The table batch (MMU_GATHER_RCU_TABLE_FREE). */
  tables: Table[];
}
