/** Another protection for what is mapped in a range: the walk. mm/mprotect.c. */
import {
  flush_tlb_range,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { is_swap_pmd, isLeaf, isNone, isTable, none, pmd_none, pmd_trans_huge, type Entry } from '../words/entry.ts';
import { addrEnd, HPAGE_PMD_NR, HPAGE_PMD_SIZE } from '../words/geometry.ts';
import type { PmdSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { change_huge_pmd, type ProtectionChange } from './change_huge_pmd.ts';
import { change_pte_range } from './change_pte_range.ts';
import { dec_tlb_flush_pending, inc_tlb_flush_pending, tlb_end_vma } from './mmu_gather.ts';
import { operation } from './operation.ts';
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
import { __split_huge_pmd } from './split_huge_pmd.ts';

/** Changes what is mapped in a range of one area. @returns how many base pages it changed */
export const change_protection = operation(
  linux('v6.1', 'mm/mprotect.c', 'change_protection'),
  function* (cpu: Cpu, change: ProtectionChange, start: Va, end: Va): Op<number> {
    const { tlb, vma } = change;
    if (tlb) {
      const pages = yield* change_protection_range(cpu, change, start, end);
      yield* tlb_end_vma(cpu, tlb);
      return pages;
    }
    yield* inc_tlb_flush_pending(cpu, vma.mm);
    const pages = yield* change_protection_range(cpu, change, start, end);
    // Only what was changed may be cached with more permissions than it has now.
    if (pages > 0) yield* flush_tlb_range(cpu, vma, start, end);
    yield* dec_tlb_flush_pending(cpu, vma.mm);
    return pages;
  },
);

export const change_protection_range = operation(
  linux('v6.1', 'mm/mprotect.c', 'change_protection_range'),
  function* (cpu: Cpu, change: ProtectionChange, start: Va, end: Va): Op<number> {
    const g = cpu.geometry;
    const top = yield* pgd_offset(cpu, change.vma.mm, start);
    let pages = 0;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = pgd_offset_pgd(g, top.table, addr);
      const pgd = yield* none_or_clear_bad(cpu, pgdp, none);
      const changed = isNone(pgd)
        ? 0
        : yield* change_pud_range(cpu, change, p4d_offset(g, pgdp, pgd, addr), pgd, addr, next);
      pages += changed;
      addr = next;
    }
    return pages;
  },
);

/** change_p4d_range has no loop of its own: P4D is folded. */
export const change_pud_range = operation(
  linux('v6.1', 'mm/mprotect.c', 'change_pud_range'),
  function* (cpu: Cpu, change: ProtectionChange, p4dp: P4dSlot, p4d: Entry, start: Va, end: Va): Op<number> {
    const g = cpu.geometry;
    let pages = 0;
    let addr = start;
    while (addr < end) {
      const next = addrEnd(g, 'pud', addr, end);
      const pudp = pud_offset(g, p4dp, p4d, addr);
      const pud = yield* none_or_clear_bad(cpu, pudp, p4d);
      const changed = isNone(pud) ? 0 : yield* change_pmd_range(cpu, change, pudp, pud, addr, next);
      pages += changed;
      addr = next;
    }
    return pages;
  },
);

export const change_pmd_range = operation(
  linux('v6.1', 'mm/mprotect.c', 'change_pmd_range'),
  function* (cpu: Cpu, change: ProtectionChange, pudp: PudSlot, pud: Entry, start: Va, end: Va): Op<number> {
    let pages = 0;
    let addr = start;
    yield* mmu_notifier_invalidate_range_start(cpu, change.vma.mm, start, end); // Linux waits with it for the first entry
    while (addr < end) {
      const next = addrEnd(cpu.geometry, 'pmd', addr, end);
      const changed = yield* change_one_pmd(cpu, change, pmd_offset(cpu.geometry, pudp, pud, addr), addr, next);
      pages += changed;
      addr = next;
    }
    yield* mmu_notifier_invalidate_range_end(cpu, change.vma.mm, start, end);
    return pages;
  },
);

/** The loop body of change_pmd_range. */
function* change_one_pmd(cpu: Cpu, change: ProtectionChange, pmdp: PmdSlot, addr: Va, next: Va): Op<number> {
  const skip = yield* pmd_none_or_clear_bad_unless_trans_huge(cpu, pmdp);
  if (skip) return 0;
  const pmd = yield* cpu.read_entry(pmdp);
  if (pmd_trans_huge(pmd) || is_swap_pmd(pmd)) {
    if (next - addr !== HPAGE_PMD_SIZE(cpu.geometry)) {
      yield* __split_huge_pmd(cpu, change.vma, pmdp, addr);
    } else {
      const huge = yield* change_huge_pmd(cpu, change, pmdp, addr);
      if (huge !== 'not huge') return huge === 'changed' ? HPAGE_PMD_NR(cpu.geometry) : 0;
    }
  }
  return yield* change_pte_range(cpu, change, pmdp, addr, next);
}

/** For NUMA balancing, beside which huge pages come and go. */
export const pmd_none_or_clear_bad_unless_trans_huge = operation(
  linux('v6.1', 'mm/mprotect.c', 'pmd_none_or_clear_bad_unless_trans_huge'),
  function* (cpu: Cpu, pmdp: PmdSlot): Op<boolean> {
    let pmd = yield* cpu.read_entry(pmdp);
    if (isLeaf(pmd)) return false; // huge, or a migration entry of a huge page
    // Before 5.6 it was read again: a huge entry that came in between was taken for a bad one and cleared.
    if (!cpu.has('protecting_reads_pmd_once')) pmd = yield* cpu.read_entry(pmdp);
    if (pmd_none(pmd)) return true;
    yield* cpu.bug_on(!isTable(pmd), 'pmd_clear_bad');
    return false;
  },
);
