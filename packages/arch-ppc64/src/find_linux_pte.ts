/** The walk without locks that ends in a typed pointer: to a PTE of a table, or to a huge PMD taken for a PTE. */
import {
  F,
  hasAny,
  indexOf,
  isFolded,
  isTable,
  linux,
  mmCells,
  operation,
  pmd_none,
  pmd_trans_huge,
  tableOf,
  type Cpu,
  type Entry,
  type Mm,
  type Op,
  type PmdSlot,
  type PteSlot,
  type Va,
} from '@shootdown/core/plugin';

/** Where the entry stands. What stands there may change at once: interrupts off keep tables allocated, and no more. */
export type LinuxPte = PteSlot | PmdSlot;

/** Invalid and not present: a split or a change of a huge PMD is under way. */
const pmd_is_serializing = (pmd: Entry): boolean => hasAny(pmd, F.INVALID) && !hasAny(pmd, F.PRESENT);

/** Interrupts are off. Undefined: there is no entry, or walkers have to stay away from it. */
export const find_linux_pte = operation(
  linux('v6.1', 'arch/powerpc/mm/pgtable.c', '__find_linux_pte'),
  function* (cpu: Cpu, mm: Mm, ea: Va): Op<LinuxPte | undefined> {
    const g = cpu.geometry;
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    let entry = yield* cpu.read_lockless({ level: 'pgd', table: pgd, index: indexOf(g, 'pgd', ea) });
    if (!isFolded(g, 'pud')) {
      if (!isTable(entry)) return undefined;
      entry = yield* cpu.read_lockless({ level: 'pud', table: tableOf(entry), index: indexOf(g, 'pud', ea) });
    }
    if (!isTable(entry)) return undefined;
    const pmdp: PmdSlot = { level: 'pmd', table: tableOf(entry), index: indexOf(g, 'pmd', ea) };
    const pmd = yield* cpu.read_lockless(pmdp);
    if (pmd_none(pmd)) return undefined; // also a collapse
    if (pmd_is_serializing(pmd)) return undefined; // also a split; in other words before 5.3
    if (pmd_trans_huge(pmd)) return pmdp;
    return isTable(pmd) ? { level: 'pte', table: tableOf(pmd), index: indexOf(g, 'pte', ea) } : undefined;
  },
);

/**
 * Reads through the pointer. Since 5.8 every walker tests that it finds a leaf; before, it used what it found as the leaf that
 * was there when it looked, and the updater had to wait for it.
 */
export function* read_linux_pte(cpu: Cpu, ptep: LinuxPte): Op<Entry> {
  if (cpu.has('ppc_walkers_validate')) return yield* cpu.read_entry(ptep);
  return yield* cpu.read_typed(ptep, 'leaf');
}
