/** From a page to the areas that may map it: walks by rmap. mm/rmap.c. */
import type { Va } from '../words/address.ts';
import { areaNow } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Pfn } from '../words/entry.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import { anonVmaCells, pageCells, vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import {
  anon_vma_if_mapped,
  anon_vma_lock_read,
  anon_vma_unlock_read,
  anonVmaOfMapping,
  put_anon_vma,
} from './anon_vma.ts';
import { operation } from './operation.ts';
import { folio_nr_pages } from './page.ts';

// Left out: KSM, files, callers that only try to get the lock.

/** An area as a walk by rmap finds it. */
export interface Mapper {
  readonly vma: Vma;
  /** Number of its first page in the numbering of the anon_vma. */
  readonly pgoff: number;
}

/** What a walk by rmap does, and how it is locked: struct rmap_walk_control. */
export interface RmapWalkControl {
  /**
   * `mapped`: takes the lock, and does nothing where the folio is not mapped (folio_lock_anon_vma_read); `plain`: takes the lock of a folio
   * that its caller keeps an anon_vma for; `held`: the caller has it.
   */
  readonly lock: 'mapped' | 'plain' | 'held';
  /**
   * What is done in an area.
   * @param address where the folio begins there, or the area, if that begins later
   * @param end where the folio ends there, or the area, if that ends earlier
   * @returns false to end the walk
   */
  readonly rmap_one: (vma: Vma, address: Va, end: Va) => Op<boolean>;
  /** Asked after each area: true ends the walk. */
  readonly done?: () => Op<boolean>;
}

/** The anon_vma of a folio, locked for reading; undefined where nothing maps the folio. */
export const folio_lock_anon_vma_read = operation(
  linux('v6.1', 'mm/rmap.c', 'folio_lock_anon_vma_read'),
  function* (cpu: Cpu, head: Pfn): Op<number | undefined> {
    // Simplified: always as when the lock is not free at once. Holding a reference, it may wait.
    const anon_vma = yield* anon_vma_if_mapped(cpu, head);
    if (anon_vma === undefined) return undefined;
    yield* anon_vma_lock_read(cpu, anon_vma);
    const root = yield* cpu.load(anonVmaCells.root(anon_vma));
    const last = yield* cpu.dec_and_test(anonVmaCells.refcount(anon_vma));
    if (!last) return anon_vma;
    // Its areas went while we waited, and nobody maps the folio any more.
    yield* cpu.up_read(anonVmaCells.rwsem(root));
    if (root !== anon_vma) yield* put_anon_vma(cpu, root);
    return undefined;
  },
);

/** The areas that map a part of the folio, if anybody does, by their first page and then by age. Entered with the lock held. */
export function* areas_of(cpu: Cpu, anon_vma: number, index: number, frames: number): Op<Mapper[]> {
  const linked = yield* cpu.list_read(anonVmaCells.rb_root(anon_vma));
  const found: Mapper[] = [];
  for (let i = 0; i < linked.length; i++) {
    const attached = yield* cpu.load(vmaCells.attached(linked[i]!));
    const vma = areaNow(cpu.geometry, cpu.vmas[linked[i]!]!, attached);
    if (!vma) continue;
    const shift = yield* cpu.load(vmaCells.vm_pgoff(vma.id));
    const pgoff = vma.start / PAGE_SIZE(cpu.geometry) + shift;
    const pages = (vma.end - vma.start) / PAGE_SIZE(cpu.geometry);
    if (pgoff < index + frames && index < pgoff + pages) found.push({ vma, pgoff });
  }
  return found.sort((a, b) => a.pgoff - b.pgoff);
}

/** Where the folio begins in an area, or the area, if that begins later. Pure. */
export const vma_address = (cpu: Cpu, { vma, pgoff }: Mapper, index: number): Va =>
  vma.start + Math.max(0, index - pgoff) * PAGE_SIZE(cpu.geometry);
/** Where it ends, or the area, if that ends earlier. Pure. */
export const vma_address_end = (cpu: Cpu, { vma, pgoff }: Mapper, index: number, frames: number): Va =>
  Math.min(vma.end, vma.start + (index + frames - pgoff) * PAGE_SIZE(cpu.geometry));

/** Goes to every area that may map a folio. */
export const rmap_walk = operation(
  linux('v6.1', 'mm/rmap.c', 'rmap_walk'),
  function* (cpu: Cpu, head: Pfn, { lock, rmap_one, done }: RmapWalkControl): Op {
    const anon_vma = yield* rmap_walk_anon_lock(cpu, head, lock);
    if (anon_vma === undefined) return;
    const index = yield* cpu.load(pageCells.index(head));
    const frames = yield* folio_nr_pages(cpu, head);
    const areas = yield* areas_of(cpu, anon_vma, index, frames);
    for (let i = 0; i < areas.length; i++) {
      const where = areas[i]!;
      const on = yield* rmap_one(where.vma, vma_address(cpu, where, index), vma_address_end(cpu, where, index, frames));
      if (!on || (done && (yield* done()))) break;
    }
    if (lock !== 'held') yield* anon_vma_unlock_read(cpu, anon_vma);
  },
);

function* rmap_walk_anon_lock(cpu: Cpu, head: Pfn, lock: RmapWalkControl['lock']): Op<number | undefined> {
  if (lock === 'mapped') return yield* folio_lock_anon_vma_read(cpu, head);
  const mapping = yield* cpu.load(pageCells.mapping(head));
  if (mapping === 0) return undefined;
  const anon_vma = anonVmaOfMapping(mapping);
  if (lock === 'plain') yield* anon_vma_lock_read(cpu, anon_vma);
  return anon_vma;
}
