/** Entries become read-only so that the next write to each page is noticed: `echo 4 > /proc/PID/clear_refs`. fs/proc/task_mmu.c. */
import {
  flush_tlb_mm,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  pmdp_invalidate,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  set_pmd_at,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F,
  is_swap_pmd,
  pmd_dirty,
  pmd_mkdirty,
  pmd_mkyoung,
  pmd_none,
  pmd_trans_huge,
  pmd_wrprotect,
  pmd_young,
  pte_present,
  pte_wrprotect,
  withoutFlags,
  type Pmd,
} from '../words/entry.ts';
import { addrEnd, PAGE_SIZE, spaceOf } from '../words/geometry.ts';
import { mmCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { dec_tlb_flush_pending, inc_tlb_flush_pending } from './mmu_gather.ts';
import { operation } from './operation.ts';
import {
  mm_find_pmd,
  pmd_lock,
  pmd_trans_unstable,
  pmd_unlock,
  pte_after,
  pte_offset_map_lock,
  pte_unlock,
} from './pgtable.ts';
import { vmas_between } from './vma.ts';

// Left out: what else can be written to the file, marks in entries of swap and migration, pinned pages (which are passed over since 5.11).
// Until 5.5 the gather that held nothing was flushed all the same, before mmap_lock was dropped.

/** Forgets which pages of an address space were written to. */
export const clear_refs_write = operation(
  linux('v6.1', 'fs/proc/task_mmu.c', 'clear_refs_write'),
  function* (cpu: Cpu, mm: Mm): Op {
    const alone = cpu.has('clear_refs_locks_out_faults');
    const lock = mmCells.mmap_lock(mm.id);
    if (alone) yield* cpu.down_write(lock);
    else yield* cpu.down_read(lock); // every area was marked clean before, with the lock held for writing
    yield* clear_soft_dirty_of(cpu, mm);
    if (alone) yield* cpu.up_write(lock);
    else yield* cpu.up_read(lock);
  },
);

function* clear_soft_dirty_of(cpu: Cpu, mm: Mm): Op {
  const end = spaceOf(cpu.geometry);
  yield* inc_tlb_flush_pending(cpu, mm);
  yield* mmu_notifier_invalidate_range_start(cpu, mm, 0, end);
  const vmas = yield* vmas_between(cpu, mm, 0, end);
  for (let i = 0; i < vmas.length; i++) yield* clear_area(cpu, vmas[i]!);
  yield* mmu_notifier_invalidate_range_end(cpu, mm, 0, end);
  if (cpu.has('clear_refs_flushes')) yield* flush_tlb_mm(cpu, mm);
  yield* dec_tlb_flush_pending(cpu, mm);
}

/** What walk_page_range does with an area: a call for each PMD. */
function* clear_area(cpu: Cpu, vma: Vma): Op {
  let addr = vma.start;
  while (addr < vma.end) {
    const next = addrEnd(cpu.geometry, 'pmd', addr, vma.end);
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, addr);
    if (pmdp) yield* clear_refs_pte_range(cpu, vma, pmdp, addr, next);
    addr = next;
  }
}

/** The entries of one PMD: the huge entry, or those of its table. */
export const clear_refs_pte_range = operation(
  linux('v6.1', 'fs/proc/task_mmu.c', 'clear_refs_pte_range'),
  function* (cpu: Cpu, vma: Vma, pmdp: PmdSlot, start: Va, end: Va): Op {
    const hint = yield* cpu.read_entry(pmdp);
    if (pmd_none(hint)) return;
    if (pmd_trans_huge(hint) || is_swap_pmd(hint)) {
      const huge = yield* clear_huge(cpu, vma, pmdp, start);
      if (huge) return;
    }
    const unstable = yield* pmd_trans_unstable(cpu, pmdp);
    if (unstable) return;
    const first = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, start);
    for (let i = 0; start + i * PAGE_SIZE(cpu.geometry) < end; i++) {
      const ptep = pte_after(first, i);
      const addr = start + i * PAGE_SIZE(cpu.geometry);
      const pte = yield* cpu.read_entry(ptep);
      if (!pte_present(pte)) continue;
      const old = yield* ptep_modify_prot_start(cpu, vma, addr, ptep);
      const clean = withoutFlags(pte_wrprotect(old), F.SOFT_DIRTY);
      yield* ptep_modify_prot_commit(cpu, vma, addr, ptep, old, clean);
    }
    yield* pte_unlock(cpu, first);
  },
);

/** clear_soft_dirty_pmd under the lock. @returns false when the entry is not huge any more */
function* clear_huge(cpu: Cpu, vma: Vma, pmdp: PmdSlot, addr: Va): Op<boolean> {
  yield* pmd_lock(cpu, pmdp);
  const pmd = yield* cpu.read_entry(pmdp);
  const huge = pmd_trans_huge(pmd);
  if (huge) {
    const old = yield* pmdp_invalidate(cpu, vma, addr, pmdp);
    yield* set_pmd_at(cpu, vma.mm, addr, pmdp, cleanPmd(pmd, old));
  }
  yield* pmd_unlock(cpu, pmdp);
  return huge || is_swap_pmd(pmd);
}

/** What was read, with the flags that hardware had set until it was invalidated. */
function cleanPmd(pmd: Pmd, old: Pmd): Pmd {
  const dirty = pmd_dirty(old) ? pmd_mkdirty(pmd) : pmd;
  const young = pmd_young(old) ? pmd_mkyoung(dirty) : dirty;
  return withoutFlags(pmd_wrprotect(young), F.SOFT_DIRTY);
}
