/** Page tables move while nobody can reach them: faults find no table for a moment, and wait for mmap_lock. */
import {
  flush_tlb_range,
  pmd_clear,
  pmd_populate,
  pmdp_collapse_flush,
  pte_free_tlb,
  tlb_remove_table_sync_one,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE } from '../words/geometry.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { pmd_lock, pmd_unlock } from './pgtable.ts';
import {
  copy_by_entry,
  lock_rmap,
  table_for_copy,
  tables_between,
  unlock_rmap,
  type Movable,
} from './relocate_tables.ts';
import { vma_lookup } from './vma.ts';

export function* relocate_detached(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<'done' | 'ENOMEM'> {
  yield* cpu.down_write(mmCells.mmap_lock(mm.id));
  const roots = yield* lock_rmap(cpu, mm, start, end);
  const tlb = yield* tlb_gather_mmu(cpu, mm);
  const found = yield* tables_between(cpu, mm, start, end);
  let moved = 0;
  for (; moved < found.length; moved++) {
    const copy = yield* table_for_copy(cpu, mm, moved);
    if (copy === undefined) break;
    const moving = found[moved]!;
    yield* detach(cpu, mm, moving);
    // Walks without locks that were in the table before it was taken out.
    yield* tlb_remove_table_sync_one(cpu);
    yield* copy_by_entry(cpu, mm, moving, copy);
    yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
    yield* pmd_lock(cpu, moving.pmdp);
    yield* pmd_populate(cpu, mm, moving.pmdp, copy);
    yield* pmd_unlock(cpu, moving.pmdp);
    yield* pte_free_tlb(cpu, tlb, moving.table, moving.start);
  }
  yield* unlock_rmap(cpu, roots);
  yield* tlb_finish_mmu(cpu, tlb);
  yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  return moved === found.length ? 'done' : 'ENOMEM';
}

/** Takes a table out, and makes every CPU forget it and the way to it. */
function* detach(cpu: Cpu, mm: Mm, { start, pmdp }: Movable): Op {
  const vma = yield* vma_lookup(cpu, mm, start);
  yield* pmd_lock(cpu, pmdp);
  if (vma && cpu.config('TRANSPARENT_HUGEPAGE')) {
    yield* pmdp_collapse_flush(cpu, vma, start, pmdp);
  } else {
    yield* pmd_clear(cpu, pmdp);
    if (vma) yield* flush_tlb_range(cpu, vma, start, start + HPAGE_PMD_SIZE(cpu.geometry));
  }
  yield* pmd_unlock(cpu, pmdp);
}
