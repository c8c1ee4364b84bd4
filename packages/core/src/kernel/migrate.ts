/** move_pages: a page goes to another node, and a migration entry holds its place meanwhile. mm/migrate.c, mm/rmap.c. */
import { pmdp_invalidate, set_pmd_at, update_mmu_cache_pmd } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { F, hasAny, isTable, mkLeaf, pmd_dirty, pmd_mkdirty, pmd_pfn, pmd_trans_huge, pmd_write, pmd_young, withoutFlags, type Pfn, type Pmd } from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { mmCells, pageCells, vmaCells, type Mm, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import { follow_page_pte, remove_migration_pte, try_to_migrate_ptes } from './migrate_ptes.ts';
import { operation } from './operation.ts';
import { alloc_hugepage, alloc_page, copy_user_highpage, get_page, maybe_mkwrite, mk_huge_pmd, page_add_new_anon_rmap, page_count, page_remove_rmap, PageCompound, put_page, trylock_page, unlock_page } from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock } from './pgtable.ts';
import { vma_lookup } from './vma.ts';

// Simplified: there are no nodes, every page is on the wrong one. Left out: files, faults that come upon a
// migration entry and wait: whoever moves a page is the only one that touches it.

/** Moves the page at an address of the own address space. @returns whether it was moved */
export const move_pages = operation(linux('v6.1', 'mm/migrate.c', 'kernel_move_pages'), function* (cpu: Cpu, mm: Mm, address: Va): Op<boolean> {
  // find_mm_struct. One user more: for radix the address space is shared meanwhile, and no flush sends idle CPUs away.
  yield* cpu.add(mmCells.mm_users(mm.id), 1);
  const head = yield* add_page_for_migration(cpu, mm, address);
  const moved = head === undefined ? false : yield* unmap_and_move(cpu, mm, address, head);
  yield* cpu.add(mmCells.mm_users(mm.id), -1); // mmput: never the last here
  return moved;
});

/** Finds the page and takes a reference to it. */
const add_page_for_migration = operation(
  linux('v6.1', 'mm/migrate.c', 'add_page_for_migration'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<Pfn | undefined> {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const pmdp = yield* mm_find_pmd(cpu, mm, address);
    const head = pmdp ? yield* follow_pmd(cpu, pmdp, address) : undefined;
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return head;
  },
);

function* follow_pmd(cpu: Cpu, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
  yield* pmd_lock(cpu, pmdp);
  const pmd = yield* cpu.read_entry(pmdp);
  let head: Pfn | undefined;
  if (pmd_trans_huge(pmd)) {
    const zero = yield* is_huge_zero_pmd(cpu, pmd);
    const mappings = yield* cpu.load(pageCells.mapcount(pmd_pfn(pmd)));
    if (!zero && mappings === 1) head = pmd_pfn(pmd);
    if (head !== undefined) yield* get_page(cpu, head);
  }
  yield* pmd_unlock(cpu, pmdp);
  if (!isTable(pmd)) return head;
  return yield* follow_page_pte(cpu, pmdp, address);
}

/** The caller's reference to the old page goes. */
const unmap_and_move = operation(
  linux('v6.1', 'mm/migrate.c', 'unmap_and_move'),
  function* (cpu: Cpu, mm: Mm, address: Va, head: Pfn): Op<boolean> {
    const huge = yield* PageCompound(cpu, head);
    const frames = huge ? HPAGE_PMD_NR(cpu.geometry) : 1;
    const fresh = yield* huge ? alloc_hugepage(cpu) : alloc_page(cpu);
    const locked = yield* trylock_page(cpu, head);
    yield* cpu.bug_on(!locked, 'nobody else has locked the page that is moved');
    // rmap_walk: the anon_vma of an address space that has not forked holds one area.
    const vma = yield* vma_lookup(cpu, mm, address);
    yield* cpu.bug_on(vma === undefined, 'the page that is moved lies in an area');
    yield* cpu.down_read(vmaCells.anon_vma(vma!.id));
    const pmdp = yield* mm_find_pmd(cpu, mm, address); // page_vma_mapped_walk
    const pmd = yield* cpu.read_entry(pmdp!);
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (isTable(pmd)) yield* try_to_migrate_ptes(cpu, vma!, pmdp!, haddr, head, frames);
    else yield* try_to_migrate_one(cpu, vma!, address, pmdp!);
    // folio_migrate_mapping: who holds a reference beside us might write to the old page.
    const count = yield* page_count(cpu, head);
    const alone = count === 1;
    for (let i = 0; alone && i < frames; i++) yield* copy_user_highpage(cpu, fresh + i, head + i);
    const to = alone ? fresh : head;
    if (isTable(pmd)) yield* remove_migration_pte(cpu, vma!, pmdp!, haddr, head, frames, to);
    else yield* remove_migration_pmd(cpu, vma!, address, pmdp!, to);
    yield* cpu.up_read(vmaCells.anon_vma(vma!.id));
    yield* unlock_page(cpu, head);
    // Our reference, and the one that came with the new page: the mapping has its own.
    yield* put_page(cpu, head);
    yield* put_page(cpu, fresh);
    return alone;
  },
);

export const try_to_migrate_one = operation(
  linux('v6.1', 'mm/rmap.c', 'try_to_migrate_one'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op {
    yield* pmd_lock(cpu, pmdp);
    yield* set_pmd_migration_entry(cpu, vma, roundDown(address, HPAGE_PMD_SIZE(cpu.geometry)), pmdp);
    yield* pmd_unlock(cpu, pmdp);
  },
);

export const set_pmd_migration_entry = operation(
  linux('v6.1', 'mm/huge_memory.c', 'set_pmd_migration_entry'),
  function* (cpu: Cpu, vma: Vma, haddr: Va, pmdp: PmdSlot): Op {
    // From here no CPU reaches the page, and what hardware knows of it is final.
    const pmdval = yield* pmdp_invalidate(cpu, vma, haddr, pmdp);
    const head = pmd_pfn(pmdval);
    if (pmd_dirty(pmdval)) yield* cpu.store(pageCells.dirty(head), 1);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, mkLeaf(head, F.SWAP | kept(pmdval)));
    yield* page_remove_rmap(cpu, head);
    yield* put_page(cpu, head); // never the last: the caller has one
  },
);

/** What a migration entry says of the page: whether it could be written to, and what was known of it. */
const kept = (pmd: Pmd): number => (pmd_write(pmd) ? F.WRITE : 0) | (pmd_young(pmd) ? F.ACCESSED : 0) | (pmd_dirty(pmd) ? F.DIRTY : 0);

/** Puts the new page where the migration entry stands. No flush: nothing was mapped. */
export const remove_migration_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'remove_migration_pmd'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, head: Pfn): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const entry = yield* cpu.read_entry(pmdp);
    yield* cpu.bug_on(!hasAny(entry, F.SWAP), 'the migration entry still stands');
    yield* get_page(cpu, head);
    let pmde = mk_huge_pmd(head);
    if (!hasAny(entry, F.ACCESSED)) pmde = withoutFlags(pmde, F.ACCESSED);
    if (hasAny(entry, F.DIRTY)) pmde = pmd_mkdirty(pmde);
    if (hasAny(entry, F.WRITE)) pmde = maybe_mkwrite(pmde, vma);
    yield* page_add_new_anon_rmap(cpu, head);
    yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, pmde);
    yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    yield* pmd_unlock(cpu, pmdp);
  },
);
