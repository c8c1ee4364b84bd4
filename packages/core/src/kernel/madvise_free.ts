/** MADV_FREE: what a range holds may be dropped, until somebody writes to it again. mm/madvise.c, mm/huge_memory.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, none, pmd_trans_huge, type Entry } from '../words/entry.ts';
import { addrEnd } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { madvise_free_huge_pmd, madvise_free_ptes } from './madvise_free_entries.ts';
import { tlb_end_vma, tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import {
  none_or_clear_bad,
  p4d_offset,
  pgd_offset,
  pgd_offset_pgd,
  pmd_offset,
  pmd_trans_unstable,
  pud_offset,
  type P4dSlot,
  type PudSlot,
} from './pgtable.ts';
import { vmas_between } from './vma.ts';

/** MADV_FREE. */
export const madvise_free = operation(
  linux('v6.1', 'mm/madvise.c', 'do_madvise'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      yield* madvise_free_single_vma(cpu, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    }
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  },
);

export const madvise_free_single_vma = operation(
  linux('v6.1', 'mm/madvise.c', 'madvise_free_single_vma'),
  function* (cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* cpu.note({ kind: 'ghost.cleaning', mm: vma.mm, start, end });
    const tlb = yield* tlb_gather_mmu(cpu, vma.mm);
    yield* walk_page_range(cpu, tlb, vma, start, end);
    yield* tlb_end_vma(cpu, tlb);
    // Until here a CPU may store through a translation that it remembers as dirty, and leave no mark: that store counts as
    // one before MADV_FREE.
    yield* tlb_finish_mmu(cpu, tlb, start, end);
    yield* cpu.note({ kind: 'ghost.clean', mm: vma.mm, start, end });
  },
);

/** walk_page_range, as far as madvise_free_walk_ops need it. */
function* walk_page_range(cpu: Cpu, tlb: MmuGather, vma: Vma, start: Va, end: Va): Op {
  const g = cpu.geometry;
  const top = yield* pgd_offset(cpu, vma.mm, start);
  let addr = start;
  while (addr < end) {
    const next = addrEnd(g, 'pgd', addr, end);
    const pgdp = pgd_offset_pgd(g, top.table, addr);
    const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
    if (!isNone(pgd)) yield* walk_pud_range(cpu, tlb, vma, p4d_offset(g, pgdp, pgd, addr), pgd, addr, next);
    addr = next;
  }
}

/** P4D is folded. */
function* walk_pud_range(cpu: Cpu, tlb: MmuGather, vma: Vma, p4dp: P4dSlot, p4d: Entry, start: Va, end: Va): Op {
  const g = cpu.geometry;
  let addr = start;
  while (addr < end) {
    const next = addrEnd(g, 'pud', addr, end);
    const pudp = pud_offset(g, p4dp, p4d, addr);
    const pud = yield* none_or_clear_bad(cpu, pudp, p4d);
    if (!isNone(pud)) yield* walk_pmd_range(cpu, tlb, vma, pudp, pud, addr, next);
    addr = next;
  }
}

function* walk_pmd_range(cpu: Cpu, tlb: MmuGather, vma: Vma, pudp: PudSlot, pud: Entry, start: Va, end: Va): Op {
  let addr = start;
  while (addr < end) {
    const next = addrEnd(cpu.geometry, 'pmd', addr, end);
    const pmdp = pmd_offset(cpu.geometry, pudp, pud, addr);
    const pmd = yield* cpu.read_entry(pmdp);
    if (!isNone(pmd)) yield* madvise_free_pte_range(cpu, tlb, vma, pmdp, addr, next);
    addr = next;
  }
}

/** What one PMD maps, huge or by a table. */
export const madvise_free_pte_range = operation(
  linux('v6.1', 'mm/madvise.c', 'madvise_free_pte_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va, next: Va): Op {
    const pmd = yield* cpu.read_entry(pmdp); // without a lock: a hint
    if (pmd_trans_huge(pmd)) {
      const done = yield* madvise_free_huge_pmd(cpu, tlb, vma, pmdp, addr, next);
      if (done) return;
    }
    const unstable = yield* pmd_trans_unstable(cpu, pmdp);
    if (!unstable) yield* madvise_free_ptes(cpu, tlb, vma, pmdp, addr, next);
  },
);
