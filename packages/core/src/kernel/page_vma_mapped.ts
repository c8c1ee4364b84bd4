/** Where an area maps a folio: the walk that rmap users make in each area. mm/page_vma_mapped.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  frameOf,
  is_migration_entry,
  is_swap_pmd,
  pmd_none,
  pmd_pfn,
  pmd_present,
  pmd_trans_huge,
  pte_none,
  pte_pfn,
  pte_present,
  type Entry,
  type Pfn,
} from '../words/entry.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown, sizeOf, type Level } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import {
  p4d_offset,
  p4d_present,
  pgd_offset,
  pgd_present,
  pmd_lock,
  pmd_offset,
  pmd_unlock,
  pte_after,
  pte_lock,
  pte_offset_map,
  pte_unlock,
  pud_offset,
  pud_present,
  read_upper,
} from './pgtable.ts';
import { transhuge_vma_suitable } from './vma.ts';

/**
 * State of a walk: struct page_vma_mapped_walk. Call page_vma_mapped_walk again for the next hit; every hit is returned with its
 * table locked.
 */
export interface PageVmaMappedWalk {
  readonly vma: Vma;
  /** Frames of the folio. */
  readonly pfn: Pfn;
  readonly nr_pages: number;
  /** Where the folio ends in the area. */
  readonly end: Va;
  /** PVMW_SYNC: looks under the locks, so that who changes an entry now is waited for. */
  readonly sync: boolean;
  /** PVMW_MIGRATION: looks for migration entries, not for mappings. */
  readonly migration: boolean;
  /** Where the walk is. */
  address: Va;
  /** The hit is this huge entry, when there is no `pte`. */
  pmd?: PmdSlot | undefined;
  /** The hit. */
  pte?: PteSlot | undefined;
  /** What is locked: the table of `pmd`, or that of `pte`. */
  ptl?: 'pmd' | 'pte' | undefined;
}

/** Ends a walk before it has come to its end, and drops what it has locked. */
export function* page_vma_mapped_walk_done(cpu: Cpu, pvmw: PageVmaMappedWalk): Op {
  yield* unlock(cpu, pvmw);
}

function* unlock(cpu: Cpu, pvmw: PageVmaMappedWalk): Op {
  if (pvmw.ptl === 'pmd') yield* pmd_unlock(cpu, pvmw.pmd!);
  if (pvmw.ptl === 'pte') yield* pte_unlock(cpu, pvmw.pte!);
  pvmw.ptl = undefined;
}

function* not_found(cpu: Cpu, pvmw: PageVmaMappedWalk): Op<boolean> {
  yield* unlock(cpu, pvmw);
  return false;
}

/** Is a frame one of the folio's? */
const isOf = ({ pfn, nr_pages }: PageVmaMappedWalk, frame: Pfn): boolean => frame >= pfn && frame < pfn + nr_pages;
/** Does a huge entry of that frame map any of the folio's? Pure. */
const check_pmd = (cpu: Cpu, { pfn, nr_pages }: PageVmaMappedWalk, frame: Pfn): boolean =>
  frame < pfn + nr_pages && pfn < frame + HPAGE_PMD_NR(cpu.geometry);
/** Is it what the walk looks for? Pure. */
const check_pte = (pvmw: PageVmaMappedWalk, pte: Entry): boolean =>
  pvmw.migration ? is_migration_entry(pte) && isOf(pvmw, frameOf(pte)) : pte_present(pte) && isOf(pvmw, pte_pfn(pte));

const step_forward = (pvmw: PageVmaMappedWalk, size: number): void => {
  pvmw.address = roundDown(pvmw.address + size, size);
};

/**
 * Goes to the next entry of the area that maps a frame of the folio.
 * @returns false at the end; nothing is locked then
 */
export const page_vma_mapped_walk = operation(
  linux('v6.1', 'mm/page_vma_mapped.c', 'page_vma_mapped_walk'),
  function* (cpu: Cpu, pvmw: PageVmaMappedWalk): Op<boolean> {
    if (pvmw.pmd && !pvmw.pte) return yield* not_found(cpu, pvmw); // a huge entry was the last hit: there is no other
    let next: 'unit' | 'pte' = pvmw.pte ? 'pte' : 'unit';
    for (;;) {
      if (next === 'pte') {
        const found = yield* next_pte(cpu, pvmw);
        if (found === 'hit') return true;
        if (found === 'end') return yield* not_found(cpu, pvmw);
        next = 'unit'; // the next table
      }
      if (pvmw.address >= pvmw.end) return false;
      const at = yield* unit(cpu, pvmw);
      if (at === 'hit') return true;
      if (at === 'end') return yield* not_found(cpu, pvmw);
      if (at === 'table') {
        const mapped = yield* map_pte(cpu, pvmw);
        const pte = mapped ? yield* cpu.read_entry(pvmw.pte!) : 0;
        if (mapped && check_pte(pvmw, pte)) return true;
        next = 'pte';
      }
    }
  },
);

/** What a walk finds at its address: a huge entry that is a hit, a table, nothing here (it has gone forward), nothing at all. */
type Unit = 'hit' | 'table' | 'forward' | 'end';

/** The PMD of the address, or the first level above it that has no table. */
function* unit(cpu: Cpu, pvmw: PageVmaMappedWalk): Op<Unit> {
  const g = cpu.geometry;
  const pgdp = yield* pgd_offset(cpu, pvmw.vma.mm, pvmw.address);
  const pgd = yield* cpu.read_entry(pgdp);
  if (!pgd_present(pgd)) return missing(cpu, pvmw, 'pgd');
  const p4dp = p4d_offset(g, pgdp, pgd, pvmw.address);
  const p4d = yield* read_upper(cpu, p4dp, pgd);
  if (!p4d_present(p4d)) return missing(cpu, pvmw, 'p4d');
  const pudp = pud_offset(g, p4dp, p4d, pvmw.address);
  const pud = yield* read_upper(cpu, pudp, p4d);
  if (!pud_present(pud)) return missing(cpu, pvmw, 'pud');
  pvmw.pmd = pmd_offset(g, pudp, pud, pvmw.address);
  const pmde = yield* cpu.read_entry(pvmw.pmd);
  if (pmd_trans_huge(pmde) || is_swap_pmd(pmde)) return yield* hugeEntry(cpu, pvmw, pvmw.pmd);
  if (pmd_present(pmde)) return 'table';
  // Takes and drops the lock: a zap that has cleared the entry and not yet counted down is waited for.
  if (pvmw.sync && cpu.has('unmap_waits_for_zaps') && mayBeHuge(cpu, pvmw)) {
    yield* pmd_lock(cpu, pvmw.pmd);
    yield* pmd_unlock(cpu, pvmw.pmd);
  }
  return missing(cpu, pvmw, 'pmd');
}

/** Could a huge entry have stood here? Simplified: until 6.0 areas that cannot hold one were not told apart. Pure. */
const mayBeHuge = (cpu: Cpu, { vma, address, nr_pages }: PageVmaMappedWalk): boolean =>
  nr_pages >= HPAGE_PMD_NR(cpu.geometry) &&
  transhuge_vma_suitable(cpu.geometry, vma, roundDown(address, HPAGE_PMD_SIZE(cpu.geometry)));

/** Until 5.13 a table that does not exist ended the walk. Pure. */
function missing(cpu: Cpu, pvmw: PageVmaMappedWalk, level: Level): Unit {
  pvmw.pmd = undefined;
  if (!cpu.has('walk_steps_over_missing_tables')) return 'end';
  step_forward(pvmw, sizeOf(cpu.geometry, level));
  return 'forward';
}

/** A huge entry was seen: what stands there under the lock decides. */
function* hugeEntry(cpu: Cpu, pvmw: PageVmaMappedWalk, pmdp: PmdSlot): Op<Unit> {
  yield* pmd_lock(cpu, pmdp);
  pvmw.ptl = 'pmd';
  const pmd = yield* cpu.read_entry(pmdp);
  if (!pmd_present(pmd)) {
    const is = pvmw.migration && !pmd_none(pmd) && is_swap_pmd(pmd) && check_pmd(cpu, pvmw, frameOf(pmd));
    return is ? 'hit' : 'end';
  }
  if (pmd_trans_huge(pmd)) return !pvmw.migration && check_pmd(cpu, pvmw, pmd_pfn(pmd)) ? 'hit' : 'end';
  yield* unlock(cpu, pvmw); // it was split under us
  return 'table';
}

/** The entry of the address. With PVMW_SYNC its table is locked at once; else only once a look without lock says that it may be a hit. */
function* map_pte(cpu: Cpu, pvmw: PageVmaMappedWalk): Op<boolean> {
  pvmw.pte = yield* pte_offset_map(cpu, pvmw.pmd!, pvmw.address);
  if (!pvmw.sync) {
    const pte = yield* cpu.read_entry(pvmw.pte);
    const candidate = pvmw.migration ? is_migration_entry(pte) : pte_present(pte);
    if (!candidate) return false;
  }
  yield* pte_lock(cpu, pvmw.pte);
  pvmw.ptl = 'pte';
  return true;
}

/** The entries after the one where the walk is, up to the end of the table. */
function* next_pte(cpu: Cpu, pvmw: PageVmaMappedWalk): Op<'hit' | 'table end' | 'end'> {
  for (;;) {
    pvmw.address += PAGE_SIZE(cpu.geometry);
    if (pvmw.address >= pvmw.end) return 'end';
    if (pvmw.address % HPAGE_PMD_SIZE(cpu.geometry) === 0) {
      yield* unlock(cpu, pvmw);
      pvmw.pte = undefined;
      return 'table end';
    }
    pvmw.pte = pte_after(pvmw.pte!, 1);
    const seen = yield* cpu.read_entry(pvmw.pte);
    if (pte_none(seen)) continue; // not locked yet: whoever has just cleared it is not waited for
    if (pvmw.ptl === undefined) {
      yield* pte_lock(cpu, pvmw.pte);
      pvmw.ptl = 'pte';
    }
    const pte = yield* cpu.read_entry(pvmw.pte);
    if (check_pte(pvmw, pte)) return 'hit';
  }
}
