/** Pages: references, mapcounts, and which frames belong together. */
import type { Va } from '../words/address.ts';
import type { Ref } from '../words/cells.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F,
  mkLeaf,
  PAGE_COPY,
  PAGE_NONE,
  PAGE_READONLY,
  pmd_mkdirty,
  pmd_mkwrite,
  pte_mkdirty,
  pte_mkwrite,
  type Entry,
  type Pfn,
  type Pgprot,
  type Pmd,
  type Pte,
} from '../words/entry.ts';
import { blockOf, HPAGE_PMD_NR, type Geometry } from '../words/geometry.ts';
import { pageCells, vmaCells, ZERO_PFN, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { linear_page_index } from './vma.ts';

// A folio is 2^order frames, and begins at a multiple of its size (as with Linux's buddy allocator). As in Linux all references to
// it are counted at its head, however it is mapped; a split of its PMD leaves the folio whole. Split folios have order 0 each.
// Left out: memory cgroups, swap cache, the LRU lists (isolating a page from them takes a reference
// and gives it back), statistics. A mapcount is 0, not -1, when nothing maps the page.

/** Pages of anonymous memory, from this CPU's pool: zeroed, one reference. */
export function* alloc_page(cpu: Cpu): Op<Pfn> {
  return yield* cpu.alloc_pages(0);
}
export function* alloc_hugepage(cpu: Cpu): Op<Pfn> {
  const head = yield* cpu.alloc_pages(cpu.geometry.bits.pte);
  yield* cpu.bug_on(head % HPAGE_PMD_NR(cpu.geometry) !== 0, 'a huge page begins at a multiple of its size');
  return head;
}

/** The frame where the counts of a page are. */
export function* compound_head(cpu: Cpu, pfn: Pfn): Op<Pfn> {
  return yield* cpu.load(pageCells.head(pfn));
}

/** Frames of a folio. */
export function* folio_nr_pages(cpu: Cpu, head: Pfn): Op<number> {
  const order = yield* cpu.load(pageCells.order(head));
  return 2 ** order;
}

/** Is the frame part of a folio of several, however it is mapped? */
export function* PageCompound(cpu: Cpu, pfn: Pfn): Op<boolean> {
  const head = yield* compound_head(cpu, pfn);
  if (head !== pfn) return true;
  const frames = yield* folio_nr_pages(cpu, pfn);
  return frames > 1;
}

/** Takes one more reference to a page that the caller knows to be in use. */
export function* get_page(cpu: Cpu, pfn: Pfn): Op {
  const head = yield* compound_head(cpu, pfn);
  yield* cpu.add(pageCells.refcount(head), 1);
}

export const put_page = operation(linux('v6.1', 'include/linux/mm.h', 'put_page'), function* (cpu: Cpu, pfn: Pfn): Op {
  const head = yield* compound_head(cpu, pfn);
  const last = yield* cpu.dec_and_test(pageCells.refcount(head));
  if (last) yield* cpu.free_pages(head);
});

/** Gives `refs` references back. */
export const gup_put_folio = operation(
  linux('v6.1', 'mm/gup.c', 'gup_put_folio'),
  function* (cpu: Cpu, head: Pfn, refs: number): Op {
    const left = yield* cpu.add_return(pageCells.refcount(head), -refs);
    if (left === 0) yield* cpu.free_pages(head);
  },
);

/**
 * Takes references to a page that may be on its way to the allocator.
 * Simplified: FOLL_GET only. Several references are one atomic step in Linux and two here; nobody can tell 1 from `refs`.
 * @returns the head whose count was raised; 0 when the page had no references left
 */
export const try_grab_folio = operation(
  linux('v6.1', 'mm/gup.c', 'try_grab_folio'),
  function* (cpu: Cpu, pfn: Pfn, refs: number): Op<Pfn> {
    for (;;) {
      const head = yield* compound_head(cpu, pfn);
      const grabbed = yield* cpu.inc_not_zero(pageCells.refcount(head));
      if (!grabbed) return 0;
      if (refs > 1) yield* cpu.add(pageCells.refcount(head), refs - 1);
      // The page may have been freed and come back as part of another one before the reference was ours.
      const now = yield* compound_head(cpu, pfn);
      if (now === head) return head;
      yield* gup_put_folio(cpu, head, refs);
    }
  },
);

/** By what a page is mapped: an entry of a base page, or a huge entry that maps the whole folio. */
export type Mapping = 'pte' | 'pmd';

/** Where such mappings of a frame are counted. */
export const mapcountOf = (pfn: Pfn, by: Mapping): Ref =>
  by === 'pmd' ? pageCells.entire_mapcount(pfn) : pageCells.mapcount(pfn);

/**
 * A new anonymous page is mapped for the first time; the caller will publish it. From here on walks by rmap find it.
 * @param address where, in the area
 */
export const page_add_new_anon_rmap = operation(
  linux('v6.1', 'mm/rmap.c', 'page_add_new_anon_rmap'),
  function* (cpu: Cpu, pfn: Pfn, vma: Vma, address: Va, by: Mapping = 'pte'): Op {
    yield* cpu.store(mapcountOf(pfn, by), 1);
    yield* __page_set_anon_rmap(cpu, pfn, vma, address);
    yield* SetPageAnonExclusive(cpu, pfn);
  },
);

/** Where walks by rmap will look for a page from now on. The caller has made sure that the area has an anon_vma. */
export const __page_set_anon_rmap = operation(
  linux('v6.1', 'mm/rmap.c', '__page_set_anon_rmap'),
  function* (cpu: Cpu, head: Pfn, vma: Vma, address: Va): Op {
    const anon_vma = yield* cpu.load(vmaCells.anon_vma(vma.id));
    yield* cpu.bug_on(anon_vma === 0, 'the area of a new page has an anon_vma');
    const index = yield* linear_page_index(cpu, vma, address);
    yield* cpu.store(pageCells.index(head), index);
    yield* cpu.store(pageCells.mapping(head), anon_vma);
  },
);

/** The page is this area's alone: walks by rmap need not look at those that a fork made of it. */
export const page_move_anon_rmap = operation(
  linux('v6.1', 'mm/rmap.c', 'page_move_anon_rmap'),
  function* (cpu: Cpu, pfn: Pfn, vma: Vma): Op {
    const head = yield* compound_head(cpu, pfn);
    const anon_vma = yield* cpu.load(vmaCells.anon_vma(vma.id));
    yield* cpu.bug_on(anon_vma === 0, 'the area of a page that is mapped has an anon_vma');
    yield* cpu.store(pageCells.mapping(head), anon_vma);
    yield* SetPageAnonExclusive(cpu, pfn);
  },
);

/** One mapping more, by fork: no address space has the page for itself any more. */
export const page_try_dup_anon_rmap = operation(
  linux('v6.1', 'include/linux/rmap.h', 'page_try_dup_anon_rmap'),
  function* (cpu: Cpu, pfn: Pfn, by: Mapping = 'pte'): Op {
    // Left out: pages that may be pinned for DMA are not shared but copied. GUP here takes references, not pins.
    const exclusive = yield* PageAnonExclusive(cpu, pfn);
    if (exclusive) yield* cpu.store(pageCells.anon_exclusive(pfn), 0);
    yield* cpu.add(mapcountOf(pfn, by), 1);
  },
);

export function* PageAnonExclusive(cpu: Cpu, pfn: Pfn): Op<boolean> {
  return cpu.has('anon_exclusive') && (yield* cpu.load(pageCells.anon_exclusive(pfn))) !== 0;
}
export function* SetPageAnonExclusive(cpu: Cpu, pfn: Pfn): Op {
  if (cpu.has('anon_exclusive')) yield* cpu.store(pageCells.anon_exclusive(pfn), 1);
}

/** One mapping less: of a base frame, or of a whole folio. The page table lock is held. */
export const page_remove_rmap = operation(
  linux('v6.1', 'mm/rmap.c', 'page_remove_rmap'),
  function* (cpu: Cpu, pfn: Pfn, by: Mapping = 'pte'): Op {
    // Left out: queueing a partly unmapped huge page for splitting.
    yield* cpu.add(mapcountOf(pfn, by), -1);
  },
);

export function* page_count(cpu: Cpu, pfn: Pfn): Op<number> {
  return yield* cpu.load(pageCells.refcount(pfn));
}

/** Mappings of a frame: its own, and those of the folio that it belongs to. */
export function* page_mapcount(cpu: Cpu, pfn: Pfn): Op<number> {
  const own = yield* cpu.load(pageCells.mapcount(pfn));
  const compound = yield* PageCompound(cpu, pfn);
  if (!compound) return own;
  const head = yield* compound_head(cpu, pfn);
  const entire = yield* cpu.load(pageCells.entire_mapcount(head));
  return own + entire;
}

/** Mappings of a folio, by PMD and by PTE together. Not one look but many: who reads it may add up counts of several moments. */
export function* folio_mapcount(cpu: Cpu, head: Pfn): Op<number> {
  const frames = yield* folio_nr_pages(cpu, head);
  let sum = frames > 1 ? yield* cpu.load(pageCells.entire_mapcount(head)) : 0;
  for (let i = 0; i < frames; i++) {
    const mapcount = yield* cpu.load(pageCells.mapcount(head + i));
    sum += mapcount;
  }
  return sum;
}

/** The most mappings that any frame of a huge page has. Small ones are read first: a split that goes on meanwhile may be seen half. */
export const page_trans_huge_mapcount = operation(
  linux('v5.4', 'mm/huge_memory.c', 'page_trans_huge_mapcount'),
  function* (cpu: Cpu, head: Pfn): Op<number> {
    const frames = yield* folio_nr_pages(cpu, head);
    let most = 0;
    for (let i = 0; i < frames; i++) {
      const mapcount = yield* cpu.load(pageCells.mapcount(head + i));
      most = Math.max(most, mapcount);
    }
    const entire = yield* cpu.load(pageCells.entire_mapcount(head));
    return most + entire;
  },
);

/** Does anything map it? Ends at the first mapping that is found. */
export const folio_mapped = operation(
  linux('v6.1', 'mm/util.c', 'folio_mapped'),
  function* (cpu: Cpu, head: Pfn): Op<boolean> {
    const frames = yield* folio_nr_pages(cpu, head);
    const entire = frames > 1 ? yield* cpu.load(pageCells.entire_mapcount(head)) : 0;
    if (entire > 0) return true;
    for (let i = 0; i < frames; i++) {
      const mapcount = yield* cpu.load(pageCells.mapcount(head + i));
      if (mapcount > 0) return true;
    }
    return false;
  },
);

/** Does nobody but the page tables hold references? Only an answer while no new ones can come. */
export const is_refcount_suitable = operation(
  linux('v6.1', 'mm/khugepaged.c', 'is_refcount_suitable'),
  function* (cpu: Cpu, head: Pfn): Op<boolean> {
    const expected = yield* folio_mapcount(cpu, head);
    const count = yield* page_count(cpu, head);
    return count === expected;
  },
);

/** Gives a folio that only the caller knows no references at all: from here on nobody can take one. @returns false where somebody else has one */
export function* folio_ref_freeze(cpu: Cpu, head: Pfn, count: number): Op<boolean> {
  const was = yield* cpu.cmpxchg(pageCells.refcount(head), count, 0);
  return was === count;
}

export function* trylock_page(cpu: Cpu, head: Pfn): Op<boolean> {
  const was = yield* cpu.xchg(pageCells.locked(head), 1);
  return was === 0;
}
export function* lock_page(cpu: Cpu, head: Pfn): Op {
  yield* cpu.spin_lock(pageCells.locked(head));
}
export function* unlock_page(cpu: Cpu, head: Pfn): Op {
  yield* cpu.store(pageCells.locked(head), 0);
}

/** What copy_user_highpage does to one frame: its contents are one token. */
export function* copy_user_highpage(cpu: Cpu, to: Pfn, from: Pfn): Op {
  const token = yield* cpu.load(pageCells.data(from));
  yield* cpu.store(pageCells.data(to), token);
}

// Entries. vm_page_prot of every architecture here has the accessed bit set.
const USER_PAGE = F.PRESENT | F.USER | F.ACCESSED;
export const vm_read = (vma: Vma): boolean => vma.prot !== 'none';
export const vm_write = (vma: Vma): boolean => (vma.prot ?? 'read-write') === 'read-write';
/** vma->vm_page_prot. */
export const vm_page_prot = (vma: Vma): Pgprot =>
  !vm_read(vma) ? PAGE_NONE : vm_write(vma) ? PAGE_COPY : PAGE_READONLY;
export const mk_pte = (pfn: Pfn): Pte => mkLeaf(pfn, USER_PAGE);
export const mk_huge_pmd = (head: Pfn): Pmd => mkLeaf(head, USER_PAGE);
/** What a read fault maps where there is no page yet. */
export const zero_pte = (): Pte => mkLeaf(ZERO_PFN, USER_PAGE | F.SPECIAL);
export const is_zero_pfn = (pfn: Pfn): boolean => pfn === ZERO_PFN;
export const maybe_mkwrite = (entry: Entry, vma: Vma): Entry => (vm_write(vma) ? pte_mkwrite(entry) : entry);
/** The entry of a new anonymous page, ready to be written to. */
export const new_anon_pte = (pfn: Pfn, vma: Vma): Pte =>
  vm_write(vma) ? pte_mkwrite(pte_mkdirty(mk_pte(pfn))) : mk_pte(pfn);
export const new_anon_pmd = (head: Pfn, vma: Vma): Pmd =>
  vm_write(vma) ? pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(head))) : pmd_mkdirty(mk_huge_pmd(head));
/** Which frame of a huge page holds an address. */
export const subpage = (g: Geometry, head: Pfn, address: Va): Pfn =>
  head + (blockOf(g, 'pte', address) % HPAGE_PMD_NR(g));
