/** The objects of generic mm code: handles (plain values) and the cells that belong to them. */
import type { Va } from './address.ts';
import { region, type Ref } from './cells.ts';
import type { Table } from './entry.ts';
import type { Level } from './geometry.ts';

/** Handle of an address space. */
export interface Mm {
  readonly id: number;
}

/** Handle of one mapped area, as it was declared; or, as a lookup gave it out, as it was then. What it is now is a cell: see areas.ts. */
export interface Vma {
  readonly id: number;
  readonly mm: Mm;
  readonly start: Va;
  readonly end: Va;
  /**
   * `always`: faults may bring huge pages (madvise HUGEPAGE); `never`: base pages only (NOHUGEPAGE); `unadvised`: nobody said, and huge
   * pages are for areas that ask for them (transparent_hugepage/enabled is madvise).
   */
  readonly thp: 'always' | 'never' | 'unadvised';
  /** VM_READ and VM_WRITE; both unless said otherwise. A handle that a lookup gave out says what held then. */
  readonly prot?: Protection;
  /** The area whose piece it is, by number. Such handles are spare until that area is cut. */
  readonly pieceOf?: number;
}

/** What user code may do in an area. */
export type Protection = 'none' | 'read-only' | 'read-write';

/** The place of one entry: which table, which index. A folded level shares the place of the level above. */
export interface Slot<L extends Level = Level> {
  readonly level: L;
  readonly table: Table;
  readonly index: number;
}
export type PteSlot = Slot<'pte'>;
export type PmdSlot = Slot<'pmd'>;

/** struct mm_struct. */
export const mmCells = {
  mmap_lock: region('mmap_lock', ['mm'], { shape: 'lock' }),
  page_table_lock: region('page_table_lock', ['mm'], { shape: 'lock' }),
  /** Number of the top table. */
  pgd: region('mm.pgd', ['mm'], { shape: 'table' }),
  /** mm_cpumask(mm). */
  cpumask: region('mm_cpumask', ['mm'], { shape: 'mask' }),
  mm_users: region('mm_users', ['mm']),
  /** References to the struct itself: one for all users together, one for each kernel thread that borrows the mm. */
  mm_count: region('mm_count', ['mm']),
  tlb_flush_pending: region('tlb_flush_pending', ['mm']),
  write_protect_seq: region('write_protect_seq', ['mm']),
  pgtables_bytes: region('nr_ptes', ['mm']),
  /** MMF_HUGE_ZERO_PAGE: the mm holds its one reference to the huge zero page. */
  huge_zero_page: region('MMF_HUGE_ZERO_PAGE', ['mm'], { shape: 'flag' }),
  /** mm->lockless_pgtbl_walkers of the proposal of 2019: walks of this address space that go on without locks. */
  lockless_pgtbl_walkers: region('lockless_pgtbl_walkers', ['mm']),
  /** How many calls move page tables of this mm, in the postings of 2008; and what they left to be done later. */
  page_table_relocation_count: region('page_table_relocation_count', ['mm']),
  MMF_NEED_FLUSH: region('MMF_NEED_FLUSH', ['mm'], { shape: 'flag' }),
  /** While page tables move: CPUs that have not left the mm yet, and whether those that have must stay away. */
  to_be_parked: region('to be parked', ['mm'], { shape: 'mask' }),
  parked: region('parked', ['mm'], { shape: 'flag' }),
  /** 1 until fork has woken the first thread of a new mm. */
  task_new: region('TASK_NEW', ['mm'], { shape: 'flag' }),
};

/** struct task_struct of what a CPU runs now, as interrupts find it. An mm is 1 + its number, 0 is none (or init_mm). */
export const currentCells = {
  /** current->mm: 0 in a kernel thread. */
  mm: region('current->mm', ['cpu']),
  /** current->active_mm: what is loaded. A kernel thread has borrowed it, with a reference. */
  active_mm: region('current->active_mm', ['cpu']),
  /** The counter of the same proposal in its later form: walks without locks that go on here. */
  lockless_pgtbl_walkers: region('this_cpu lockless_pgtbl_walkers', ['cpu']),
};
/** An mm as those cells hold it, and back. */
export const asMm = (mm: Mm | undefined): number => (mm ? mm.id + 1 : 0);
export const mmFrom = (value: number): Mm | undefined => (value === 0 ? undefined : { id: value - 1 });

/** struct vm_area_struct. */
export const vmaCells = {
  /** 0 while the area is not in the mm's tree; else its bounds and flags, 1 when they are as declared. Written and read by areas.ts. */
  attached: region('vma.attached', ['vma']),
  /** By how many base pages vm_pgoff differs from the number of the first page as it was declared: not 0 once mremap has moved the area. */
  vm_pgoff: region('vma.vm_pgoff', ['vma']),
  /** vma->anon_vma: the one where new pages of the area go, as `1 + number`; 0 before the first fault. */
  anon_vma: region('vma.anon_vma', ['vma']),
  /** vma->anon_vma_chain: numbers of all anon_vmas that the area is linked to, oldest first (a list record). */
  anon_vma_chain: region('vma.anon_vma_chain', ['vma'], { shape: 'record' }),
};

/** struct anon_vma: where the areas are found that may map a page. */
export const anonVmaCells = {
  /** Number of the anon_vma whose rwsem is the lock of all that forks have made of it; its own, for the first. */
  root: region('anon_vma.root', ['anon_vma']),
  /** The lock: only that of the root is taken. */
  rwsem: region('anon_vma.rwsem', ['anon_vma'], { shape: 'lock' }),
  /** 0: free. One for its areas together, one for each anon_vma whose root it is, one for each page on its way. */
  refcount: region('anon_vma.refcount', ['anon_vma']),
  /** rb_root: numbers of the areas that are linked, in the order in which they came (a list record). */
  rb_root: region('anon_vma.rb_root', ['anon_vma'], { shape: 'record' }),
};

/** struct page, one per base page frame. What is said of a folio as a whole is said of its first frame, the head. */
export const pageCells = {
  /** References to the folio, at its head. */
  refcount: region('refcount', ['page']),
  /** Mappings of the frame by entries of base pages. */
  mapcount: region('mapcount', ['page']),
  /** Mappings of the folio as a whole, by huge entries, at its head. */
  entire_mapcount: region('entire_mapcount', ['page']),
  /** First frame of the folio that the frame belongs to: itself, for a base page. */
  head: region('compound_head', ['page'], { shape: 'page' }),
  /** page->mapping, at the head: 0 none, else `1 + number` of the anon_vma. */
  mapping: region('page.mapping', ['page']),
  /** page->index, at the head: the folio's place in the numbering of its anon_vma's areas, in base pages. */
  index: region('page.index', ['page']),
  dirty: region('PG_dirty', ['page'], { shape: 'flag' }),
  locked: region('PG_locked', ['page'], { shape: 'flag' }),
  lru: region('PG_lru', ['page'], { shape: 'flag' }),
  /** The frame belongs to one address space alone: what a fork takes away, and a write fault need not ask about. */
  anon_exclusive: region('PG_anon_exclusive', ['page'], { shape: 'flag' }),
  /** What the memory holds: a token that user code stored, 0 when zeroed. */
  data: region('data', ['page']),
  /** 0 never allocated, 1 allocated, 2 freed. */
  life: region('page.life', ['page']),
  /** log2 of the frames of the folio that begins here. */
  order: region('page.order', ['page']),
};

/** The page of zeroes that read faults of base pages map. It is no page of a pool, and never freed. */
export const ZERO_PFN = 1;

/** The huge page of zeroes: made when first needed, freed when memory is short and nobody needs it. */
export const hugeZeroCells = {
  page: region('huge_zero_page', [], { shape: 'page' }),
  /** One for the shrinker, and one for each address space (or each entry, in older kernels) that uses it. */
  refcount: region('huge_zero_refcount', []),
  lock: region('huge_zero_lock', [], { shape: 'lock' }),
  /** Its frame, 0 where there is none (~0 in Linux). */
  pfn: region('huge_zero_pfn', [], { shape: 'page' }),
};

/** A page table. */
export const tableCells = {
  entry: region('entry', ['table', 'entry'], { shape: 'entry' }),
  /** The split page-table lock. */
  ptl: region('ptl', ['table'], { shape: 'lock' }),
  /** 0 never allocated, 1 allocated, 2 freed. */
  life: region('table.life', ['table']),
  /** pmd_huge_pte: tables deposited for the huge entries of this PMD table (a list record). */
  pmd_huge_pte: region('pmd_huge_pte', ['table'], { shape: 'record' }),
};

/** The word that a slot names. */
export const entryRef = (slot: Slot): Ref => tableCells.entry(slot.table, slot.index);
/** `ptep + n` of the C code. */
export const pte_after = (ptep: PteSlot, n: number): PteSlot => ({
  level: 'pte',
  table: ptep.table,
  index: ptep.index + n,
});
