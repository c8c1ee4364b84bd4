/** Another protection for the PTEs of one table. mm/mprotect.c. */
import { tlb_flush_pte_range } from '../contract/gather.ts';
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  pte_needs_flush,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  set_pte_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pte_dirty,
  pte_mkwrite,
  pte_modify,
  pte_none,
  pte_pfn,
  pte_present,
  pte_protnone,
  pte_special,
  pte_write,
  type Pte,
} from '../words/entry.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import type { ProtectionChange } from './change_huge_pmd.ts';
import { make_readable_exclusive_migration_entry } from './migration_entry.ts';
import { tlb_change_page_size } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { compound_head, page_count, PageAnonExclusive, vm_write } from './page.ts';
import { pmd_trans_unstable, pte_after, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

export const change_pte_range = operation(
  linux('v6.1', 'mm/mprotect.c', 'change_pte_range'),
  function* (cpu: Cpu, change: ProtectionChange, pmdp: PmdSlot, start: Va, end: Va): Op<number> {
    if (change.tlb) yield* tlb_change_page_size(cpu, change.tlb, PAGE_SIZE(cpu.geometry));
    const unstable = yield* pmd_trans_unstable(cpu, pmdp);
    if (unstable) return 0;
    const first = yield* pte_offset_map_lock(cpu, change.vma.mm, pmdp, start);
    yield* arch_enter_lazy_mmu_mode(cpu);
    let pages = 0;
    let addr = start;
    for (let i = 0; addr < end; i++) {
      const changed = yield* change_one_pte(cpu, change, pte_after(first, i), addr);
      pages += changed;
      addr += PAGE_SIZE(cpu.geometry);
    }
    yield* arch_leave_lazy_mmu_mode(cpu);
    yield* pte_unlock(cpu, first);
    return pages;
  },
);

function* change_one_pte(cpu: Cpu, change: ProtectionChange, ptep: PteSlot, addr: Va): Op<number> {
  const { tlb, vma, newprot, why } = change;
  const seen = yield* cpu.read_entry(ptep);
  if (pte_none(seen)) return 0;
  if (!pte_present(seen)) {
    const safe = make_readable_exclusive_migration_entry(seen);
    if (safe !== seen) yield* set_pte_at(cpu, vma.mm, addr, ptep, safe);
    return safe === seen ? 0 : 1;
  }
  if (why === 'numa') {
    const wanted = yield* worthATrap(cpu, seen);
    if (!wanted) return 0;
  }
  const old = yield* ptep_modify_prot_start(cpu, vma, addr, ptep);
  const entry = pte_modify(old, newprot);
  const writable = why === 'numa' ? pte_write(seen) : yield* can_change_pte_writable(cpu, vma, entry);
  const kept = writable ? pte_mkwrite(entry) : entry;
  yield* ptep_modify_prot_commit(cpu, vma, addr, ptep, old, kept);
  if (tlb) {
    const flush = yield* pte_needs_flush(cpu, old, kept);
    if (flush) tlb_flush_pte_range(tlb, addr, PAGE_SIZE(cpu.geometry));
  }
  return 1;
}

/** May mprotect give the permission to write at once, which a fault would give without asking anything else? */
export const can_change_pte_writable = operation(
  linux('v6.1', 'mm/mprotect.c', 'can_change_pte_writable'),
  function* (cpu: Cpu, vma: Vma, pte: Pte): Op<boolean> {
    if (!cpu.has('mprotect_makes_writable') || !vm_write(vma) || pte_write(pte)) return false;
    if (pte_protnone(pte) || pte_special(pte)) return false;
    if (!cpu.has('mprotect_makes_clean_writable') && !pte_dirty(pte)) return false;
    return yield* PageAnonExclusive(cpu, pte_pfn(pte));
  },
);

/** Is it a page that might be moved? Simplified: no nodes; the page is always on another one. */
function* worthATrap(cpu: Cpu, pte: Pte): Op<boolean> {
  if (pte_protnone(pte) || pte_special(pte)) return false;
  const head = yield* compound_head(cpu, pte_pfn(pte));
  const count = yield* page_count(cpu, head);
  return count === 1; // nobody shares it, by fork or otherwise
}
