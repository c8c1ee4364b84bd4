/** GUP with locks: what GUP-fast could not get, page by page, under mmap_lock. mm/gup.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  isTable,
  pmd_none,
  pmd_pfn,
  pmd_protnone,
  pmd_trans_huge,
  pmd_write,
  pte_pfn,
  pte_present,
  pte_protnone,
  pte_special,
  pte_write,
  type Pfn,
} from '../words/entry.ts';
import { blockOf, PAGE_SIZE } from '../words/geometry.ts';
import { mmCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { handle_mm_fault } from './fault.ts';
import { get_user_pages_fast_only } from './gup_fast.ts';
import { operation } from './operation.ts';
import { get_page, is_zero_pfn, put_page, subpage, vm_read, vm_write } from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock, pte_offset_map_lock, pte_unlock } from './pgtable.ts';
import { vma_lookup } from './vma.ts';

/** Takes references to pages of the current address space: without locks as far as that goes, the rest under mmap_lock. */
export const get_user_pages_fast = operation(
  linux('v6.1', 'mm/gup.c', 'get_user_pages_fast'),
  function* (cpu: Cpu, start: Va, nr_pages: number, access: Access['kind']): Op<Pfn[]> {
    const fast = yield* get_user_pages_fast_only(cpu, start, nr_pages, access);
    if (fast.length === nr_pages || !cpu.mm) return fast;
    const slow = yield* get_user_pages_unlocked(
      cpu,
      cpu.mm,
      start + fast.length * PAGE_SIZE(cpu.geometry),
      nr_pages - fast.length,
      access,
    );
    return fast.concat(slow);
  },
);

export const get_user_pages_unlocked = operation(
  linux('v6.1', 'mm/gup.c', 'get_user_pages_unlocked'),
  function* (cpu: Cpu, mm: Mm, start: Va, nr_pages: number, access: Access['kind']): Op<Pfn[]> {
    const pages: Pfn[] = [];
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    for (let i = 0; i < nr_pages; i++) {
      const address = start + i * PAGE_SIZE(cpu.geometry);
      const vma = yield* vma_lookup(cpu, mm, address);
      if (!vma || !(access === 'write' ? vm_write(vma) : vm_read(vma))) break;
      const pfn = yield* get_one(cpu, vma, address, access);
      pages.push(pfn);
      yield* cpu.note({
        kind: 'ghost.pin',
        mm,
        page: blockOf(cpu.geometry, 'pte', address),
        frame: pfn,
        intent: access,
      });
    }
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return pages;
  },
);

function* get_one(cpu: Cpu, vma: Vma, address: Va, access: Access['kind']): Op<Pfn> {
  // __get_user_pages: somebody may take the page away again after each fault, however often.
  for (;;) {
    const pfn = yield* follow_page_mask(cpu, vma, address, access);
    if (pfn !== 0) return pfn;
    yield* handle_mm_fault(cpu, vma, address, access); // faultin_page
  }
}

/** @returns the frame, with a reference; 0 when a fault is needed first */
export const follow_page_mask = operation(
  linux('v6.1', 'mm/gup.c', 'follow_page_mask'),
  function* (cpu: Cpu, vma: Vma, address: Va, access: Access['kind']): Op<Pfn> {
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, address);
    if (!pmdp) return 0;
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_none(pmd)) return 0;
    if (pmd_trans_huge(pmd)) return yield* follow_trans_huge_pmd(cpu, address, pmdp, access);
    if (!isTable(pmd)) return 0;
    return yield* follow_page_pte(cpu, vma.mm, address, pmdp, access);
  },
);

export const follow_trans_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'follow_trans_huge_pmd'),
  function* (cpu: Cpu, address: Va, pmdp: PmdSlot, access: Access['kind']): Op<Pfn> {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const usable = pmd_trans_huge(pmd) && !pmd_protnone(pmd) && (access === 'read' || pmd_write(pmd));
    const pfn = usable ? subpage(cpu.geometry, pmd_pfn(pmd), address) : 0;
    if (usable) yield* get_page(cpu, pfn);
    yield* pmd_unlock(cpu, pmdp);
    return pfn;
  },
);

export const follow_page_pte = operation(
  linux('v6.1', 'mm/gup.c', 'follow_page_pte'),
  function* (cpu: Cpu, mm: Mm, address: Va, pmdp: PmdSlot, access: Access['kind']): Op<Pfn> {
    const ptep = yield* pte_offset_map_lock(cpu, mm, pmdp, address);
    const pte = yield* cpu.read_entry(ptep);
    const usable =
      pte_present(pte) &&
      !pte_protnone(pte) &&
      (!pte_special(pte) || is_zero_pfn(pte_pfn(pte))) &&
      (access === 'read' || pte_write(pte));
    const pfn = usable ? pte_pfn(pte) : 0;
    if (usable) yield* get_page(cpu, pfn);
    yield* pte_unlock(cpu, ptep);
    return pfn;
  },
);

/** Gives pages back that GUP took. */
export const put_user_pages = operation(
  linux('v6.1', 'mm/gup.c', 'unpin_user_pages'),
  function* (cpu: Cpu, pages: readonly Pfn[]): Op {
    for (let i = 0; i < pages.length; i++) {
      yield* cpu.note({ kind: 'ghost.unpin', frame: pages[i]! });
      yield* put_page(cpu, pages[i]!);
    }
  },
);

/**
 * A worker brings in a page for somebody else, as KVM's does for a guest: a fault on a CPU that does not run the address space.
 * Simplified: it goes straight to the fault, as GUP does when it finds nothing, and does not look again.
 */
export const async_pf_execute = operation(
  linux('v6.1', 'virt/kvm/async_pf.c', 'async_pf_execute'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vma = yield* vma_lookup(cpu, mm, address);
    if (vma && vm_write(vma)) yield* handle_mm_fault(cpu, vma, address, 'write');
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  },
);
