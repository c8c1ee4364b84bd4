/** The four guarantees that a hook may or may not give on return, as predicates every contract shares. */
import { cpuBit, type CpuId, type Va } from '../words/address.ts';
import type { Table } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import type { Level } from '../words/geometry.ts';
import type { Mm } from '../words/objects.ts';

/** G1: no CPU can make a new access through an old translation of the range. */
export const noStaleTranslation = (facts: Facts, mm: Mm, start: Va, end: Va, levels?: readonly Level[]): boolean =>
  facts.tlbHolders(mm, start, end, levels) === 0;

/** G1, upper levels: no CPU remembers the way to a table of the range. */
export const noRememberedWalk = (facts: Facts, mm: Mm, start: Va, end: Va): boolean =>
  facts.walkCacheHolders(mm, start, end) === 0;

/** G2: no hardware write of accessed or dirty into the table can still arrive. */
export const hardwareIsOut = (facts: Facts, table: Table): boolean => facts.hardwareWalkersOf(table) === 0;

/** G3: lockless walkers that had reached the table have left. */
export const walkersAreOut = (facts: Facts, table: Table): boolean => facts.walkersOf(table) === 0;

/** G4: the table's memory may be given to somebody else. */
export const reusable = (facts: Facts, mm: Mm, table: Table, start: Va, end: Va): boolean =>
  noStaleTranslation(facts, mm, start, end) &&
  noRememberedWalk(facts, mm, start, end) &&
  hardwareIsOut(facts, table) &&
  walkersAreOut(facts, table);

/** Every other CPU took an interrupt from this one while the hook ran. */
export const othersWereInterrupted = (facts: Facts, cpu: CpuId): boolean =>
  (facts.interruptedBy(cpu) | cpuBit(cpu)) === (facts.online | cpuBit(cpu));
