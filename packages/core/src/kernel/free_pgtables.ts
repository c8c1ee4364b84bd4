/** Freeing the page tables that nobody needs any more, from the leaves up. mm/memory.c. */
import { p4d_clear, pmd_clear, pmd_free_tlb, pte_free_tlb, pud_clear, pud_free_tlb } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, none, pmd_pgtable, tableOf, type Entry } from '../words/entry.ts';
import { addrEnd, HPAGE_PMD_SIZE, isFolded, PAGE_SIZE, roundDown, sizeOf, type Level } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import type { PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { unlink_anon_vmas } from './anon_vma.ts';
import { tlb_change_page_size } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { mm_dec_nr_ptes } from './pgalloc.ts';
import {
  none_or_clear_bad,
  p4d_offset,
  pgd_offset,
  pgd_offset_pgd,
  pmd_offset,
  pud_offset,
  type P4dSlot,
  type PudSlot,
} from './pgtable.ts';

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
    const pgd_top = yield* pgd_offset(cpu, tlb.mm, addr);
    while (addr < end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = pgd_offset_pgd(g, pgd_top.table, addr);
      const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
      if (!isNone(pgd))
        yield* free_pud_range(cpu, tlb, p4d_offset(g, pgdp, pgd, addr), pgd, addr, next, floor, ceiling);
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
