/**
 * Page tables move by copy, link, flush, wait and merge, under mmap_lock for writing. CPUs go on using the old tables until the flush; what
 * they set there is merged when no CPU and no walker can set any more.
 */
import { tlb_flush_mmu_tlbonly, tlb_flush_pmd_range } from '../contract/gather.ts';
import {
  flush_tlb_mm,
  pte_free,
  pte_free_tlb,
  ptep_get_and_clear,
  ptep_set_access_flags,
  set_pte_at,
  tlb_remove_table_sync_one,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { F, mapsPage, pte_none, pte_pfn, withFlags, type Pte } from '../words/entry.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { maybe_need_flush_mm } from './need_flush.ts';
import { pmd_lock, pmd_unlock, pte_lock, pte_unlock } from './pgtable.ts';
import {
  address_in,
  copy_as_memory,
  copy_by_entry,
  entries_of_table,
  free_at_once,
  link_copy,
  lock_rmap,
  pte_in,
  table_for_copy,
  tables_between,
  unlock_rmap,
  type Movable,
  type Moved,
} from './relocate_tables.ts';
import { vma_lookup } from './vma.ts';

/** However many tables there are: one flush, one wait for walkers, and then the end of the gather that frees them. */
export function* relocate_merging(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<'done' | 'ENOMEM'> {
  const lock = mmCells.mmap_lock(mm.id);
  yield* cpu.down_write(lock); // no fault, no zap, and no walk by rmap: nobody holds a place in a table that moves
  const roots = yield* lock_rmap(cpu, mm, start, end);
  // From here on zaps flush everything: one that clears an entry of the copy has to reach CPUs that are on the way to the old table.
  let tlb = cpu.has('relocation_without_gather') ? undefined : yield* tlb_gather_mmu(cpu, mm);
  const found = yield* tables_between(cpu, mm, start, end);
  const moved: Moved[] = [];
  for (let i = 0; i < found.length; i++) {
    const copy = yield* table_for_copy(cpu, mm, moved.length);
    if (copy === undefined) break; // what has moved is finished
    yield* copy_and_link(cpu, mm, found[i]!, copy);
    moved.push({ ...found[i]!, copy });
  }
  if (cpu.has('relocation_unlocks_early')) yield* cpu.up_write(lock);
  if (!tlb) {
    yield* flush_tlb_mm(cpu, mm);
    tlb = yield* tlb_gather_mmu(cpu, mm);
  }
  yield* drop_old_tables(cpu, tlb, moved);
  yield* unlock_rmap(cpu, roots); // not before the flush: an unmap flushes what it clears in a copy, and no way to the old table
  yield* tlb_finish_mmu(cpu, tlb);
  if (!cpu.has('relocation_unlocks_early')) yield* cpu.up_write(lock);
  return moved.length === found.length ? 'done' : 'ENOMEM';
}

/** Nobody but hardware, hash faults and walks without locks can change the old entries meanwhile, and none of them but for flags. */
function* copy_and_link(cpu: Cpu, mm: Mm, moving: Movable, copy: number): Op {
  yield* pmd_lock(cpu, moving.pmdp);
  yield* pte_lock(cpu, pte_in(moving.table, 0));
  if (cpu.has('relocation_copies_memory')) yield* copy_as_memory(cpu, moving.table, copy);
  else yield* copy_by_entry(cpu, mm, moving, copy);
  yield* link_copy(cpu, mm, moving.pmdp, copy);
  yield* pte_unlock(cpu, pte_in(moving.table, 0));
  yield* pmd_unlock(cpu, moving.pmdp);
}

function* drop_old_tables(cpu: Cpu, tlb: MmuGather, moved: readonly Moved[]): Op {
  if (cpu.has('relocation_notes_flush')) {
    yield* note_only(cpu, tlb, moved);
    return;
  }
  if (cpu.has('relocation_by_flush_tlb_mm')) yield* flush_tlb_mm(cpu, tlb.mm);
  else yield* flush_as_if_freed(cpu, tlb, moved);
  // Hash faults, and walks without locks, began with interrupts off: they set flags in the old table, and no flush waits for them.
  if (!cpu.has('relocation_without_sync')) yield* tlb_remove_table_sync_one(cpu);
  for (let i = 0; i < moved.length; i++) {
    if (!cpu.has('relocation_without_merge')) yield* merge(cpu, tlb.mm, moved[i]!);
    yield* free_old(cpu, tlb, moved[i]!);
  }
}

/** The note of the postings instead of a flush, and no wait for anybody: the old tables are given back as what they are, at once. */
function* note_only(cpu: Cpu, tlb: MmuGather, moved: readonly Moved[]): Op {
  yield* maybe_need_flush_mm(cpu, tlb.mm);
  yield* free_at_once(cpu, tlb, moved);
}

/** The flush of freed tables: what walks remember of the way to them goes, too. They are not queued yet: their flags are still to be read. */
function* flush_as_if_freed(cpu: Cpu, tlb: MmuGather, moved: readonly Moved[]): Op {
  for (let i = 0; i < moved.length; i++) {
    tlb_flush_pmd_range(tlb, moved[i]!.start, PAGE_SIZE(cpu.geometry));
    tlb.freed_tables = true;
  }
  yield* tlb_flush_mmu_tlbonly(cpu, tlb);
}

/** Brings to the copy what was set in the old table since it was copied. */
function* merge(cpu: Cpu, mm: Mm, moved: Moved): Op {
  yield* pte_lock(cpu, pte_in(moved.copy, 0));
  for (let i = 0; i < entries_of_table(cpu); i++) {
    const seen = yield* cpu.read_entry(pte_in(moved.table, i));
    if (pte_none(seen)) continue; // and stays so: only faults fill it, which wait for mmap_lock
    const addr = address_in(cpu, moved, i);
    const was = yield* take_old(cpu, mm, addr, moved, i);
    const now = yield* cpu.read_entry(pte_in(moved.copy, i));
    const flags = was & (F.ACCESSED | F.DIRTY) & ~now;
    if (flags !== 0 && mapsPage(was) && mapsPage(now) && pte_pfn(was) === pte_pfn(now))
      yield* add_flags(cpu, mm, addr, moved, i, withFlags(now, flags));
  }
  yield* pte_unlock(cpu, pte_in(moved.copy, 0));
}

/** Taken out, so that a hash MMU evicts what it was told by this entry: the copy knows nothing of that. */
function* take_old(cpu: Cpu, mm: Mm, addr: Va, { table }: Moved, index: number): Op<Pte> {
  if (cpu.has('relocation_leaves_old_entries')) return yield* cpu.read_entry(pte_in(table, index));
  return yield* ptep_get_and_clear(cpu, mm, addr, pte_in(table, index));
}

/** By the hook that only adds: hardware and hash faults use the copy already, and set flags in it. */
function* add_flags(cpu: Cpu, mm: Mm, addr: Va, { copy }: Moved, index: number, pte: Pte): Op {
  if (cpu.has('relocation_merges_by_set_pte_at')) {
    yield* set_pte_at(cpu, mm, addr, pte_in(copy, index), pte);
    return;
  }
  const vma = yield* vma_lookup(cpu, mm, addr);
  if (vma) yield* ptep_set_access_flags(cpu, vma, addr, pte_in(copy, index), pte, true);
}

function* free_old(cpu: Cpu, tlb: MmuGather, { start, table }: Moved): Op {
  if (cpu.has('relocation_frees_by_pte_free')) yield* pte_free(cpu, tlb.mm, table);
  else yield* pte_free_tlb(cpu, tlb, table, start);
}
