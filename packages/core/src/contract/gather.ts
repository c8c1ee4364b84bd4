/** The part of mm/mmu_gather.c and asm-generic/tlb.h that hooks and generic code share: the gathered range, the flush, the table batch. */
import { TLB_FLUSH_ALL, type Va } from '../words/address.ts';
import { rcuCallback, type Cpu } from '../words/cpu.ts';
import type { Table } from '../words/entry.ts';
import { spaceOf } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import type { Op } from '@shootdown/explorer';
import { __tlb_remove_table } from './hooks/__tlb_remove_table.ts';
import { tlb_flush } from './hooks/tlb_flush.ts';
import { tlb_needs_table_invalidate } from './hooks/tlb_needs_table_invalidate.ts';

/** Widens the gathered range. Not a step: the gather belongs to one thread. */
export function __tlb_adjust_range(tlb: MmuGather, addr: Va, size: number): void {
  tlb.start = Math.min(tlb.start, addr);
  tlb.end = Math.max(tlb.end, addr + size);
}

/** Forgets what was gathered, once it is flushed. Leaves need_flush_all as it is, like the kernel. */
export function __tlb_reset_range(cpu: Cpu, tlb: MmuGather): void {
  tlb.start = tlb.fullmm ? TLB_FLUSH_ALL : spaceOf(cpu.geometry);
  tlb.end = tlb.fullmm ? TLB_FLUSH_ALL : 0;
  tlb.freed_tables = false;
  tlb.cleared_ptes = false;
  tlb.cleared_pmds = false;
  tlb.cleared_puds = false;
}

export function tlb_flush_pte_range(tlb: MmuGather, addr: Va, size: number): void {
  __tlb_adjust_range(tlb, addr, size);
  tlb.cleared_ptes = true;
}

export function tlb_flush_pmd_range(tlb: MmuGather, addr: Va, size: number): void {
  __tlb_adjust_range(tlb, addr, size);
  tlb.cleared_pmds = true;
}

export function tlb_flush_pud_range(tlb: MmuGather, addr: Va, size: number): void {
  __tlb_adjust_range(tlb, addr, size);
  tlb.cleared_puds = true;
}

// Simplified: no cleared_p4ds. Only freed tables reach this level, and they set freed_tables.
export const tlb_flush_p4d_range = __tlb_adjust_range;

/**
 * Flushes what was gathered and frees nothing. Secondary MMUs (mmu notifiers) are not modelled.
 * @param cpu the CPU that runs it
 * @param tlb what the caller has unmapped so far
 */
export const tlb_flush_mmu_tlbonly = (cpu: Cpu, tlb: MmuGather): Op =>
  cpu.within('tlb_flush_mmu_tlbonly', () => flushTlbOnly(cpu, tlb));

function* flushTlbOnly(cpu: Cpu, tlb: MmuGather): Op {
  if (!(tlb.freed_tables || tlb.cleared_ptes || tlb.cleared_pmds || tlb.cleared_puds)) return;
  yield* tlb_flush(cpu, tlb);
  __tlb_reset_range(cpu, tlb);
}

/** After a grace period: no walk with interrupts off that began before the tables were queued is under way. */
export const tlb_remove_table_rcu = rcuCallback('tlb_remove_table_rcu', function* (cpu, info) {
  const tables = info['tables'] as readonly Table[];
  for (let i = 0; i < tables.length; i++) yield* __tlb_remove_table(cpu, tables[i]!);
});

/**
 * Sends the table batch on its way: flush, so that no hardware walker is in the tables, then RCU, so that no walker in
 * software is.
 * @param cpu the CPU that runs it
 * @param tlb what the caller has unmapped so far
 */
export const tlb_table_flush = (cpu: Cpu, tlb: MmuGather): Op =>
  cpu.within('tlb_table_flush', () => flushTables(cpu, tlb));

function* flushTables(cpu: Cpu, tlb: MmuGather): Op {
  if (tlb.tables.length === 0) return;
  // d86564a2f085: before it a full batch was handed to RCU while CPUs still remembered the way to its tables.
  if (cpu.has('table_batch_flushes_tlb_first')) yield* invalidateTables(cpu, tlb);
  const tables = tlb.tables;
  tlb.tables = [];
  yield* cpu.call_rcu(tlb_remove_table_rcu, { tables });
}

/** tlb_table_invalidate. */
function* invalidateTables(cpu: Cpu, tlb: MmuGather): Op {
  const needed = yield* tlb_needs_table_invalidate(cpu);
  if (needed) yield* tlb_flush_mmu_tlbonly(cpu, tlb);
}
