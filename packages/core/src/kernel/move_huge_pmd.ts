/** A huge entry moves to another place, its deposited table with it. mm/huge_memory.c. */
import {
  arch_needs_pgtable_deposit,
  flush_pmd_tlb_range,
  pgtable_trans_huge_deposit,
  pgtable_trans_huge_withdraw,
  pmdp_huge_get_and_clear,
  set_pmd_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { is_swap_pmd, pmd_dirty, pmd_none, pmd_present, pmd_trans_huge } from '../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../words/geometry.ts';
import { tableCells, type PmdSlot, type Slot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

/** Locks the tables of two entries, which may be one table. Nobody else holds two: mmap_lock is held for writing. */
export function* lock_both(cpu: Cpu, a: Slot, b: Slot): Op {
  yield* cpu.spin_lock(tableCells.ptl(a.table));
  if (b.table !== a.table) yield* cpu.spin_lock(tableCells.ptl(b.table));
}
export function* unlock_both(cpu: Cpu, a: Slot, b: Slot): Op {
  if (b.table !== a.table) yield* cpu.spin_unlock(tableCells.ptl(b.table));
  yield* cpu.spin_unlock(tableCells.ptl(a.table));
}

/** Whether the whole range is to be flushed when all of it has moved: until 4.19. Code of mremap sets it. */
export interface LateFlush {
  needed: boolean;
}
/** What has moved under the locks: nothing that a TLB may hold, only what was clean, or something dirty. */
export type MovedPresent = 'none' | 'clean' | 'dirty';

/** Flushes what has moved away, and drops both locks. Until 4.19 the new place was unlocked first, and what was clean was flushed later. */
export function* flush_and_unlock_both(
  cpu: Cpu,
  a: Slot,
  b: Slot,
  late: LateFlush,
  moved: MovedPresent,
  flush: () => Op,
): Op {
  if (cpu.has('mremap_flushes_under_lock')) {
    if (moved !== 'none') yield* flush();
    yield* unlock_both(cpu, a, b);
    return;
  }
  if (b.table !== a.table) yield* cpu.spin_unlock(tableCells.ptl(b.table));
  if (moved === 'dirty') yield* flush();
  else late.needed = true;
  yield* cpu.spin_unlock(tableCells.ptl(a.table));
}

/** @returns false when the entry is not huge any more, or its new place is taken */
export const move_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'move_huge_pmd'),
  function* (
    cpu: Cpu,
    vma: Vma,
    old_addr: Va,
    new_addr: Va,
    old_pmd: PmdSlot,
    new_pmd: PmdSlot,
    late: LateFlush,
  ): Op<boolean> {
    const there = yield* cpu.read_entry(new_pmd);
    if (!pmd_none(there)) return false;
    yield* lock_both(cpu, old_pmd, new_pmd);
    const before = yield* cpu.read_entry(old_pmd);
    const huge = pmd_trans_huge(before) || is_swap_pmd(before);
    let moved: MovedPresent = 'none';
    if (huge) {
      const pmd = yield* pmdp_huge_get_and_clear(cpu, vma.mm, old_addr, old_pmd);
      const withdraw = yield* pmd_move_must_withdraw(cpu, old_pmd, new_pmd);
      if (withdraw) {
        const pgtable = yield* pgtable_trans_huge_withdraw(cpu, vma.mm, old_pmd);
        yield* pgtable_trans_huge_deposit(cpu, vma.mm, new_pmd, pgtable);
      }
      yield* set_pmd_at(cpu, vma.mm, new_addr, new_pmd, pmd);
      if (pmd_present(pmd)) moved = pmd_dirty(pmd) ? 'dirty' : 'clean';
    }
    // Under both locks, as in move_ptes.
    yield* flush_and_unlock_both(cpu, old_pmd, new_pmd, late, moved, () =>
      flush_pmd_tlb_range(cpu, vma, old_addr, old_addr + HPAGE_PMD_SIZE(cpu.geometry)),
    );
    return huge;
  },
);

/**
 * Deposits hang at the table that holds the huge entry: one that stays in its table needs no move. On the hash MMU each entry
 * has its own (arch_needs_pgtable_deposit says the same there).
 */
function* pmd_move_must_withdraw(cpu: Cpu, old_pmd: PmdSlot, new_pmd: PmdSlot): Op<boolean> {
  if (old_pmd.table !== new_pmd.table) return true;
  return yield* arch_needs_pgtable_deposit(cpu);
}
