/** mremap of a gigabyte at its border: the PMD table itself moves, with all that is below it. mm/mremap.c. */
import { arch_needs_pgtable_deposit, flush_tlb_range, pud_clear, pud_populate } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, isTable, none, tableOf } from '../words/entry.ts';
import { sizeOf } from '../words/geometry.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { drop_rmap_locks, take_rmap_locks } from './anon_vma.ts';
import { operation } from './operation.ts';
import { p4d_alloc, pud_alloc } from './pgalloc.ts';
import { none_or_clear_bad, p4d_offset, pgd_offset, pud_offset, type PudSlot } from './pgtable.ts';

/** What move_page_tables does for a range of the size of a PUD. @returns false when its parts have to be moved one by one; true also where nothing is mapped */
export function* move_pud_entry(cpu: Cpu, vma: Vma, old_addr: Va, new_addr: Va): Op<boolean> {
  if (!cpu.has('mremap_moves_pud')) return false;
  const old_pud = yield* get_old_pud(cpu, vma.mm, old_addr);
  if (!old_pud) return true;
  const pgdp = yield* pgd_offset(cpu, vma.mm, new_addr); // alloc_new_pud
  const p4dp = yield* p4d_alloc(cpu, pgdp, new_addr);
  const new_pud = yield* pud_alloc(cpu, vma.mm, p4dp, new_addr);
  return yield* move_normal_pud(cpu, vma, old_addr, old_pud, new_pud);
}

/** @returns undefined where nothing is mapped by this entry */
function* get_old_pud(cpu: Cpu, mm: Mm, addr: Va): Op<PudSlot | undefined> {
  const g = cpu.geometry;
  const pgdp = yield* pgd_offset(cpu, mm, addr);
  const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
  if (isNone(pgd)) return undefined;
  const pudp = pud_offset(g, p4d_offset(g, pgdp, pgd, addr), pgd, addr);
  const pud = yield* none_or_clear_bad(cpu, pudp, pgd);
  return isNone(pud) ? undefined : pudp;
}

/** The table itself moves. @returns false where tables may not move, or the place is taken */
export const move_normal_pud = operation(
  linux('v6.1', 'mm/mremap.c', 'move_normal_pud'),
  function* (cpu: Cpu, vma: Vma, old_addr: Va, old_pud: PudSlot, new_pud: PudSlot): Op<boolean> {
    const bound = yield* arch_needs_pgtable_deposit(cpu); // arch_supports_page_table_move: see move_normal_pmd
    if (bound) return false;
    const there = yield* cpu.read_entry(new_pud);
    if (!isNone(there)) return false;
    yield* take_rmap_locks(cpu, vma);
    // pud_lock: PUD tables have no lock of their own.
    yield* cpu.spin_lock(mmCells.page_table_lock(vma.mm.id));
    const pud = yield* cpu.read_entry(old_pud);
    yield* cpu.bug_on(!isTable(pud), 'the PUD that is moved points to a table');
    yield* pud_clear(cpu, old_pud);
    yield* pud_populate(cpu, vma.mm, new_pud, tableOf(pud));
    // Under the lock, as in move_normal_pmd.
    yield* flush_tlb_range(cpu, vma, old_addr, old_addr + sizeOf(cpu.geometry, 'pud'));
    yield* cpu.spin_unlock(mmCells.page_table_lock(vma.mm.id));
    yield* drop_rmap_locks(cpu, vma);
    return true;
  },
);
