/** Page tables move while the mover runs on init_mm; and what a reviewer of 2008 asked: would it not do to let the others reload at the end? */
import { tlb_flush_mmu_tlbonly, tlb_flush_pmd_range } from '../contract/gather.ts';
import { pte_free_tlb, reload_tlb_mm, switch_mm } from '../contract/hooks/index.ts';
import { cpuBit, without, type CpuMask, type Va } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import { asMm, currentCells, mmCells, type Mm } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { pmd_lock, pmd_unlock, pte_lock, pte_unlock } from './pgtable.ts';
import {
  copy_as_memory,
  link_copy,
  lock_rmap,
  pte_in,
  table_for_copy,
  tables_between,
  unlock_rmap,
  type Movable,
  type Moved,
} from './relocate_tables.ts';

/** Runs with mmap_lock held for writing: what goes on beside it is hardware, hash faults and walks without locks. */
export function* relocate_parked(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<'done' | 'ENOMEM'> {
  const others = without(cpu.online, cpu.id);
  const first = cpu.has('relocation_parks_first');
  const runs = cpu.mm?.id === mm.id;
  yield* cpu.down_write(mmCells.mmap_lock(mm.id));
  const roots = yield* lock_rmap(cpu, mm, start, end);
  const found = yield* tables_between(cpu, mm, start, end);
  if (first) yield* park(cpu, mm, others);
  if (runs) yield* switch_mm(cpu, mm, undefined);
  const moved: Moved[] = [];
  for (let i = 0; i < found.length; i++) {
    const copy = yield* table_for_copy(cpu, mm, moved.length);
    if (copy === undefined) break;
    yield* copy_and_link(cpu, mm, found[i]!, copy);
    moved.push({ ...found[i]!, copy });
  }
  if (first) yield* flush_and_release(cpu, mm, moved, others);
  if (runs) yield* switch_mm(cpu, undefined, mm);
  if (!first) yield* reload_tlb_mm(cpu, mm);
  yield* unlock_rmap(cpu, roots);
  yield* free_old(cpu, mm, moved);
  yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  return moved.length === found.length ? 'done' : 'ENOMEM';
}

function* copy_and_link(cpu: Cpu, mm: Mm, { pmdp, table }: Movable, copy: number): Op {
  yield* pmd_lock(cpu, pmdp);
  yield* pte_lock(cpu, pte_in(table, 0));
  yield* copy_as_memory(cpu, table, copy);
  yield* link_copy(cpu, mm, pmdp, copy);
  yield* pte_unlock(cpu, pte_in(table, 0));
  yield* pmd_unlock(cpu, pmdp);
}

/** Every other CPU leaves the address space, and waits. Returns when all have. */
function* park(cpu: Cpu, mm: Mm, others: CpuMask): Op {
  yield* cpu.store(mmCells.parked(mm.id), 1);
  yield* cpu.store(mmCells.to_be_parked(mm.id), others);
  yield* cpu.smp_send(others, park_this_cpu, { mm: mm.id });
  yield* cpu.wait_clear(mmCells.to_be_parked(mm.id), others, 'every other CPU has left the address space');
}

export const park_this_cpu = ipiHandler('park_this_cpu', (cpu, info) => parkHere(cpu, { id: info['mm'] as number }));

function* parkHere(cpu: Cpu, mm: Mm): Op {
  const active = yield* cpu.load(currentCells.active_mm(cpu.id));
  const runs = active === asMm(mm);
  if (runs) yield* switch_mm(cpu, mm, undefined);
  yield* cpu.andnot(mmCells.to_be_parked(mm.id), cpuBit(cpu.id));
  yield* cpu.wait_clear(mmCells.parked(mm.id), 1, 'the page tables have moved');
  if (runs) yield* switch_mm(cpu, undefined, mm);
}

/** What CPUs remember is tagged: it would be theirs again when they come back. */
function* flush_and_release(cpu: Cpu, mm: Mm, moved: readonly Moved[], others: CpuMask): Op {
  const tlb = yield* tlb_gather_mmu(cpu, mm);
  for (let i = 0; i < moved.length; i++) {
    tlb_flush_pmd_range(tlb, moved[i]!.start, PAGE_SIZE(cpu.geometry));
    tlb.freed_tables = true;
  }
  yield* tlb_flush_mmu_tlbonly(cpu, tlb);
  yield* cpu.store(mmCells.parked(mm.id), 0);
  yield* cpu.smp_wait(others, 'every other CPU is back');
  yield* tlb_finish_mmu(cpu, tlb);
}

/** Each by its level, after the flush of its gather and a grace period. */
function* free_old(cpu: Cpu, mm: Mm, moved: readonly Moved[]): Op {
  const tlb = yield* tlb_gather_mmu(cpu, mm);
  for (let i = 0; i < moved.length; i++) yield* pte_free_tlb(cpu, tlb, moved[i]!.table, moved[i]!.start);
  yield* tlb_finish_mmu(cpu, tlb);
}
