/** From an address to the place of its entry: the offsets, the walk under mmap_lock, and the locks of tables. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  isLeaf,
  isNone,
  isTable,
  isValid,
  none,
  tableOf,
  withoutFlags,
  type Entry,
  type Pte,
  type Table,
} from '../words/entry.ts';
import { indexOf, isFolded, type Geometry, type Level } from '../words/geometry.ts';
import { mmCells, tableCells, type Mm, type PmdSlot, type PteSlot, type Slot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

export type PgdSlot = Slot<'pgd'>;
export type P4dSlot = Slot<'p4d'>;
export type PudSlot = Slot<'pud'>;

// The pXd_offset functions compute a place from the *value* of the entry above, as the kernel's _lockless forms do: what
// the caller read is what it descends from. Pure. A folded level has the place, and the value, of the level above.

const below = <L extends Level>(g: Geometry, level: L, upperp: Slot, upper: Entry, address: Va): Slot<L> =>
  isFolded(g, level)
    ? { level, table: upperp.table, index: upperp.index }
    : { level, table: tableOf(upper), index: indexOf(g, level, address) };

export const pgd_offset_pgd = (g: Geometry, pgd: Table, address: Va): PgdSlot => ({
  level: 'pgd',
  table: pgd,
  index: indexOf(g, 'pgd', address),
});
export const p4d_offset = (g: Geometry, pgdp: PgdSlot, pgd: Entry, address: Va): P4dSlot =>
  below(g, 'p4d', pgdp, pgd, address);
export const pud_offset = (g: Geometry, p4dp: P4dSlot, p4d: Entry, address: Va): PudSlot =>
  below(g, 'pud', p4dp, p4d, address);
export const pmd_offset = (g: Geometry, pudp: PudSlot, pud: Entry, address: Va): PmdSlot =>
  below(g, 'pmd', pudp, pud, address);
export const pte_offset = (g: Geometry, pmd: Entry, address: Va): PteSlot => ({
  level: 'pte',
  table: tableOf(pmd),
  index: indexOf(g, 'pte', address),
});
export { pte_after } from '../words/objects.ts';

export const pgd_none = isNone;
export const pgd_present = isValid;
export const p4d_present = isValid;
export const pud_present = isValid;
/** Do both say the same? What a hash table of the MMU notes in an entry is left aside. arch/powerpc/include/asm/book3s/64/hash.h: hash__pte_same. */
export const pte_same = (cpu: Cpu, a: Pte, b: Pte): boolean =>
  withoutFlags(a, cpu.spec.notCompared ?? 0) === withoutFlags(b, cpu.spec.notCompared ?? 0);
export const pmd_same = pte_same;
export const sameSlot = (a: Slot, b: Slot): boolean => a.table === b.table && a.index === b.index;

/** The place of an address in the top table of `mm`. */
export function* pgd_offset(cpu: Cpu, mm: Mm, address: Va): Op<PgdSlot> {
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  return pgd_offset_pgd(cpu.geometry, pgd, address);
}

/** Reads an upper entry under mmap_lock; a folded one is the entry above, which was read already. */
export function* read_upper(cpu: Cpu, slot: Slot, above: Entry): Op<Entry> {
  if (isFolded(cpu.geometry, slot.level)) return above;
  return yield* cpu.read_entry(slot);
}

/** The place of the PMD of an address; undefined where no PMD table is. The caller holds mmap_lock or a lock of the rmap. */
export const mm_find_pmd = operation(
  linux('v6.1', 'mm/rmap.c', 'mm_find_pmd'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<PmdSlot | undefined> {
    const g = cpu.geometry;
    const pgdp = yield* pgd_offset(cpu, mm, address);
    const pgd = yield* cpu.read_entry(pgdp);
    if (!pgd_present(pgd)) return undefined;
    const p4dp = p4d_offset(g, pgdp, pgd, address);
    const p4d = yield* read_upper(cpu, p4dp, pgd);
    if (!p4d_present(p4d)) return undefined;
    const pudp = pud_offset(g, p4dp, p4d, address);
    const pud = yield* read_upper(cpu, pudp, p4d);
    if (!pud_present(pud)) return undefined;
    return pmd_offset(g, pudp, pud, address);
  },
);

/** Locks the table that holds a PMD. Simplified: always a split lock, never mm->page_table_lock. */
export function* pmd_lock(cpu: Cpu, pmdp: PmdSlot): Op {
  yield* cpu.spin_lock(tableCells.ptl(pmdp.table));
}
export function* pmd_unlock(cpu: Cpu, pmdp: PmdSlot): Op {
  yield* cpu.spin_unlock(tableCells.ptl(pmdp.table));
}
/** Locks the table that holds a PTE. Who holds a spinlock is not preempted, and so holds up grace periods: it matters where tables move. */
export function* pte_lock(cpu: Cpu, ptep: PteSlot): Op {
  if (tables_move(cpu)) yield* cpu.rcu_read_lock();
  yield* cpu.spin_lock(tableCells.ptl(ptep.table));
}
export function* pte_unlock(cpu: Cpu, ptep: PteSlot): Op {
  yield* cpu.spin_unlock(tableCells.ptl(ptep.table));
  if (tables_move(cpu)) yield* cpu.rcu_read_unlock();
}

/** The place of a PTE, through a PMD that the caller knows to be a table. */
export function* pte_offset_map(cpu: Cpu, pmdp: PmdSlot, address: Va): Op<PteSlot> {
  // The C code would take any bits for an address.
  const pmd = yield* cpu.read_typed(pmdp, 'table');
  yield* cpu.bug_on(!isTable(pmd), 'pte_offset_map through a PMD that points to no table');
  return pte_offset(cpu.geometry, pmd, address);
}

/** The place of a PTE, its table locked. In 6.1 nothing is read again under the lock: the caller has to exclude changes of the PMD. */
export function* pte_offset_map_lock(cpu: Cpu, mm: Mm, pmdp: PmdSlot, address: Va): Op<PteSlot> {
  yield* walk_begins(cpu);
  // One read of the PMD where the C code has two, one for the lock and one for the table.
  const ptep = yield* pte_offset_map(cpu, pmdp, address);
  const locked = yield* pte_lock_walked(cpu, mm, ptep, address);
  yield* walk_ends(cpu);
  return locked;
}

// The postings of 2008: tables move beside those who walk them, so whoever has taken a page-table lock walks again while any do.

/** Do page tables of this kernel move beside those who walk them? */
export const tables_move = (cpu: Cpu): boolean => cpu.has('relocation_posted') || cpu.has('relocation_posted_again');

/** From here on a place is known and its table not locked. In a kernel that is not preemptible that holds up grace periods. */
export function* walk_begins(cpu: Cpu): Op {
  if (tables_move(cpu) && !cpu.has('relocation_beside_preemption')) yield* cpu.rcu_read_lock();
}
/** The table is locked, or its place was dropped. */
export function* walk_ends(cpu: Cpu): Op {
  if (tables_move(cpu) && !cpu.has('relocation_beside_preemption')) yield* cpu.rcu_read_unlock();
}

/** Locks the table of a PTE that was found without its lock. @returns its place now: another where the table has moved */
export function* pte_lock_walked(cpu: Cpu, mm: Mm, ptep: PteSlot, address: Va): Op<PteSlot> {
  let moving = 0;
  const asks = tables_move(cpu) && !cpu.has('walkers_unaware_of_limbo');
  if (asks && cpu.has('limbo_tested_before_lock')) moving = yield* cpu.load(mmCells.page_table_relocation_count(mm.id));
  yield* pte_lock(cpu, ptep);
  if (asks && !cpu.has('limbo_tested_before_lock'))
    moving = yield* cpu.load(mmCells.page_table_relocation_count(mm.id));
  return moving === 0 ? ptep : yield* _delimbo_pte(cpu, mm, ptep, address);
}

/** Under the lock of all tables the tree holds still: walks it again, and locks what it finds. */
export const _delimbo_pte = operation(
  linux('v2.6.25', 'mm/migrate.c', '_delimbo_pte'),
  function* (cpu: Cpu, mm: Mm, ptep: PteSlot, address: Va): Op<PteSlot> {
    yield* pte_unlock(cpu, ptep);
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    const pmdp = yield* mm_find_pmd(cpu, mm, address); // walk_page_table_pmd, which asks of no level whether it is there
    yield* cpu.bug_on(pmdp === undefined, 'walk_page_table_pmd: the tree has no PMD there any more');
    const now = yield* pte_offset_map(cpu, pmdp!, address);
    yield* pte_lock(cpu, now);
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
    return now;
  },
);

/** Is the PMD anything but a table? For callers that hold mmap_lock for reading: huge faults and MADV_DONTNEED go on beside them. */
export const pmd_none_or_trans_huge_or_clear_bad = operation(
  linux('v6.1', 'include/linux/pgtable.h', 'pmd_none_or_trans_huge_or_clear_bad'),
  function* (cpu: Cpu, pmdp: PmdSlot): Op<boolean> {
    const pmd = yield* cpu.read_entry(pmdp);
    if (cpu.has('walkers_read_pmd_once')) {
      if (isNone(pmd) || isLeaf(pmd)) return true; // huge, or a migration entry of a huge page
      yield* cpu.bug_on(!isTable(pmd), 'pmd_clear_bad');
      return false;
    }
    // Before 3.4 none and bad were two reads: a huge entry that came between them was taken for a bad one and cleared.
    if (isNone(pmd)) return true;
    const again = yield* cpu.read_entry(pmdp);
    yield* cpu.bug_on(!isTable(again), 'pmd_clear_bad: the entry changed after it was seen not to be none');
    return false;
  },
);

/** May the PMD not be walked as a table? Asked by faults on base pages. */
export const pmd_trans_unstable = operation(
  linux('v6.1', 'include/linux/pgtable.h', 'pmd_trans_unstable'),
  function* (cpu: Cpu, pmdp: PmdSlot): Op<boolean> {
    if (cpu.has('fault_rejects_unstable_pmd')) return yield* pmd_none_or_trans_huge_or_clear_bad(cpu, pmdp);
    // Before 4.5 only "huge" was asked: a huge entry that had come and gone left a none behind, which was then walked.
    const pmd = yield* cpu.read_entry(pmdp);
    return isLeaf(pmd);
  },
);

/** Reads an upper entry that must be none or a table. */
export function* none_or_clear_bad(cpu: Cpu, slot: Slot, above: Entry): Op<Entry> {
  const entry = yield* read_upper(cpu, slot, above);
  if (isNone(entry)) return none;
  yield* cpu.bug_on(!isTable(entry), `${slot.level}_clear_bad`);
  return entry;
}
