/** Huge entries of anonymous memory: faulting one in, using it, writing to it after a fork. mm/huge_memory.c. */
import {
  pgtable_trans_huge_deposit,
  pmdp_set_access_flags,
  pte_alloc_one,
  pte_free,
  set_pmd_at,
  update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import { cpuBit, type Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pmd_mkdirty, pmd_mkyoung, pmd_none, pmd_pfn, type Pmd } from '../words/entry.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_prepare } from './anon_vma.ts';
import { is_huge_zero_pmd, mm_get_huge_zero_page, unuse_huge_zero_page } from './huge_zero_page.ts';
import { wp_copy_huge_page } from './huge_wp_copy.ts';
import { lock_page_under_pmd } from './lock_page_under_pmd.ts';
import { operation } from './operation.ts';
import {
  alloc_hugepage,
  maybe_mkwrite,
  mk_huge_pmd,
  new_anon_pmd,
  page_add_new_anon_rmap,
  page_count,
  page_move_anon_rmap,
  PageAnonExclusive,
  put_page,
  unlock_page,
} from './page.ts';
import { mm_inc_nr_ptes } from './pgalloc.ts';
import { pmd_lock, pmd_same, pmd_unlock } from './pgtable.ts';
import { __split_huge_pmd } from './split_huge_pmd.ts';
import { transhuge_vma_suitable } from './vma.ts';

// Splits and changes of permission call no notifier here: nobody keeps a copy that they would make wrong.

/** Maps a huge page where a fault found the PMD none; a read gets the huge zero page. @returns `fallback` when the area is too small, or no page is free */
export const do_huge_pmd_anonymous_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, kind: Access['kind']): Op<'done' | 'fallback'> {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (!transhuge_vma_suitable(cpu.geometry, vma, haddr)) return 'fallback';
    yield* anon_vma_prepare(cpu, vma);
    if (kind === 'read') {
      yield* map_huge_zero_page(cpu, vma, haddr, pmdp);
      return 'done';
    }
    if ((cpu.number('CPUS_WITHOUT_HUGE_PAGES') & cpuBit(cpu.id)) !== 0) return 'fallback';
    const head = yield* alloc_hugepage(cpu);
    yield* __do_huge_pmd_anonymous_page(cpu, vma, haddr, pmdp, head);
    return 'done';
  },
);

/** The part of do_huge_pmd_anonymous_page for reads. */
function* map_huge_zero_page(cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot): Op {
  const pgtable = yield* pte_alloc_one(cpu, vma.mm);
  const zero = yield* mm_get_huge_zero_page(cpu, vma.mm);
  yield* pmd_lock(cpu, pmdp);
  const pmd = yield* cpu.read_entry(pmdp);
  if (pmd_none(pmd)) {
    yield* pgtable_trans_huge_deposit(cpu, vma.mm, pmdp, pgtable); // set_huge_zero_page
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, mk_huge_pmd(zero));
    yield* mm_inc_nr_ptes(cpu, vma.mm);
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    yield* pmd_unlock(cpu, pmdp);
    return;
  }
  yield* pmd_unlock(cpu, pmdp);
  yield* pte_free(cpu, vma.mm, pgtable);
  yield* unuse_huge_zero_page(cpu);
}

export const __do_huge_pmd_anonymous_page = operation(
  linux('v6.1', 'mm/huge_memory.c', '__do_huge_pmd_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot, head: number): Op {
    // The table that a later split will need: it must not fail then.
    const pgtable = yield* pte_alloc_one(cpu, vma.mm);
    yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the zeroes before the entry
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (!pmd_none(pmd)) {
      yield* pmd_unlock(cpu, pmdp);
      yield* pte_free(cpu, vma.mm, pgtable);
      yield* put_page(cpu, head);
      return;
    }
    yield* page_add_new_anon_rmap(cpu, head, vma, haddr, 'pmd');
    // Deposit before the entry is visible: a hash fault looks into the deposited table.
    yield* pgtable_trans_huge_deposit(cpu, vma.mm, pmdp, pgtable);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, new_anon_pmd(head, vma));
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    yield* mm_inc_nr_ptes(cpu, vma.mm);
    yield* pmd_unlock(cpu, pmdp);
  },
);

/** A fault found a huge entry that allows the access: sets accessed, and dirty on a write. */
export const huge_pmd_set_accessed = operation(
  linux('v6.1', 'mm/huge_memory.c', 'huge_pmd_set_accessed'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd, kind: Access['kind']): Op {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_same(cpu, pmd, orig)) {
      const young = pmd_mkyoung(pmd);
      yield* relax_pmd(cpu, vma, address, pmdp, kind === 'write' ? pmd_mkdirty(young) : young, kind === 'write');
    }
    yield* pmd_unlock(cpu, pmdp);
  },
);

/** A write found a write-protected huge entry. @returns `fallback` when it was split: the fault goes on with base pages */
export const do_huge_pmd_wp_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_wp_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op<'done' | 'fallback'> {
    const zero = yield* is_huge_zero_pmd(cpu, orig);
    if (!zero && !cpu.has('huge_wp_fault_splits')) {
      yield* wp_copy_huge_page(cpu, vma, address, pmdp, orig);
      return 'done';
    }
    if (!zero) {
      yield* pmd_lock(cpu, pmdp);
      const ours = yield* may_reuse_huge(cpu, vma, pmdp, orig);
      if (ours === 'yes')
        yield* relax_pmd(cpu, vma, address, pmdp, maybe_mkwrite(pmd_mkdirty(pmd_mkyoung(orig)), vma), true);
      yield* pmd_unlock(cpu, pmdp);
      if (ours !== 'no') return 'done';
    }
    yield* __split_huge_pmd(cpu, vma, pmdp, address);
    return 'fallback';
  },
);

/** Does nobody else use the huge page? Holds pmd_lock, which it may drop to wait for the page lock. */
function* may_reuse_huge(cpu: Cpu, vma: Vma, pmdp: PmdSlot, orig: Pmd): Op<'yes' | 'no' | 'changed'> {
  const head = pmd_pfn(orig);
  const pmd = yield* cpu.read_entry(pmdp);
  if (!pmd_same(cpu, pmd, orig)) return 'changed';
  const early = yield* PageAnonExclusive(cpu, head);
  if (early) return 'yes';
  const locked = yield* lock_page_under_pmd(cpu, pmdp, orig);
  if (!locked) return 'changed';
  let ours = yield* PageAnonExclusive(cpu, head);
  if (!ours) {
    const count = yield* page_count(cpu, head);
    ours = count === 1;
    if (ours) yield* page_move_anon_rmap(cpu, head, vma);
  }
  yield* unlock_page(cpu, head);
  return ours ? 'yes' : 'no';
}

function* relax_pmd(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, entry: Pmd, dirty: boolean): Op {
  const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
  const changed = yield* pmdp_set_access_flags(cpu, vma, haddr, pmdp, entry, dirty);
  if (changed) yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
}
