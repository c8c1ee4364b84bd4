/** From an area to the places where its pages are found: anon_vmas, and the links that forks and cuts make. mm/rmap.c. */
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { limit } from '../words/limit.ts';
import { anonVmaCells, mmCells, pageCells, vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Pfn } from '../words/entry.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { folio_mapped } from './page.ts';
import { vmas_between } from './vma.ts';

// Left out: an anon_vma without areas that a second fork takes over (num_active_vmas), and limits on the length of a chain.
// Simplified: the tree is a list of areas, and an area is linked or unlinked in one step.

export const TOO_MANY_ANON_VMAS = limit(
  linux('v6.1', 'mm/rmap.c', 'anon_vma_alloc'),
  'more anon_vmas than there are handles of areas',
);

/** The number of an anon_vma, as page->mapping and vma->anon_vma hold it, and back. */
export const anonMapping = (anon_vma: number): number => 1 + anon_vma;
export const anonVmaOfMapping = (mapping: number): number => mapping - 1;

/** A free anon_vma: with one reference, and its own root. */
export const anon_vma_alloc = operation(
  linux('v6.1', 'mm/rmap.c', 'anon_vma_alloc'),
  function* (cpu: Cpu, vma: Vma): Op<number> {
    for (let i = 0; i < cpu.vmas.length; i++) {
      const anon_vma = (vma.id + i) % cpu.vmas.length;
      const was = yield* cpu.cmpxchg(anonVmaCells.refcount(anon_vma), 0, 1);
      if (was !== 0) continue;
      yield* cpu.store(anonVmaCells.root(anon_vma), anon_vma);
      return anon_vma;
    }
    return yield* cpu.give_up(TOO_MANY_ANON_VMAS);
  },
);

export function* get_anon_vma(cpu: Cpu, anon_vma: number): Op {
  yield* cpu.add(anonVmaCells.refcount(anon_vma), 1);
}

/** Gives one reference back; the last one frees it, and gives its root back. */
export const put_anon_vma = operation(
  linux('v6.1', 'include/linux/rmap.h', 'put_anon_vma'),
  function* (cpu: Cpu, anon_vma: number): Op {
    const root = yield* cpu.load(anonVmaCells.root(anon_vma));
    const last = yield* cpu.dec_and_test(anonVmaCells.refcount(anon_vma));
    // Left out: anon_vma_free waits for whoever has the lock and no reference (folio_lock_anon_vma_read).
    if (last && root !== anon_vma) yield* put_anon_vma(cpu, root);
  },
);

export function* anon_vma_lock_write(cpu: Cpu, anon_vma: number): Op {
  const root = yield* cpu.load(anonVmaCells.root(anon_vma));
  yield* cpu.down_write(anonVmaCells.rwsem(root));
}
export function* anon_vma_unlock_write(cpu: Cpu, anon_vma: number): Op {
  const root = yield* cpu.load(anonVmaCells.root(anon_vma));
  yield* cpu.up_write(anonVmaCells.rwsem(root));
}
export function* anon_vma_lock_read(cpu: Cpu, anon_vma: number): Op {
  const root = yield* cpu.load(anonVmaCells.root(anon_vma));
  yield* cpu.down_read(anonVmaCells.rwsem(root));
}
export function* anon_vma_unlock_read(cpu: Cpu, anon_vma: number): Op {
  const root = yield* cpu.load(anonVmaCells.root(anon_vma));
  yield* cpu.up_read(anonVmaCells.rwsem(root));
}

/** The anon_vma where new pages of an area go; undefined before its first fault. */
export function* anon_vma_of(cpu: Cpu, vma: Vma): Op<number | undefined> {
  const held = yield* cpu.load(vmaCells.anon_vma(vma.id));
  return held === 0 ? undefined : anonVmaOfMapping(held);
}

/** Keeps walks by rmap out while tables of the area move. Left out: i_mmap_rwsem of files. */
export const take_rmap_locks = operation(
  linux('v6.1', 'mm/mremap.c', 'take_rmap_locks'),
  function* (cpu: Cpu, vma: Vma): Op {
    const anon_vma = yield* anon_vma_of(cpu, vma);
    if (anon_vma !== undefined) yield* anon_vma_lock_write(cpu, anon_vma);
  },
);
export const drop_rmap_locks = operation(
  linux('v6.1', 'mm/mremap.c', 'drop_rmap_locks'),
  function* (cpu: Cpu, vma: Vma): Op {
    const anon_vma = yield* anon_vma_of(cpu, vma);
    if (anon_vma !== undefined) yield* anon_vma_unlock_write(cpu, anon_vma);
  },
);

/** Entered with the lock of the anon_vma held. */
export const anon_vma_chain_link = operation(
  linux('v6.1', 'mm/rmap.c', 'anon_vma_chain_link'),
  function* (cpu: Cpu, vma: Vma, anon_vma: number): Op {
    yield* cpu.list_add(vmaCells.anon_vma_chain(vma.id), anon_vma);
    yield* cpu.list_add(anonVmaCells.rb_root(anon_vma), vma.id);
  },
);

/** Before an area gets its first page: from here on pages of it can be found. The caller holds mmap_lock. */
export const anon_vma_prepare = operation(
  linux('v6.1', 'mm/rmap.c', '__anon_vma_prepare'),
  function* (cpu: Cpu, vma: Vma): Op {
    const prepared = yield* anon_vma_of(cpu, vma);
    if (prepared !== undefined) return;
    const mergeable = yield* find_mergeable_anon_vma(cpu, vma);
    const anon_vma = mergeable ?? (yield* anon_vma_alloc(cpu, vma));
    yield* anon_vma_lock_write(cpu, anon_vma);
    yield* cpu.spin_lock(mmCells.page_table_lock(vma.mm.id)); // other faults of the same area hold mmap_lock for reading too
    const there = yield* anon_vma_of(cpu, vma);
    if (there === undefined) {
      yield* cpu.store(vmaCells.anon_vma(vma.id), anonMapping(anon_vma));
      yield* anon_vma_chain_link(cpu, vma, anon_vma);
    }
    yield* cpu.spin_unlock(mmCells.page_table_lock(vma.mm.id));
    yield* anon_vma_unlock_write(cpu, anon_vma);
    if (there !== undefined && mergeable === undefined) yield* put_anon_vma(cpu, anon_vma);
  },
);

/**
 * That of a neighbour which could become one area with this one, but for its protection; the one above is asked first. Simplified: of
 * declared areas only pieces that were cut from one are asked.
 */
export const find_mergeable_anon_vma = operation(
  linux('v6.1', 'mm/mmap.c', 'find_mergeable_anon_vma'),
  function* (cpu: Cpu, vma: Vma): Op<number | undefined> {
    const declared = cpu.vmas[vma.id]!;
    const isWhole = vma.pieceOf === undefined && vma.start === declared.start && vma.end === declared.end;
    if (isWhole && !cpu.makesAreas) return undefined;
    const around = yield* vmas_between(cpu, vma.mm, Math.max(0, vma.start - 1), vma.end + 1);
    const shift = yield* cpu.load(vmaCells.vm_pgoff(vma.id));
    for (let i = around.length - 1; i >= 0; i--) {
      const near = around[i]!;
      const isNeighbour = (near.end === vma.start || vma.end === near.start) && near.thp === vma.thp;
      if (!isNeighbour || (!cpu.makesAreas && wholeOf(near) !== wholeOf(vma))) continue;
      const its = yield* cpu.load(vmaCells.vm_pgoff(near.id));
      if (its !== shift) continue;
      // reusable_anon_vma: not one that a fork has linked to others.
      const chain = yield* cpu.list_read(vmaCells.anon_vma_chain(near.id));
      const found = yield* anon_vma_of(cpu, near);
      if (found !== undefined && chain.length === 1) return found;
    }
    return undefined;
  },
);

/** Links an area to every anon_vma that another one is linked to. */
export const anon_vma_clone = operation(
  linux('v6.1', 'mm/rmap.c', 'anon_vma_clone'),
  function* (cpu: Cpu, dst: Vma, src: Vma): Op {
    const chain = yield* cpu.list_read(vmaCells.anon_vma_chain(src.id));
    const first = chain[0];
    if (first === undefined) return;
    yield* anon_vma_lock_write(cpu, first); // one root for all of them
    for (let i = 0; i < chain.length; i++) yield* anon_vma_chain_link(cpu, dst, chain[i]!);
    yield* anon_vma_unlock_write(cpu, first);
  },
);

/** The copy that a fork makes: linked to the anon_vmas of the parent, where the pages are that both have, and to one of its own. */
export const anon_vma_fork = operation(
  linux('v6.1', 'mm/rmap.c', 'anon_vma_fork'),
  function* (cpu: Cpu, vma: Vma, pvma: Vma): Op {
    const parent = yield* anon_vma_of(cpu, pvma);
    if (parent === undefined) return;
    yield* anon_vma_clone(cpu, vma, pvma);
    const anon_vma = yield* anon_vma_alloc(cpu, vma);
    const root = yield* cpu.load(anonVmaCells.root(parent));
    yield* cpu.store(anonVmaCells.root(anon_vma), root);
    yield* get_anon_vma(cpu, root); // the lock lives there
    yield* cpu.store(vmaCells.anon_vma(vma.id), anonMapping(anon_vma));
    yield* anon_vma_lock_write(cpu, anon_vma);
    yield* anon_vma_chain_link(cpu, vma, anon_vma);
    yield* anon_vma_unlock_write(cpu, anon_vma);
  },
);

/** Hides the area from walks by rmap: waits until those that hold the lock are done. */
export const unlink_anon_vmas = operation(
  linux('v6.1', 'mm/rmap.c', 'unlink_anon_vmas'),
  function* (cpu: Cpu, vma: Vma): Op {
    const chain = yield* cpu.list_read(vmaCells.anon_vma_chain(vma.id));
    const last = chain.at(-1);
    if (last === undefined) return;
    const empty: number[] = [];
    yield* anon_vma_lock_write(cpu, last);
    for (let i = chain.length - 1; i >= 0; i--) {
      yield* cpu.list_del(anonVmaCells.rb_root(chain[i]!), vma.id);
      const left = yield* cpu.list_read(anonVmaCells.rb_root(chain[i]!));
      if (left.length === 0) empty.push(chain[i]!);
    }
    yield* cpu.store(vmaCells.anon_vma_chain(vma.id), 0);
    yield* cpu.store(vmaCells.anon_vma(vma.id), 0);
    yield* anon_vma_unlock_write(cpu, last);
    for (let i = 0; i < empty.length; i++) yield* put_anon_vma(cpu, empty[i]!); // the newest first: the root last
  },
);

/** Takes a reference to the anon_vma of a folio that somebody maps. @returns undefined where nobody does, or nobody does any more */
export function* anon_vma_if_mapped(cpu: Cpu, head: Pfn): Op<number | undefined> {
  yield* cpu.rcu_read_lock();
  const mapping = yield* cpu.load(pageCells.mapping(head));
  const mapped = mapping !== 0 && (yield* folio_mapped(cpu, head));
  const anon_vma = anonVmaOfMapping(mapping);
  const got = mapped && (yield* cpu.inc_not_zero(anonVmaCells.refcount(anon_vma)));
  // Still mapped: then it was not freed meanwhile, and made for other areas.
  const still = got && (yield* folio_mapped(cpu, head));
  yield* cpu.rcu_read_unlock();
  if (got && !still) yield* put_anon_vma(cpu, anon_vma);
  return still ? anon_vma : undefined;
}

/** The anon_vma of a page, held by a reference; undefined when nothing maps the page, or it has none. Left out: pages of files. */
export const folio_get_anon_vma = operation(
  linux('v6.1', 'mm/rmap.c', 'folio_get_anon_vma'),
  function* (cpu: Cpu, head: Pfn): Op<number | undefined> {
    return yield* anon_vma_if_mapped(cpu, head);
  },
);
