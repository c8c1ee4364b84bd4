/** GUP-fast: takes references to user pages on a walk without locks, with interrupts off. mm/gup.c. */
import { gup_fast_permitted, ptep_get_lockless } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pmd_access_permitted, pmd_pfn, pmd_present, pmd_protnone, pmd_trans_huge, pte_access_permitted, pte_pfn, pte_protnone, pte_special, type Entry, type Pfn,
  type Pmd,
} from '../words/entry.ts';
import { addrEnd, blockOf, isFolded, PAGE_SIZE } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Slot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '../words/step.ts';
import { operation } from './operation.ts';
import { gup_put_folio, subpage, try_grab_folio } from './page.ts';
import { p4d_offset, pgd_none, pgd_offset, pmd_offset, pte_offset, pud_offset, pud_present, type P4dSlot, type PudSlot } from './pgtable.ts';

// Why a pin is good: the reference is taken first and the entries are compared with memory after it; whoever unmaps or
// collapses clears the entry first and reads the reference count after it. One of the two sees the other.
// Simplified: FOLL_GET only (no pin count, no check against fork); no devices, secret memory, hugetlbfs, huge PUDs.

/** Takes references to pages of the current address space. @returns the frames, fewer than asked when the walk had to stop */
export const get_user_pages_fast_only = operation(
  linux('v6.1', 'mm/gup.c', 'internal_get_user_pages_fast'),
  function* (cpu: Cpu, start: Va, nr_pages: number, access: Access['kind']): Op<Pfn[]> {
    const first = blockOf(cpu.geometry, 'pte', start);
    const from = first * PAGE_SIZE(cpu.geometry);
    const pages = yield* lockless_pages_from_mm(cpu, from, from + nr_pages * PAGE_SIZE(cpu.geometry), access);
    for (let i = 0; i < pages.length; i++) yield* cpu.note_pin(first + i, pages[i]!);
    return pages;
  },
);

export const lockless_pages_from_mm = operation(
  linux('v6.1', 'mm/gup.c', 'lockless_pages_from_mm'),
  function* (cpu: Cpu, start: Va, end: Va, access: Access['kind']): Op<Pfn[]> {
    const pages: Pfn[] = [];
    if (!cpu.config('HAVE_FAST_GUP') || !cpu.mm) return pages;
    const permitted = yield* gup_fast_permitted(cpu, start, end);
    if (!permitted) return pages;
    // Holds off the freeing of page tables (by RCU, or by the flush where that is an interrupt), and nothing else: where a
    // flush needs no interrupt, entries change and flushes end under the walk.
    yield* cpu.local_irq_save();
    yield* gup_pgd_range(cpu, start, end, access, pages);
    yield* cpu.local_irq_restore();
    return pages;
  },
);

/** Reads an upper entry once; the walk descends from what it read, never from memory again. A folded one was read already. */
function* read_once(cpu: Cpu, slot: Slot, above: Entry): Op<Entry> {
  if (isFolded(cpu.geometry, slot.level)) return above;
  return yield* cpu.read_lockless(slot);
}

export const gup_pgd_range = operation(
  linux('v6.1', 'mm/gup.c', 'gup_pgd_range'),
  function* (cpu: Cpu, start: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op {
    const g = cpu.geometry;
    let addr = start;
    while (addr !== end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = yield* pgd_offset(cpu, cpu.mm!, addr);
      const pgd = yield* cpu.read_lockless(pgdp);
      if (pgd_none(pgd)) return;
      const p4dp = p4d_offset(g, pgdp, pgd, addr);
      const p4d = yield* read_once(cpu, p4dp, pgd);
      if (pgd_none(p4d)) return;
      const all = yield* gup_pud_range(cpu, p4dp, p4d, addr, next, access, pages);
      if (!all) return;
      addr = next;
    }
  },
);

export const gup_pud_range = operation(
  linux('v6.1', 'mm/gup.c', 'gup_pud_range'),
  function* (cpu: Cpu, p4dp: P4dSlot, p4d: Entry, start: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    let addr = start;
    while (addr !== end) {
      const next = addrEnd(cpu.geometry, 'pud', addr, end);
      const pudp = pud_offset(cpu.geometry, p4dp, p4d, addr);
      const pud = yield* read_once(cpu, pudp, p4d);
      if (!pud_present(pud)) return false;
      const all = yield* gup_pmd_range(cpu, pudp, pud, addr, next, access, pages);
      if (!all) return false;
      addr = next;
    }
    return true;
  },
);

export const gup_pmd_range = operation(
  linux('v6.1', 'mm/gup.c', 'gup_pmd_range'),
  function* (cpu: Cpu, pudp: PudSlot, pud: Entry, start: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    let addr = start;
    while (addr !== end) {
      const next = addrEnd(cpu.geometry, 'pmd', addr, end);
      const pmdp = pmd_offset(cpu.geometry, pudp, pud, addr);
      const pmd = yield* cpu.read_lockless(pmdp);
      if (!pmd_present(pmd)) return false;
      let all = false;
      if (pmd_trans_huge(pmd)) {
        if (pmd_protnone(pmd)) return false;
        all = yield* gup_huge_pmd(cpu, pmd, pmdp, addr, next, access, pages);
      } else {
        all = yield* gup_pte_range(cpu, pmd, pmdp, addr, next, access, pages);
      }
      if (!all) return false;
      addr = next;
    }
    return true;
  },
);

export const gup_huge_pmd = operation(
  linux('v6.1', 'mm/gup.c', 'gup_huge_pmd'),
  function* (cpu: Cpu, orig: Pmd, pmdp: PmdSlot, addr: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    // False also for an entry that is being changed (present to software, invalid to the hardware).
    if (!pmd_access_permitted(orig, access === 'write')) return false;
    const pfn = subpage(cpu.geometry, pmd_pfn(orig), addr);
    const refs = (end - addr) / PAGE_SIZE(cpu.geometry);
    const folio = yield* try_grab_folio(cpu, pfn, refs);
    if (folio === 0) return false;
    const now = yield* cpu.read_entry(pmdp);
    if (now !== orig) {
      yield* gup_put_folio(cpu, folio, refs);
      return false;
    }
    for (let i = 0; i < refs; i++) pages.push(pfn + i);
    return true;
  },
);

export const gup_pte_range = operation(
  linux('v6.1', 'mm/gup.c', 'gup_pte_range'),
  function* (cpu: Cpu, pmd: Pmd, pmdp: PmdSlot, start: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    let addr = start;
    while (addr !== end) {
      const pfn = yield* gup_pte(cpu, pmd, pmdp, pte_offset(cpu.geometry, pmd, addr), access);
      if (pfn === 0) return false;
      pages.push(pfn);
      addr += PAGE_SIZE(cpu.geometry);
    }
    return true;
  },
);

/** The loop body of gup_pte_range. @returns the frame, or 0 when the walk has to stop */
function* gup_pte(cpu: Cpu, pmd: Pmd, pmdp: PmdSlot, ptep: PteSlot, access: Access['kind']): Op<Pfn> {
  const pte = yield* ptep_get_lockless(cpu, ptep);
  if (pte_protnone(pte) || !pte_access_permitted(pte, access === 'write') || pte_special(pte)) return 0;
  const folio = yield* try_grab_folio(cpu, pte_pfn(pte), 1);
  if (folio === 0) return 0;
  // A table that khugepaged detached keeps entries that look valid: that the PTE is unchanged says nothing then.
  let changed = false;
  if (cpu.has('gup_fast_rechecks_pmd')) {
    const pmdNow = yield* cpu.read_entry(pmdp);
    changed = pmdNow !== pmd;
  }
  if (!changed) {
    const pteNow = yield* cpu.read_entry(ptep);
    changed = pteNow !== pte;
  }
  if (changed) {
    yield* gup_put_folio(cpu, folio, 1);
    return 0;
  }
  return pte_pfn(pte);
}
