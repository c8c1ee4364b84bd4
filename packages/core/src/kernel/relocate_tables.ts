/** What all ways to move page tables share: which tables of a range there are, and how one is copied. */
import { __tlb_reset_range } from '../contract/gather.ts';
import { __tlb_remove_table, pmd_populate, pte_alloc_one, pte_free_tlb, set_pte_at } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, isTable, pmd_pgtable, type Table } from '../words/entry.ts';
import { entriesOf, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { anonVmaCells, entryRef, type Mm, type PmdSlot, type PteSlot } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_of } from './anon_vma.ts';
import { mm_find_pmd } from './pgtable.ts';
import { vmas_between } from './vma.ts';

/** One PTE table that is to move. */
export interface Movable {
  /** First address that it maps. */
  readonly start: Va;
  readonly pmdp: PmdSlot;
  readonly table: Table;
}

/** One that has moved. */
export interface Moved extends Movable {
  readonly copy: Table;
}

/** PTE tables of a range, from the lowest address up. Read without locks: the caller keeps them from going, or looks again. */
export function* tables_between(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<Movable[]> {
  const size = HPAGE_PMD_SIZE(cpu.geometry);
  const found: Movable[] = [];
  for (let addr = roundDown(start, size); addr < end; addr += size) {
    const pmdp = yield* mm_find_pmd(cpu, mm, addr);
    if (!pmdp) continue;
    const pmd = yield* cpu.read_entry(pmdp);
    if (isTable(pmd)) found.push({ start: addr, pmdp, table: pmd_pgtable(pmd) });
  }
  return found;
}

/** A new PTE table; undefined when memory is short, which it is when a story says so. */
export function* table_for_copy(cpu: Cpu, mm: Mm, taken: number): Op<Table | undefined> {
  if (taken >= cpu.number('TABLES_FOR_RELOCATION')) return undefined;
  return yield* pte_alloc_one(cpu, mm);
}

export const pte_in = (table: Table, index: number): PteSlot => ({ level: 'pte', table, index });
export const entries_of_table = (cpu: Cpu): number => entriesOf(cpu.geometry, 'pte');
/** Address that entry `index` of a moving table maps. */
export const address_in = (cpu: Cpu, { start }: Movable, index: number): Va => start + index * PAGE_SIZE(cpu.geometry);

/** Copies as memcpy does: one word after the other, whatever they are, past every hook. The new table is empty, and nobody's. */
export function* copy_as_memory(cpu: Cpu, from: Table, to: Table): Op {
  for (let i = 0; i < entries_of_table(cpu); i++) {
    const entry = yield* cpu.read_entry(pte_in(from, i));
    if (!isNone(entry)) yield* cpu.store(entryRef(pte_in(to, i)), entry);
  }
}

/** Copies by the hook that writes entries. */
export function* copy_by_entry(cpu: Cpu, mm: Mm, moving: Movable, to: Table): Op {
  for (let i = 0; i < entries_of_table(cpu); i++) {
    const entry = yield* cpu.read_entry(pte_in(moving.table, i));
    if (!isNone(entry)) yield* set_pte_at(cpu, mm, address_in(cpu, moving, i), pte_in(to, i), entry);
  }
}

/** Links the copy: CPUs that come anew find it. */
export function* link_copy(cpu: Cpu, mm: Mm, pmdp: PmdSlot, copy: Table): Op {
  yield* cpu.fence('smp_wmb'); // the entries before the pointer to them
  yield* pmd_populate(cpu, mm, pmdp, copy);
}

/** Gives old tables back as what they are, by the hook of their level, and waits for nobody: neither flush nor grace period. */
export function* free_at_once(cpu: Cpu, tlb: MmuGather, moved: readonly Moved[]): Op {
  for (let i = 0; i < moved.length; i++) {
    yield* pte_free_tlb(cpu, tlb, moved[i]!.table, moved[i]!.start);
    const queued = [...tlb.tables, ...tlb.pageTables];
    tlb.tables = [];
    tlb.pageTables = [];
    __tlb_reset_range(cpu, tlb);
    for (let k = 0; k < queued.length; k++) yield* __tlb_remove_table(cpu, queued[k]!);
  }
}

/**
 * Keeps walks by rmap out of the tables of a range: they take no mmap_lock, and hold places in tables.
 * @returns numbers of the root anon_vmas whose lock is held, for `unlock_rmap`
 */
export function* lock_rmap(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<number[]> {
  if (cpu.has('relocation_beside_rmap')) return [];
  const size = HPAGE_PMD_SIZE(cpu.geometry);
  const vmas = yield* vmas_between(cpu, mm, roundDown(start, size), roundDown(end + size - 1, size));
  const roots: number[] = [];
  for (let i = 0; i < vmas.length; i++) {
    const anon_vma = yield* anon_vma_of(cpu, vmas[i]!);
    if (anon_vma === undefined) continue; // no page of it was ever mapped
    const root = yield* cpu.load(anonVmaCells.root(anon_vma));
    if (!roots.includes(root)) roots.push(root);
  }
  for (let i = 0; i < roots.length; i++) yield* cpu.down_write(anonVmaCells.rwsem(roots[i]!));
  return roots;
}

export function* unlock_rmap(cpu: Cpu, roots: readonly number[]): Op {
  for (let i = 0; i < roots.length; i++) yield* cpu.up_write(anonVmaCells.rwsem(roots[i]!));
}
