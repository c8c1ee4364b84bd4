/** Removing the pages of a range: unmap now, remember in the gather what has to be flushed and freed. mm/memory.c. */
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { is_swap_pmd, isNone, none, pmd_trans_huge, type Entry } from '../words/entry.ts';
import { addrEnd, HPAGE_PMD_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_end_vma, tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import {
  none_or_clear_bad,
  p4d_offset,
  pgd_offset,
  pgd_offset_pgd,
  pmd_none_or_trans_huge_or_clear_bad,
  pmd_offset,
  pud_offset,
  type P4dSlot,
  type PudSlot,
} from './pgtable.ts';
import { __split_huge_pmd } from './split_huge_pmd.ts';
import { vmas_between } from './vma.ts';
import { zap_huge_pmd, zap_pte_range } from './zap_entries.ts';

// Left out here: files, swap, the flush of batched reclaim, cond_resched.

/** MADV_DONTNEED. */
export const madvise_dontneed = operation(
  linux('v6.1', 'mm/madvise.c', 'do_madvise'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      yield* madvise_dontneed_single_vma(cpu, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    }
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  },
);

export const madvise_dontneed_single_vma = operation(
  linux('v6.1', 'mm/madvise.c', 'madvise_dontneed_single_vma'),
  function* (cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* zap_page_range_single(cpu, vma, start, end - start);
  },
);

/** Removes the pages of a range of one area. The caller holds mmap_lock, for reading at least. */
export const zap_page_range_single = operation(
  linux('v6.1', 'mm/memory.c', 'zap_page_range_single'),
  function* (cpu: Cpu, vma: Vma, address: Va, size: number): Op {
    const what = { mm: vma.mm, start: address, end: address + size, by: 'dontneed' } as const;
    yield* cpu.note({ kind: 'ghost.removal', ...what });
    const tlb = yield* tlb_gather_mmu(cpu, vma.mm);
    yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, address, address + size);
    yield* unmap_page_range(cpu, tlb, vma, address, address + size);
    yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, address, address + size);
    yield* tlb_finish_mmu(cpu, tlb, address, address + size);
    yield* cpu.note({ kind: 'ghost.removed', ...what });
  },
);

/** Removes the pages that several areas have in a range. The caller flushes. */
export const unmap_vmas = operation(
  linux('v6.1', 'mm/memory.c', 'unmap_vmas'),
  function* (cpu: Cpu, tlb: MmuGather, vmas: readonly Vma[], start: Va, end: Va): Op {
    yield* mmu_notifier_invalidate_range_start(cpu, tlb.mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      yield* unmap_page_range(cpu, tlb, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    }
    yield* mmu_notifier_invalidate_range_end(cpu, tlb.mm, start, end);
  },
);

export const unmap_page_range = operation(
  linux('v6.1', 'mm/memory.c', 'unmap_page_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, start: Va, end: Va): Op {
    const g = cpu.geometry;
    const top = yield* pgd_offset(cpu, vma.mm, start);
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = pgd_offset_pgd(g, top.table, addr);
      const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
      if (!isNone(pgd)) yield* zap_pud_range(cpu, tlb, vma, p4d_offset(g, pgdp, pgd, addr), pgd, addr, next);
      addr = next;
    }
    yield* tlb_end_vma(cpu, tlb);
  },
);

/** zap_p4d_range has no loop of its own: P4D is folded. */
export const zap_pud_range = operation(
  linux('v6.1', 'mm/memory.c', 'zap_pud_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, p4dp: P4dSlot, p4d: Entry, start: Va, end: Va): Op {
    const g = cpu.geometry;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pud', addr, end);
      const pudp = pud_offset(g, p4dp, p4d, addr);
      const pud = yield* none_or_clear_bad(cpu, pudp, p4d);
      if (!isNone(pud)) yield* zap_pmd_range(cpu, tlb, vma, pudp, pud, addr, next);
      addr = next;
    }
  },
);

export const zap_pmd_range = operation(
  linux('v6.1', 'mm/memory.c', 'zap_pmd_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pudp: PudSlot, pud: Entry, start: Va, end: Va): Op {
    let addr = start;
    while (addr < end) {
      const next = addrEnd(cpu.geometry, 'pmd', addr, end);
      yield* zap_one_pmd(cpu, tlb, vma, pmd_offset(cpu.geometry, pudp, pud, addr), addr, next);
      addr = next;
    }
  },
);

function* zap_one_pmd(cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va, next: Va): Op {
  const pmd = yield* cpu.read_entry(pmdp); // without a lock: a hint
  if (pmd_trans_huge(pmd) || is_swap_pmd(pmd)) {
    if (next - addr !== HPAGE_PMD_SIZE(cpu.geometry)) {
      yield* __split_huge_pmd(cpu, vma, pmdp, addr);
    } else {
      const zapped = yield* zap_huge_pmd(cpu, tlb, vma, pmdp, addr);
      if (zapped) return;
    }
  }
  // Huge faults and other zaps run beside us when mmap_lock is held for reading only.
  const noTable = yield* pmd_none_or_trans_huge_or_clear_bad(cpu, pmdp);
  if (!noTable) yield* zap_pte_range(cpu, tlb, vma, pmdp, addr, next);
}
