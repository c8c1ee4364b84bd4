/** GUP-fast: takes references to user pages on a walk without locks, with interrupts off. mm/gup.c. */
import {
  deregister_lockless_pgtable_walker,
  gup_fast_permitted,
  register_lockless_pgtable_walker,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pmd_present, pmd_protnone, pmd_trans_huge, type Entry, type Pfn } from '../words/entry.ts';
import { addrEnd, blockOf, isFolded, PAGE_SIZE } from '../words/geometry.ts';
import type { Slot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { gup_huge_pmd, gup_pte_range } from './gup_fast_leaves.ts';
import { operation } from './operation.ts';
import {
  p4d_offset,
  pgd_none,
  pgd_offset,
  pgd_offset_pgd,
  pmd_offset,
  pud_offset,
  pud_present,
  type P4dSlot,
  type PudSlot,
} from './pgtable.ts';

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
    for (let i = 0; cpu.mm && i < pages.length; i++)
      yield* cpu.note({ kind: 'ghost.pin', mm: cpu.mm, page: first + i, frame: pages[i]!, intent: access });
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
    yield* register_lockless_pgtable_walker(cpu, cpu.mm);
    yield* cpu.local_irq_save();
    yield* gup_pgd_range(cpu, start, end, access, pages);
    yield* cpu.local_irq_restore();
    yield* deregister_lockless_pgtable_walker(cpu, cpu.mm);
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
    const top = yield* pgd_offset(cpu, cpu.mm!, start);
    let addr = start;
    while (addr !== end) {
      const next = addrEnd(g, 'pgd', addr, end);
      const pgdp = pgd_offset_pgd(g, top.table, addr);
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
  function* (
    cpu: Cpu,
    p4dp: P4dSlot,
    p4d: Entry,
    start: Va,
    end: Va,
    access: Access['kind'],
    pages: Pfn[],
  ): Op<boolean> {
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
  function* (
    cpu: Cpu,
    pudp: PudSlot,
    pud: Entry,
    start: Va,
    end: Va,
    access: Access['kind'],
    pages: Pfn[],
  ): Op<boolean> {
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
