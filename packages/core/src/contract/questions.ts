/** What several contracts ask about entries and tables. Pure questions: they read through `Facts` only. */
import type { Va } from '../words/address.ts';
import { F, has, isNone, pte_dirty, withoutFlags, type Entry, type Table } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { entriesOf, spaceOf, type Level } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { tableCells } from '../words/objects.ts';

/** Flags that hardware, or a hash fault, may set in an entry behind the back of whoever holds its lock. */
const BEHIND_THE_LOCK = F.ACCESSED | F.DIRTY | F.SWDIRTY | F.HASHPTE | F.BUSY;

/** Do both map the same thing with the same permissions? Flags that change behind the lock do not count. */
export const sameMapping = (a: Entry, b: Entry): boolean =>
  withoutFlags(a, BEHIND_THE_LOCK) === withoutFlags(b, BEHIND_THE_LOCK);

/** Does every entry of the table read as none? */
export function tableIsEmpty(facts: Facts, table: Table, level: Level): boolean {
  for (let index = 0; index < entriesOf(facts.geometry, level); index++) {
    if (!isNone(facts.value(tableCells.entry(table, index)))) return false;
  }
  return true;
}

/** Is the table's memory a page table now: allocated and not given back? */
export const isAllocated = (facts: Facts, table: Table): boolean => facts.value(tableCells.life(table)) === 1;

/** Does `entry` permit all that `asked` permits, and remember as much? */
export const isAtLeast = (entry: Entry, asked: Entry): boolean =>
  has(entry, asked & (F.WRITE | F.ACCESSED)) && (pte_dirty(entry) || !pte_dirty(asked));

/** First and last byte (exclusive) of what a gather covers: everything when the whole address space is flushed. */
export const gathered = (facts: Facts, tlb: MmuGather): [start: Va, end: Va] =>
  tlb.fullmm || tlb.need_flush_all ? [0, spaceOf(facts.geometry)] : [tlb.start, tlb.end];
