/** Page faults on anonymous memory: arch fault entry and mm/memory.c. */
import {
  flush_tlb_fix_spurious_fault,
  ptep_set_access_flags,
  set_pte_at,
  update_mmu_cache,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  is_swap_pmd,
  pmd_none,
  pmd_protnone,
  pmd_trans_huge,
  pmd_write,
  pte_mkdirty,
  pte_mkyoung,
  pte_none,
  pte_present,
  pte_protnone,
  pte_write,
  type Pfn,
  type Pte,
} from '../words/entry.ts';
import { PAGE_SIZE, roundDown } from '../words/geometry.ts';
import { mmCells, type PmdSlot, type PteSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { do_huge_pmd_anonymous_page, do_huge_pmd_wp_page, huge_pmd_set_accessed } from './huge_memory.ts';
import { do_wp_page } from './cow.ts';
import { migration_entry_wait, pmd_migration_entry_wait } from './migration_entry.ts';
import { do_huge_pmd_numa_page, do_numa_page } from './numa_fault.ts';
import { anon_vma_prepare } from './anon_vma.ts';
import { operation } from './operation.ts';
import { alloc_page, new_anon_pte, page_add_new_anon_rmap, put_page, vm_read, vm_write, zero_pte } from './page.ts';
import { p4d_alloc, pmd_alloc, pte_alloc, pud_alloc } from './pgalloc.ts';
import {
  pgd_offset,
  pmd_trans_unstable,
  pte_offset_map,
  pte_lock_walked,
  pte_offset_map_lock,
  pte_same,
  pte_unlock,
  walk_begins,
  walk_ends,
} from './pgtable.ts';
import { flush_if_tables_moved } from './need_flush.ts';
import { vma_lookup } from './vma.ts';

export type FaultKind = Access['kind'];

// Left out: swap, files, userfaultfd, stacks that grow, retries that drop mmap_lock.

/** A user access trapped. @returns `SIGSEGV` when no area allows it; else the access is to be tried again */
export const do_user_addr_fault = operation(
  linux('v6.1', 'arch/x86/mm/fault.c', 'do_user_addr_fault'),
  function* (cpu: Cpu, address: Va, kind: FaultKind): Op<'done' | 'SIGSEGV'> {
    const mm = cpu.mm;
    if (!mm) return 'SIGSEGV';
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vma = yield* vma_lookup(cpu, mm, address);
    const allowed = vma !== undefined && (kind === 'read' ? vm_read(vma) : vm_write(vma));
    if (allowed) yield* handle_mm_fault(cpu, vma, address, kind);
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return allowed ? 'done' : 'SIGSEGV';
  },
);

/** Handles a fault in an area that allows the access. The caller holds mmap_lock. */
export const handle_mm_fault = operation(
  linux('v6.1', 'mm/memory.c', 'handle_mm_fault'),
  function* (cpu: Cpu, vma: Vma, address: Va, kind: FaultKind): Op {
    yield* __handle_mm_fault(cpu, vma, roundDown(address, PAGE_SIZE(cpu.geometry)), kind);
  },
);

export const __handle_mm_fault = operation(
  linux('v6.1', 'mm/memory.c', '__handle_mm_fault'),
  function* (cpu: Cpu, vma: Vma, address: Va, kind: FaultKind): Op {
    const pgdp = yield* pgd_offset(cpu, vma.mm, address);
    const p4dp = yield* p4d_alloc(cpu, pgdp, address);
    const pudp = yield* pud_alloc(cpu, vma.mm, p4dp, address);
    const pmdp = yield* pmd_alloc(cpu, vma.mm, pudp, address);
    const first = yield* cpu.read_entry(pmdp);
    if (pmd_none(first) && vma.thp === 'always' && cpu.config('TRANSPARENT_HUGEPAGE')) {
      const huge = yield* do_huge_pmd_anonymous_page(cpu, vma, address, pmdp, kind);
      if (huge === 'done') return;
    } else {
      const orig = yield* cpu.read_entry(pmdp);
      if (is_swap_pmd(orig)) {
        yield* pmd_migration_entry_wait(cpu, pmdp);
        return;
      }
      if (pmd_trans_huge(orig)) {
        if (pmd_protnone(orig) && vm_read(vma)) {
          yield* do_huge_pmd_numa_page(cpu, vma, address, pmdp, orig);
          return;
        }
        if (kind === 'read' || pmd_write(orig)) {
          yield* huge_pmd_set_accessed(cpu, vma, address, pmdp, orig, kind);
          return;
        }
        const wp = yield* do_huge_pmd_wp_page(cpu, vma, address, pmdp, orig);
        if (wp === 'done') return;
      }
    }
    yield* handle_pte_fault(cpu, vma, address, kind, pmdp);
  },
);

/** A fault on a base page, or where there is nothing yet. Holds no page-table lock when it begins: whatever it read may have changed. */
export const handle_pte_fault = operation(
  linux('v6.1', 'mm/memory.c', 'handle_pte_fault'),
  function* (cpu: Cpu, vma: Vma, address: Va, kind: FaultKind, pmdp: PmdSlot): Op {
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_none(pmd)) {
      // The table is made late: a huge page may still come.
      yield* do_anonymous_page(cpu, vma, address, pmdp, kind);
      return;
    }
    const unstable = yield* pmd_trans_unstable(cpu, pmdp);
    if (unstable) return; // a huge page came, or came and went: the access faults again
    yield* walk_begins(cpu);
    const seen = yield* pte_offset_map(cpu, pmdp, address);
    const orig = yield* cpu.read_entry(seen);
    if (pte_none(orig)) {
      yield* walk_ends(cpu);
      yield* do_anonymous_page(cpu, vma, address, pmdp, kind);
      return;
    }
    if (!pte_present(orig)) {
      yield* walk_ends(cpu);
      yield* migration_entry_wait(cpu, pmdp, address); // do_swap_page
      return;
    }
    if (pte_protnone(orig) && vm_read(vma)) {
      yield* do_numa_page(cpu, vma, address, seen, orig);
      return;
    }
    const ptep = yield* pte_lock_walked(cpu, vma.mm, seen, address);
    yield* walk_ends(cpu);
    const pte = yield* cpu.read_entry(ptep);
    const same = pte_same(cpu, pte, orig); // Left out: update_mmu_tlb when it changed (MIPS and others only).
    if (same && kind === 'write' && !pte_write(pte)) {
      yield* do_wp_page(cpu, vma, address, pmdp, ptep, pte);
      return;
    }
    if (same) yield* use_pte(cpu, vma, address, ptep, pte, kind);
    if (same) yield* flush_if_tables_moved(cpu, vma.mm);
    yield* pte_unlock(cpu, ptep);
  },
);

/** The page is there: sets accessed and dirty where the hardware left that to us, or finds that nothing is wrong. */
function* use_pte(cpu: Cpu, vma: Vma, address: Va, ptep: PteSlot, pte: Pte, kind: FaultKind): Op {
  const entry = pte_mkyoung(kind === 'write' ? pte_mkdirty(pte) : pte);
  const changed = yield* ptep_set_access_flags(cpu, vma, address, ptep, entry, kind === 'write');
  if (changed) yield* update_mmu_cache(cpu, vma, address, ptep);
  // Somebody else relaxed the entry before us: this CPU may still have the old one cached.
  else if (kind === 'write') yield* flush_tlb_fix_spurious_fault(cpu, vma, address);
}

/** A page of its own for a write; a read is content with the zero page. */
export const do_anonymous_page = operation(
  linux('v6.1', 'mm/memory.c', 'do_anonymous_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, kind: FaultKind): Op {
    yield* pte_alloc(cpu, vma.mm, pmdp);
    const unstable = yield* pmd_trans_unstable(cpu, pmdp);
    if (unstable) return;
    if (kind === 'write') yield* anon_vma_prepare(cpu, vma);
    const pfn = kind === 'write' ? yield* new_page(cpu) : undefined;
    const ptep = yield* pte_offset_map_lock(cpu, vma.mm, pmdp, address);
    const pte = yield* cpu.read_entry(ptep);
    if (pte_none(pte)) {
      if (pfn !== undefined) yield* page_add_new_anon_rmap(cpu, pfn, vma, address);
      yield* set_pte_at(cpu, vma.mm, address, ptep, pfn === undefined ? zero_pte() : new_anon_pte(pfn, vma));
      // No flush: it was not present before. Where tables move, a CPU may have come there through one that is no more.
      yield* flush_if_tables_moved(cpu, vma.mm);
      yield* update_mmu_cache(cpu, vma, address, ptep);
    } else if (pfn !== undefined) {
      yield* put_page(cpu, pfn); // another fault was faster
    }
    yield* pte_unlock(cpu, ptep);
  },
);

function* new_page(cpu: Cpu): Op<Pfn> {
  const pfn = yield* alloc_page(cpu);
  yield* cpu.fence('smp_wmb'); // __SetPageUptodate: the zeroes before the entry
  return pfn;
}
