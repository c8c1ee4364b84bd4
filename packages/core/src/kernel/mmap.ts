/** munmap: the areas leave the tree, then their pages, then the tables that nobody else needs. mm/mmap.c, mm/memory.c. */
import { p4d_clear, pmd_clear, pmd_free_tlb, pte_free_tlb, pud_clear, pud_free_tlb } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, none, pmd_pgtable, tableOf, type Entry } from '../words/entry.ts';
import { addrEnd, HPAGE_PMD_SIZE, isFolded, PAGE_SIZE, roundDown, sizeOf, spaceOf, type Level } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, vmaCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { tlb_change_page_size, tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { mm_dec_nr_ptes } from './pgalloc.ts';
import { none_or_clear_bad, p4d_offset, pgd_offset, pmd_offset, pud_offset, type P4dSlot, type PudSlot } from './pgtable.ts';
import { vmas_between } from './vma.ts';
import { unmap_vmas } from './zap.ts';

/** Unmaps the areas of a range. Simplified: they go as a whole; cutting one is not modelled. */
export const munmap = operation(linux('v6.1', 'mm/mmap.c', '__vm_munmap'), function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  yield* cpu.down_write(mmCells.mmap_lock(mm.id));
  const vmas = yield* vmas_between(cpu, mm, start, end);
  if (vmas.some((vma) => vma.start < start || end < vma.end)) yield* cpu.give_up('munmap of a part of an area is not modelled');
  if (vmas.length > 0) yield* do_mas_align_munmap(cpu, mm, vmas);
  yield* cpu.up_write(mmCells.mmap_lock(mm.id));
});

export const do_mas_align_munmap = operation(
  linux('v6.1', 'mm/mmap.c', 'do_mas_align_munmap'),
  function* (cpu: Cpu, mm: Mm, vmas: readonly Vma[]): Op {
    // Out of the tree first: faults find no area from here on, so nothing is mapped again behind our back.
    for (let i = 0; i < vmas.length; i++) yield* cpu.store(vmaCells.attached(vmas[i]!.id), 0);
    // Left out: downgrading mmap_lock to reading here.
    const start = vmas[0]!.start;
    const end = vmas[vmas.length - 1]!.end;
    const before = yield* vmas_between(cpu, mm, 0, start);
    const after = yield* vmas_between(cpu, mm, end, spaceOf(cpu.geometry));
    const floor = before.length > 0 ? before[before.length - 1]!.end : 0;
    const ceiling = after.length > 0 ? after[0]!.start : spaceOf(cpu.geometry);
    yield* unmap_region(cpu, mm, vmas, floor, ceiling);
  },
);

export const unmap_region = operation(
  linux('v6.1', 'mm/mmap.c', 'unmap_region'),
  function* (cpu: Cpu, mm: Mm, vmas: readonly Vma[], floor: Va, ceiling: Va): Op {
    const tlb = yield* tlb_gather_mmu(cpu, mm);
    yield* unmap_vmas(cpu, tlb, vmas, vmas[0]!.start, vmas[vmas.length - 1]!.end);
    yield* free_pgtables(cpu, tlb, vmas, floor, ceiling);
    yield* tlb_finish_mmu(cpu, tlb);
  },
);

/** Frees the tables of areas that lie between `floor` and `ceiling`, where no other area needs them. */
export const free_pgtables = operation(
  linux('v6.1', 'mm/memory.c', 'free_pgtables'),
  function* (cpu: Cpu, tlb: MmuGather, vmas: readonly Vma[], floor: Va, ceiling: Va): Op {
    let i = 0;
    while (i < vmas.length) {
      const start = vmas[i]!.start;
      yield* unlink_anon_vmas(cpu, vmas[i]!);
      // Neighbours within one huge page of each other go in one call.
      while (i + 1 < vmas.length && vmas[i + 1]!.start <= vmas[i]!.end + HPAGE_PMD_SIZE(cpu.geometry)) {
        i++;
        yield* unlink_anon_vmas(cpu, vmas[i]!);
      }
      const next = vmas[i + 1];
      yield* free_pgd_range(cpu, tlb, start, vmas[i]!.end, floor, next ? next.start : ceiling);
      i++;
    }
  },
);

/** Hides the area from walks by rmap: waits until those that hold the lock are done. */
export const unlink_anon_vmas = operation(linux('v6.1', 'mm/rmap.c', 'unlink_anon_vmas'), function* (cpu: Cpu, vma: Vma): Op {
  yield* cpu.down_write(vmaCells.anon_vma(vma.id));
  yield* cpu.up_write(vmaCells.anon_vma(vma.id));
});

/** Post-order; the top table stays. `ceiling` is an address here, never the 0 that stands for the top in C. */
export const free_pgd_range = operation(
  linux('v6.1', 'mm/memory.c', 'free_pgd_range'),
  function* (cpu: Cpu, tlb: MmuGather, from: Va, to: Va, floor: Va, top: Va): Op {
    const g = cpu.geometry;
    const step = HPAGE_PMD_SIZE(g);
    // A table is only ours when no other area has a part of its range: shrink to whole tables at both ends.
    let addr = roundDown(from, step);
    if (addr < floor) addr += step;
    const ceiling = roundDown(top, step);
    const end = to > ceiling ? to - step : to;
    if (ceiling === 0 || addr >= end) return;
    yield* tlb_change_page_size(cpu, tlb, PAGE_SIZE(g));
    while (addr < end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = yield* pgd_offset(cpu, tlb.mm, addr);
      const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
      if (!isNone(pgd)) yield* free_pud_range(cpu, tlb, p4d_offset(g, pgdp, pgd, addr), pgd, addr, next, floor, ceiling);
      addr = next;
    }
  },
);

/** free_p4d_range has no loop of its own: P4D is folded. */
export const free_pud_range = operation(
  linux('v6.1', 'mm/memory.c', 'free_pud_range'),
  function* (cpu: Cpu, tlb: MmuGather, p4dp: P4dSlot, p4d: Entry, from: Va, end: Va, floor: Va, ceiling: Va): Op {
    const g = cpu.geometry;
    let addr = from;
    while (addr < end) {
      const next = addrEnd(g, 'pud', addr, end);
      const pudp = pud_offset(g, p4dp, p4d, addr);
      const pud = yield* none_or_clear_bad(cpu, pudp, p4d);
      if (!isNone(pud)) yield* free_pmd_range(cpu, tlb, pudp, pud, addr, next, floor, ceiling);
      addr = next;
    }
    if (isFolded(g, 'pud') || !wholeTable(cpu, 'p4d', from, end, floor, ceiling)) return;
    yield* p4d_clear(cpu, p4dp);
    yield* pud_free_tlb(cpu, tlb, tableOf(p4d), roundDown(from, sizeOf(g, 'p4d')));
  },
);

export const free_pmd_range = operation(
  linux('v6.1', 'mm/memory.c', 'free_pmd_range'),
  function* (cpu: Cpu, tlb: MmuGather, pudp: PudSlot, pud: Entry, from: Va, end: Va, floor: Va, ceiling: Va): Op {
    const g = cpu.geometry;
    let addr = from;
    while (addr < end) {
      const pmdp = pmd_offset(g, pudp, pud, addr);
      const pmd = yield* none_or_clear_bad(cpu, pmdp, none);
      if (!isNone(pmd)) yield* free_pte_range(cpu, tlb, pmdp, pmd, addr);
      addr = addrEnd(g, 'pmd', addr, end);
    }
    if (!wholeTable(cpu, 'pud', from, end, floor, ceiling)) return;
    yield* pud_clear(cpu, pudp);
    yield* pmd_free_tlb(cpu, tlb, tableOf(pud), roundDown(from, sizeOf(g, 'pud')));
  },
);

export const free_pte_range = operation(
  linux('v6.1', 'mm/memory.c', 'free_pte_range'),
  function* (cpu: Cpu, tlb: MmuGather, pmdp: PmdSlot, pmd: Entry, addr: Va): Op {
    yield* pmd_clear(cpu, pmdp);
    yield* pte_free_tlb(cpu, tlb, pmd_pgtable(pmd), addr);
    yield* mm_dec_nr_ptes(cpu, tlb.mm);
  },
);

/** Does no other area need the table under this entry of `level`? */
function wholeTable(cpu: Cpu, level: Level, from: Va, end: Va, floor: Va, ceiling: Va): boolean {
  const size = sizeOf(cpu.geometry, level);
  const top = roundDown(ceiling, size);
  return roundDown(from, size) >= floor && top !== 0 && end <= top;
}
