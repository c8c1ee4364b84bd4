/** Removing the pages of a range: unmap now, remember in the gather what has to be flushed and freed. mm/memory.c. */
import {
  arch_enter_lazy_mmu_mode, arch_leave_lazy_mmu_mode, pgtable_trans_huge_withdraw, pmdp_huge_get_and_clear_full, pte_free,
  ptep_get_and_clear_full,
} from '../contract/hooks/index.ts';
import { tlb_flush_mmu_tlbonly } from '../contract/gather.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, none, pmd_pfn, pmd_present, pmd_trans_huge, pte_none, pte_pfn, pte_present, pte_special, type Entry } from '../words/entry.ts';
import { addrEnd, HPAGE_PMD_SIZE, PAGE_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { __split_huge_pmd } from './huge_memory.ts';
import {
  __tlb_remove_page, tlb_change_page_size, tlb_end_vma, tlb_finish_mmu, tlb_flush_mmu, tlb_gather_mmu, tlb_remove_pmd_tlb_entry, tlb_remove_page_size,
  tlb_remove_tlb_entry,
} from './mmu_gather.ts';
import { operation } from './operation.ts';
import { page_remove_rmap } from './page.ts';
import { mm_dec_nr_ptes } from './pgalloc.ts';
import {
  none_or_clear_bad, p4d_offset, pgd_offset, pmd_lock, pmd_none_or_trans_huge_or_clear_bad, pmd_offset, pmd_unlock, pte_after, pte_offset_map_lock,
  pte_unlock, pud_offset, type P4dSlot, type PudSlot,
} from './pgtable.ts';
import { vmas_between } from './vma.ts';

// Left out here: notifier calls (there are no secondary MMUs), files, swap, the flush of batched reclaim, cond_resched.

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
    const tlb = yield* tlb_gather_mmu(cpu, vma.mm);
    yield* unmap_page_range(cpu, tlb, vma, address, address + size);
    yield* tlb_finish_mmu(cpu, tlb);
  },
);

/** Removes the pages that several areas have in a range. The caller flushes. */
export const unmap_vmas = operation(
  linux('v6.1', 'mm/memory.c', 'unmap_vmas'),
  function* (cpu: Cpu, tlb: MmuGather, vmas: readonly Vma[], start: Va, end: Va): Op {
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      yield* unmap_page_range(cpu, tlb, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    }
  },
);

export const unmap_page_range = operation(
  linux('v6.1', 'mm/memory.c', 'unmap_page_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, start: Va, end: Va): Op {
    const g = cpu.geometry;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = yield* pgd_offset(cpu, vma.mm, addr);
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
  if (pmd_trans_huge(pmd)) {
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

/** Removes a whole huge page. @returns false when the entry is not huge any more */
export const zap_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'zap_huge_pmd'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, addr: Va): Op<boolean> {
    yield* tlb_change_page_size(cpu, tlb, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (!pmd_trans_huge(pmd)) {
      yield* pmd_unlock(cpu, pmdp);
      return false;
    }
    const orig = yield* pmdp_huge_get_and_clear_full(cpu, vma, addr, pmdp, tlb.fullmm);
    tlb_remove_pmd_tlb_entry(cpu.geometry, tlb, addr);
    yield* cpu.bug_on(!pmd_present(orig), 'a huge entry is present: migration entries are not modelled');
    const head = pmd_pfn(orig);
    yield* page_remove_rmap(cpu, head);
    // After the entry was cleared: a hash MMU looks at the deposited table while it clears.
    yield* zap_deposited_table(cpu, tlb.mm, pmdp);
    yield* pmd_unlock(cpu, pmdp);
    // From here a fault may put a table into the slot, while other CPUs still have the huge translation.
    yield* tlb_remove_page_size(cpu, tlb, head);
    return true;
  },
);

/** Frees the table that was kept for a split, at once: it was in no tree, so no walker can be in it. */
export const zap_deposited_table = operation(
  linux('v6.1', 'mm/huge_memory.c', 'zap_deposited_table'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op {
    const pgtable = yield* pgtable_trans_huge_withdraw(cpu, mm, pmdp);
    yield* pte_free(cpu, mm, pgtable);
    yield* mm_dec_nr_ptes(cpu, mm);
  },
);

export const zap_pte_range = operation(
  linux('v6.1', 'mm/memory.c', 'zap_pte_range'),
  function* (cpu: Cpu, tlb: MmuGather, vma: Vma, pmdp: PmdSlot, start: Va, end: Va): Op {
    yield* tlb_change_page_size(cpu, tlb, PAGE_SIZE(cpu.geometry));
    let addr = start;
    while (addr < end) {
      let force_flush = false;
      const first = yield* pte_offset_map_lock(cpu, pmdp, addr);
      yield* arch_enter_lazy_mmu_mode(cpu);
      for (let i = 0; addr < end && !force_flush; i++) {
        // Left out: dirty pages of files, which force a flush too.
        force_flush = yield* zap_one_pte(cpu, tlb, vma, pte_after(first, i), addr);
        addr += PAGE_SIZE(cpu.geometry);
      }
      yield* arch_leave_lazy_mmu_mode(cpu);
      // Before the lock is dropped: until then nobody can take the entries for gone while they are cached.
      if (force_flush) yield* tlb_flush_mmu_tlbonly(cpu, tlb);
      yield* pte_unlock(cpu, first);
      if (force_flush) yield* tlb_flush_mmu(cpu, tlb);
    }
  },
);

/** @returns whether the gather is full */
function* zap_one_pte(cpu: Cpu, tlb: MmuGather, vma: Vma, ptep: PteSlot, addr: Va): Op<boolean> {
  const seen = yield* cpu.read_entry(ptep);
  if (pte_none(seen)) return false;
  if (!pte_present(seen)) return yield* cpu.give_up('zap of a swap entry is not modelled');
  const pte = yield* ptep_get_and_clear_full(cpu, vma.mm, addr, ptep, tlb.fullmm);
  tlb_remove_tlb_entry(cpu.geometry, tlb, addr);
  if (pte_special(pte)) return false;
  yield* page_remove_rmap(cpu, pte_pfn(pte));
  return __tlb_remove_page(cpu, tlb, pte_pfn(pte));
}
