/** Migration entries: what stands in a page table while a page is on its way, and who waits for it. include/linux/swapops.h, mm/migrate.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F,
  frameOf,
  hasAny,
  is_migration_entry,
  mkLeaf,
  pte_dirty,
  pte_mkdirty,
  pte_modify,
  pte_write,
  pte_young,
  withFlags,
  withoutFlags,
  type Entry,
  type Pfn,
} from '../words/entry.ts';
import { pageCells, type PmdSlot, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import {
  compound_head,
  mapcountOf,
  maybe_mkwrite,
  mk_pte,
  PageAnonExclusive,
  SetPageAnonExclusive,
  vm_page_prot,
  type Mapping,
} from './page.ts';
import { pmd_lock, pmd_unlock, pte_lock, pte_offset_map, pte_unlock } from './pgtable.ts';

// Nothing is swapped out here: these are the only entries that are neither none nor present.

/** What stands for a page whose entry was `old`: whether it could be written to, whether it was one address space's alone, and what hardware knew of it. */
export const make_migration_entry = (pfn: Pfn, old: Entry, exclusive: boolean): Entry =>
  mkLeaf(
    pfn,
    F.SWAP |
      (pte_write(old) ? F.WRITE : exclusive ? F.EXCLUSIVE : 0) |
      (pte_young(old) ? F.ACCESSED : 0) |
      (pte_dirty(old) ? F.DIRTY : 0),
  );

/** Is it one whose page may not be written to, and may be others' too? */
export const is_readable_migration_entry = (e: Entry): boolean => !hasAny(e, F.WRITE | F.EXCLUSIVE);
/** For fork: from now on the page is others' too. */
export const make_readable_migration_entry = (e: Entry): Entry => withoutFlags(e, F.WRITE | F.EXCLUSIVE);
/** For a change of protection: to be safe it loses the permission to write, and no more. */
export const make_readable_exclusive_migration_entry = (e: Entry): Entry =>
  pte_write(e) ? withFlags(withoutFlags(e, F.WRITE), F.EXCLUSIVE) : e;

/** The entry of the page at its new place, as the area allows it now. */
export function entryAfterMigration(entry: Entry, pfn: Pfn, vma: Vma): Entry {
  const young = pte_modify(mk_pte(pfn), vm_page_prot(vma));
  const seen = hasAny(entry, F.ACCESSED) ? young : withoutFlags(young, F.ACCESSED);
  const known = hasAny(entry, F.DIRTY) ? pte_mkdirty(seen) : seen;
  return pte_write(entry) ? maybe_mkwrite(known, vma) : known;
}

/** The page leaves an entry: it is nobody's alone until it is back, so that fork and GUP take no wrong view of it. @returns was it? */
export const page_try_share_anon_rmap = operation(
  linux('v6.1', 'include/linux/rmap.h', 'page_try_share_anon_rmap'),
  function* (cpu: Cpu, pfn: Pfn): Op<boolean> {
    // Left out: pages that may be pinned for DMA are not moved. GUP here takes references, not pins.
    const exclusive = yield* PageAnonExclusive(cpu, pfn);
    if (exclusive) yield* cpu.store(pageCells.anon_exclusive(pfn), 0);
    return exclusive;
  },
);

/** One mapping more of a page that walks by rmap find already: it keeps its mapping and index. */
export const page_add_anon_rmap = operation(
  linux('v6.1', 'mm/rmap.c', 'page_add_anon_rmap'),
  function* (cpu: Cpu, pfn: Pfn, exclusive: boolean, by: Mapping): Op {
    yield* cpu.add(mapcountOf(pfn, by), 1);
    if (exclusive) yield* SetPageAnonExclusive(cpu, pfn);
  },
);

/** A fault came upon the entry of a base page: waits until the page has arrived. The access is tried again. */
export const migration_entry_wait = operation(
  linux('v6.1', 'mm/migrate.c', 'migration_entry_wait'),
  function* (cpu: Cpu, pmdp: PmdSlot, address: Va): Op {
    const ptep = yield* pte_offset_map(cpu, pmdp, address);
    yield* pte_lock(cpu, ptep);
    const pte = yield* cpu.read_entry(ptep);
    const head = is_migration_entry(pte) ? yield* compound_head(cpu, frameOf(pte)) : undefined;
    yield* pte_unlock(cpu, ptep);
    if (head !== undefined) yield* migration_entry_wait_on_locked(cpu, head);
  },
);

/** The same for the entry of a huge page. */
export const pmd_migration_entry_wait = operation(
  linux('v6.1', 'mm/migrate.c', 'pmd_migration_entry_wait'),
  function* (cpu: Cpu, pmdp: PmdSlot): Op {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_unlock(cpu, pmdp);
    if (is_migration_entry(pmd)) yield* migration_entry_wait_on_locked(cpu, frameOf(pmd));
  },
);

/** Whoever moves a page has it locked. Linux queues before it drops the page-table lock; a wait for a state cannot come too late. */
function* migration_entry_wait_on_locked(cpu: Cpu, head: Pfn): Op {
  yield* cpu.wait_clear(pageCells.locked(head), 1, 'the page that moves is unlocked');
}
