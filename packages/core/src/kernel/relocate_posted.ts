/** Page tables move beside those who walk them: the postings of April and of May 2008, as far as they are about PTE tables. */
import { pte_free, pte_free_tlb, switch_mm } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { F, isTable, pmd_pgtable, withFlags } from '../words/entry.ts';
import { entryRef, mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { maybe_flush_tlb_mm, maybe_need_flush_mm } from './need_flush.ts';
import { operation } from './operation.ts';
import { mm_find_pmd, pte_lock, pte_unlock } from './pgtable.ts';
import {
  copy_as_memory,
  copy_by_entry,
  entries_of_table,
  free_at_once,
  link_copy,
  pte_in,
  table_for_copy,
  tables_between,
  type Movable,
  type Moved,
} from './relocate_tables.ts';

const migrate_c = (symbol: string): ReturnType<typeof linux> => linux('v2.6.25', 'mm/migrate.c', symbol);

/** Runs with mmap_lock held for reading, as the migration of pages does: faults and zaps go on beside it. */
export function* relocate_posted(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<'done' | 'ENOMEM'> {
  yield* cpu.down_read(mmCells.mmap_lock(mm.id));
  // In May: not to flush the CPU that does it, again and again.
  const leaves = cpu.has('relocation_posted_again') && cpu.mm?.id === mm.id;
  if (leaves) yield* switch_mm(cpu, mm, undefined);
  yield* enter_page_table_relocation_mode(cpu, mm);
  const moved: Moved[] = [];
  const result = yield* migrate_tables(cpu, mm, start, end, moved);
  // Without memory everything is left as it is: no flush, no grace period, and whoever knew of the old tables forgets them.
  if (result === 'done') yield* finish(cpu, mm, moved);
  yield* leave_page_table_relocation_mode(cpu, mm);
  if (leaves) yield* switch_mm(cpu, undefined, mm);
  yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  return result;
}

function* migrate_tables(cpu: Cpu, mm: Mm, start: Va, end: Va, moved: Moved[]): Op<'done' | 'ENOMEM'> {
  const found = yield* tables_between(cpu, mm, start, end);
  for (let i = 0; i < found.length; i++) {
    const copy = yield* table_for_copy(cpu, mm, moved.length);
    if (copy === undefined) return 'ENOMEM';
    const old = yield* migrate_pmd(cpu, mm, found[i]!, copy);
    if (old) moved.push({ ...old, copy });
    else yield* cpu.free_table(copy); // __free_page
  }
  return 'done';
}

/** Moves what a PMD names. @returns undefined when it names no table any more */
export const migrate_pmd = operation(
  migrate_c('migrate_pmd'),
  function* (cpu: Cpu, mm: Mm, { start }: Movable, copy: number): Op<Movable | undefined> {
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    const pmdp = yield* mm_find_pmd(cpu, mm, start); // _delimbo_pmd: another call may have moved it
    const pmd = pmdp ? yield* cpu.read_entry(pmdp) : 0;
    if (!pmdp || !isTable(pmd)) {
      yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
      return undefined;
    }
    const moving: Movable = { start, pmdp, table: pmd_pgtable(pmd) };
    yield* pte_lock(cpu, pte_in(moving.table, 0));
    if (cpu.has('relocation_posted_again')) yield* copy_by_entry(cpu, mm, moving, copy);
    else yield* copy_as_memory(cpu, moving.table, copy);
    yield* link_copy(cpu, mm, pmdp, copy);
    yield* maybe_need_flush_mm(cpu, mm);
    yield* pte_unlock(cpu, pte_in(moving.table, 0));
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
    return moving;
  },
);

/** Flush, grace period, and the old tables go. */
function* finish(cpu: Cpu, mm: Mm, moved: readonly Moved[]): Op {
  yield* maybe_flush_tlb_mm(cpu, mm);
  if (!cpu.has('relocation_frees_at_once')) yield* cpu.synchronize_rcu();
  for (let i = 0; i < moved.length && cpu.has('relocation_posted_again'); i++) yield* copy_bits(cpu, moved[i]!);
  if (cpu.has('relocation_frees_by_level')) {
    yield* free_by_level(cpu, mm, moved);
    return;
  }
  for (let i = 0; i < moved.length; i++) {
    if (cpu.has('relocation_posted_again')) yield* pte_free(cpu, mm, moved[i]!.table);
    else yield* cpu.free_table(moved[i]!.table); // __free_page, whatever it was
  }
}

function* free_by_level(cpu: Cpu, mm: Mm, moved: readonly Moved[]): Op {
  const tlb = yield* tlb_gather_mmu(cpu, mm);
  if (cpu.has('relocation_frees_at_once')) yield* free_at_once(cpu, tlb, moved);
  else for (let i = 0; i < moved.length; i++) yield* pte_free_tlb(cpu, tlb, moved[i]!.table, moved[i]!.start);
  yield* tlb_finish_mmu(cpu, tlb);
}

/**
 * The merge of May. Of each table it sees the first entry only, as often as there are entries: neither of its two pointers advances. And
 * what it writes back is what it read: an entry that somebody has changed meanwhile gets flags that are not its own.
 */
function* copy_bits(cpu: Cpu, { table, copy }: Moved): Op {
  const [from, to] = [pte_in(table, 0), pte_in(copy, 0)];
  yield* pte_lock(cpu, to);
  for (let i = 0; i < entries_of_table(cpu); i++) {
    const was = yield* cpu.read_entry(from);
    const now = yield* cpu.read_entry(to);
    const flags = was & (F.ACCESSED | F.DIRTY);
    if ((now & flags) !== flags) yield* cpu.store(entryRef(to), withFlags(now, flags));
  }
  yield* pte_unlock(cpu, to);
}

/** From here on whoever takes a page-table lock walks again. */
export const enter_page_table_relocation_mode = operation(
  migrate_c('enter_page_table_relocation_mode'),
  function* (cpu: Cpu, mm: Mm): Op {
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    yield* cpu.add(mmCells.page_table_relocation_count(mm.id), 1);
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  },
);

export const leave_page_table_relocation_mode = operation(
  migrate_c('leave_page_table_relocation_mode'),
  function* (cpu: Cpu, mm: Mm): Op {
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    yield* cpu.add(mmCells.page_table_relocation_count(mm.id), -1);
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  },
);
