/** mremap: what is mapped moves to another place, entry by entry or table by table. mm/mremap.c. */
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  arch_needs_pgtable_deposit,
  flush_tlb_range,
  pmd_clear,
  pmd_populate,
  ptep_get_and_clear,
  set_pte_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  is_swap_pmd,
  isTable,
  pmd_none,
  pmd_pgtable,
  pmd_trans_huge,
  pte_dirty,
  pte_none,
  pte_present,
} from '../words/entry.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, roundDown, sizeOf } from '../words/geometry.ts';
import { mmCells, vmaCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_clone, drop_rmap_locks, take_rmap_locks } from './anon_vma.ts';
import { __split_huge_pmd } from './split_huge_pmd.ts';
import { do_mas_munmap } from './mmap.ts';
import {
  flush_and_unlock_both,
  lock_both,
  move_huge_pmd,
  unlock_both,
  type LateFlush,
  type MovedPresent,
} from './move_huge_pmd.ts';
import { move_pud_entry } from './move_normal_pud.ts';
import { operation } from './operation.ts';
import { p4d_alloc, pmd_alloc, pte_alloc, pud_alloc } from './pgalloc.ts';
import { mm_find_pmd, pgd_offset, pmd_trans_unstable, pte_after, pte_offset_map } from './pgtable.ts';
import { linear_page_index, set_pgoff, store_vma, vmas_between } from './vma.ts';

/**
 * Moves `length` bytes from `addr` to where `new_vma` begins (MREMAP_FIXED), and unmaps what was there. Areas that reach beyond
 * either place are cut. Simplified: the size stays; the destination is a declared area.
 */
export const mremap_to = operation(
  linux('v6.1', 'mm/mremap.c', 'mremap_to'),
  function* (cpu: Cpu, mm: Mm, addr: Va, length: number, new_vma: Vma): Op {
    const to = new_vma.start;
    if (addr + length > to && to + length > addr) return; // EINVAL
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    yield* do_munmap(cpu, mm, to, to + length);
    const source = yield* vmas_between(cpu, mm, addr, addr + length);
    // vma_to_resize: EFAULT when the range is not in one area. What was at the destination has gone by then.
    const [vma] = source;
    if (vma && source.length === 1 && vma.start <= addr && addr + length <= vma.end)
      yield* move_vma(cpu, vma, addr, length, new_vma);
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  },
);

export const do_munmap = operation(
  linux('v6.1', 'mm/mmap.c', 'do_munmap'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* do_mas_munmap(cpu, mm, start, end);
  },
);

export const move_vma = operation(
  linux('v6.1', 'mm/mremap.c', 'move_vma'),
  function* (cpu: Cpu, vma: Vma, old_addr: Va, length: number, new_vma: Vma): Op {
    const what = { mm: vma.mm, start: old_addr, end: old_addr + length, to: new_vma.start };
    yield* cpu.note({ kind: 'ghost.moving', ...what });
    // It is allowed what the source is allowed.
    const copy: Vma = { ...new_vma, end: new_vma.start + length, ...(vma.prot !== undefined && { prot: vma.prot }) };
    yield* copy_vma(cpu, vma, old_addr, copy);
    yield* move_page_tables(cpu, vma, old_addr, copy, copy.start, length);
    yield* cpu.note({ kind: 'ghost.moved', ...what });
    yield* do_munmap(cpu, vma.mm, old_addr, old_addr + length);
  },
);

/**
 * The destination takes over the numbering of the pages and their anon_vmas: walks by rmap find them in the old place first, and then
 * in the new one, so that single entries may move without the lock of the rmap (need_rmap_locks is false for an area that is new).
 */
export const copy_vma = operation(
  linux('v6.1', 'mm/mmap.c', 'copy_vma'),
  function* (cpu: Cpu, vma: Vma, old_addr: Va, copy: Vma): Op {
    const anon_vma = yield* cpu.load(vmaCells.anon_vma(vma.id));
    const index = yield* linear_page_index(cpu, vma, old_addr);
    const first = copy.start / PAGE_SIZE(cpu.geometry);
    yield* set_pgoff(cpu, copy, anon_vma === 0 ? 0 : index - first);
    yield* store_vma(cpu, copy); // before walks by rmap can find it: nobody else looks areas up now
    if (anon_vma === 0) return;
    yield* cpu.store(vmaCells.anon_vma(copy.id), anon_vma);
    yield* anon_vma_clone(cpu, copy, vma);
  },
);

export const move_page_tables = operation(
  linux('v6.1', 'mm/mremap.c', 'move_page_tables'),
  function* (cpu: Cpu, vma: Vma, from: Va, new_vma: Vma, to: Va, length: number): Op {
    const g = cpu.geometry;
    const below = yield* try_realign_addr(cpu, vma, from, new_vma, to, length);
    const late: LateFlush = { needed: false };
    let done = -below;
    while (done < length) {
      const wide = get_extent(from + done, from + length, to + done, sizeOf(g, 'pud'));
      const moved = wide === sizeOf(g, 'pud') && (yield* move_pud_entry(cpu, vma, from + done, to + done));
      if (moved) {
        done += wide;
        continue;
      }
      const extent = get_extent(from + done, from + length, to + done, HPAGE_PMD_SIZE(g));
      const old_pmd = yield* mm_find_pmd(cpu, vma.mm, from + done); // get_old_pmd
      const pmd = old_pmd ? yield* cpu.read_entry(old_pmd) : 0;
      if (old_pmd && !pmd_none(pmd))
        yield* move_extent(cpu, vma, old_pmd, from + done, new_vma, to + done, extent, late);
      done += extent;
    }
    if (late.needed) yield* flush_tlb_range(cpu, vma, from, from + length);
  },
);

/** Bytes below both places from where the move may begin, so that a whole table moves: nothing else may be mapped there. */
function* try_realign_addr(cpu: Cpu, vma: Vma, from: Va, new_vma: Vma, to: Va, length: number): Op<number> {
  const size = HPAGE_PMD_SIZE(cpu.geometry);
  const below = from % size;
  if (!cpu.has('mremap_aligns_down') || length < size - below || below === 0 || to % size !== below) return 0;
  const atSource = yield* can_align_down(cpu, vma, from, below);
  const atTarget = yield* can_align_down(cpu, new_vma, to, below);
  return atSource && atTarget ? below : 0;
}

function* can_align_down(cpu: Cpu, vma: Vma, addr: Va, below: number): Op<boolean> {
  if (vma.start !== addr) return false;
  const there = yield* vmas_between(cpu, vma.mm, addr - below, addr);
  return there.length === 0;
}

/** Up to the next border of a `size` block, of the source or of the destination. */
function get_extent(old_addr: Va, old_end: Va, new_addr: Va, size: number): number {
  const toBorder = (addr: Va): number => roundDown(addr + size, size) - addr;
  return Math.min(old_end - old_addr, toBorder(old_addr), toBorder(new_addr));
}

function* alloc_new_pmd(cpu: Cpu, mm: Mm, addr: Va): Op<PmdSlot> {
  const pgdp = yield* pgd_offset(cpu, mm, addr);
  const p4dp = yield* p4d_alloc(cpu, pgdp, addr);
  const pudp = yield* pud_alloc(cpu, mm, p4dp, addr);
  return yield* pmd_alloc(cpu, mm, pudp, addr);
}

/** The loop body of move_page_tables, for what lies under one PMD. */
function* move_extent(
  cpu: Cpu,
  vma: Vma,
  old_pmd: PmdSlot,
  old_addr: Va,
  new_vma: Vma,
  new_addr: Va,
  extent: number,
  late: LateFlush,
): Op {
  const new_pmd = yield* alloc_new_pmd(cpu, vma.mm, new_addr);
  const whole = extent === HPAGE_PMD_SIZE(cpu.geometry);
  const pmd = yield* cpu.read_entry(old_pmd);
  if (pmd_trans_huge(pmd) || is_swap_pmd(pmd)) {
    if (whole) {
      const moved = yield* move_huge_pmd(cpu, vma, old_addr, new_addr, old_pmd, new_pmd, late);
      if (moved) return;
    }
    yield* __split_huge_pmd(cpu, vma, old_pmd, old_addr);
    const unstable = yield* pmd_trans_unstable(cpu, old_pmd);
    if (unstable) return;
  } else if (whole) {
    const moved = yield* move_normal_pmd(cpu, vma, old_addr, old_pmd, new_pmd);
    if (moved) return;
  }
  yield* pte_alloc(cpu, vma.mm, new_pmd);
  yield* move_ptes(cpu, vma, old_pmd, old_addr, old_addr + extent, new_vma, new_pmd, new_addr, late);
}

/** The table itself moves. @returns false where tables may not move, or the place is taken */
export const move_normal_pmd = operation(
  linux('v6.1', 'mm/mremap.c', 'move_normal_pmd'),
  function* (cpu: Cpu, vma: Vma, old_addr: Va, old_pmd: PmdSlot, new_pmd: PmdSlot): Op<boolean> {
    // arch_supports_page_table_move: false on the hash MMU alone, which is also the one that keeps deposits for its own use.
    const bound = yield* arch_needs_pgtable_deposit(cpu);
    if (bound) return false;
    const there = yield* cpu.read_entry(new_pmd);
    if (!pmd_none(there)) return false;
    yield* take_rmap_locks(cpu, vma); // nobody walks the table from a page while it moves
    yield* lock_both(cpu, old_pmd, new_pmd);
    const pmd = yield* cpu.read_entry(old_pmd);
    yield* cpu.bug_on(!isTable(pmd), 'the PMD that is moved points to a table');
    yield* pmd_clear(cpu, old_pmd);
    yield* pmd_populate(cpu, vma.mm, new_pmd, pmd_pgtable(pmd));
    // Upper levels too, and before the locks are dropped: through the new place the pages may be freed at once.
    yield* flush_tlb_range(cpu, vma, old_addr, old_addr + HPAGE_PMD_SIZE(cpu.geometry));
    yield* unlock_both(cpu, old_pmd, new_pmd);
    yield* drop_rmap_locks(cpu, vma);
    return true;
  },
);

export const move_ptes = operation(
  linux('v6.1', 'mm/mremap.c', 'move_ptes'),
  function* (
    cpu: Cpu,
    vma: Vma,
    old_pmd: PmdSlot,
    old_addr: Va,
    old_end: Va,
    new_vma: Vma,
    new_pmd: PmdSlot,
    new_addr: Va,
    late: LateFlush,
  ): Op {
    const old_first = yield* pte_offset_map(cpu, old_pmd, old_addr);
    const new_first = yield* pte_offset_map(cpu, new_pmd, new_addr);
    yield* lock_both(cpu, old_first, new_first);
    yield* arch_enter_lazy_mmu_mode(cpu);
    let force_flush: MovedPresent = 'none';
    for (let i = 0; old_addr + i * PAGE_SIZE(cpu.geometry) < old_end; i++) {
      const seen = yield* cpu.read_entry(pte_after(old_first, i));
      if (pte_none(seen)) continue;
      const pte = yield* ptep_get_and_clear(
        cpu,
        vma.mm,
        old_addr + i * PAGE_SIZE(cpu.geometry),
        pte_after(old_first, i),
      );
      if (pte_present(pte)) force_flush = force_flush === 'dirty' || pte_dirty(pte) ? 'dirty' : 'clean';
      yield* set_pte_at(cpu, new_vma.mm, new_addr + i * PAGE_SIZE(cpu.geometry), pte_after(new_first, i), pte);
    }
    yield* arch_leave_lazy_mmu_mode(cpu);
    // Under both locks: from here the pages can be freed through the new place, while CPUs still reach them through the old one.
    yield* flush_and_unlock_both(cpu, old_first, new_first, late, force_flush, () =>
      flush_tlb_range(cpu, vma, old_addr, old_end),
    );
  },
);
