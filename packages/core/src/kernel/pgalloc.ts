/** The walk that makes missing tables: allocate without locks, then install unless somebody else was faster. */
import {
  p4d_populate,
  pmd_alloc_one,
  pmd_free,
  pmd_populate,
  pte_alloc_one,
  pte_free,
  pud_alloc_one,
  pud_populate,
} from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isNone, none, pmd_none, type Table } from '../words/entry.ts';
import { isFolded } from '../words/geometry.ts';
import { limit } from '../words/limit.ts';
import { mmCells, type Mm, type PmdSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import {
  p4d_offset,
  p4d_present,
  pmd_lock,
  pmd_offset,
  pmd_unlock,
  pud_offset,
  pud_present,
  type P4dSlot,
  type PgdSlot,
  type PudSlot,
} from './pgtable.ts';

export const FIVE_LEVELS = limit(linux('v6.1', 'include/linux/mm.h', 'p4d_alloc'), 'five levels of page tables');

// Allocation never fails here: a pool that runs dry ends the run.

/** The place of the P4D. Simplified: P4D is always folded, so there is nothing to allocate; five levels are not modelled. */
export function* p4d_alloc(cpu: Cpu, pgdp: PgdSlot, address: Va): Op<P4dSlot> {
  if (!isFolded(cpu.geometry, 'p4d')) yield* cpu.give_up(FIVE_LEVELS);
  return p4d_offset(cpu.geometry, pgdp, none, address);
}

/** The place of the PUD; its table is made when it is missing. */
export const pud_alloc = operation(
  linux('v6.1', 'include/linux/mm.h', 'pud_alloc'),
  function* (cpu: Cpu, mm: Mm, p4dp: P4dSlot, address: Va): Op<PudSlot> {
    if (isFolded(cpu.geometry, 'pud')) return pud_offset(cpu.geometry, p4dp, none, address);
    let p4d = yield* cpu.read_entry(p4dp);
    if (isNone(p4d)) {
      yield* __pud_alloc(cpu, mm, p4dp, address);
      p4d = yield* cpu.read_entry(p4dp);
    }
    return pud_offset(cpu.geometry, p4dp, p4d, address);
  },
);

export const __pud_alloc = operation(
  linux('v6.1', 'mm/memory.c', '__pud_alloc'),
  function* (cpu: Cpu, mm: Mm, p4dp: P4dSlot, address: Va): Op {
    const table = yield* pud_alloc_one(cpu, mm, address);
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id));
    const p4d = yield* cpu.read_entry(p4dp);
    if (!p4d_present(p4d)) {
      yield* cpu.fence('smp_wmb'); // the empty table before the pointer to it
      yield* p4d_populate(cpu, mm, p4dp, table);
    } else {
      yield* cpu.free_table(table); // pud_free: never linked, so nobody has to be waited for
    }
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  },
);

/** The place of the PMD; its table is made when it is missing. */
export const pmd_alloc = operation(
  linux('v6.1', 'include/linux/mm.h', 'pmd_alloc'),
  function* (cpu: Cpu, mm: Mm, pudp: PudSlot, address: Va): Op<PmdSlot> {
    let pud = yield* cpu.read_entry(pudp);
    if (isNone(pud)) {
      yield* __pmd_alloc(cpu, mm, pudp, address);
      pud = yield* cpu.read_entry(pudp);
    }
    return pmd_offset(cpu.geometry, pudp, pud, address);
  },
);

export const __pmd_alloc = operation(
  linux('v6.1', 'mm/memory.c', '__pmd_alloc'),
  function* (cpu: Cpu, mm: Mm, pudp: PudSlot, address: Va): Op {
    const table = yield* pmd_alloc_one(cpu, mm, address);
    yield* cpu.spin_lock(mmCells.page_table_lock(mm.id)); // pud_lock: PUD tables have no lock of their own
    const pud = yield* cpu.read_entry(pudp);
    if (!pud_present(pud)) {
      yield* cpu.fence('smp_wmb');
      yield* pud_populate(cpu, mm, pudp, table);
    } else {
      yield* pmd_free(cpu, mm, table);
    }
    yield* cpu.spin_unlock(mmCells.page_table_lock(mm.id));
  },
);

/** Links an empty PTE table unless the PMD is taken. @returns whether it was linked */
export const pmd_install = operation(
  linux('v6.1', 'mm/memory.c', 'pmd_install'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot, table: Table): Op<boolean> {
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const free = pmd_none(pmd);
    if (free) {
      yield* mm_inc_nr_ptes(cpu, mm);
      yield* cpu.fence('smp_wmb');
      yield* pmd_populate(cpu, mm, pmdp, table);
    }
    yield* pmd_unlock(cpu, pmdp);
    return free;
  },
);

export const __pte_alloc = operation(
  linux('v6.1', 'mm/memory.c', '__pte_alloc'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op {
    const table = yield* pte_alloc_one(cpu, mm);
    const installed = yield* pmd_install(cpu, mm, pmdp, table);
    if (!installed) yield* pte_free(cpu, mm, table); // never linked
  },
);

/** Makes a PTE table when the PMD is none. Afterwards the PMD may still be none or huge: others go on under mmap_lock for reading. */
export const pte_alloc = operation(
  linux('v6.1', 'include/linux/mm.h', 'pte_alloc'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot): Op {
    const pmd = yield* cpu.read_entry(pmdp);
    if (pmd_none(pmd)) yield* __pte_alloc(cpu, mm, pmdp);
  },
);

// Simplified: only PTE tables are counted, deposited ones included.
export function* mm_inc_nr_ptes(cpu: Cpu, mm: Mm): Op {
  yield* cpu.add(mmCells.pgtables_bytes(mm.id), 1);
}
export function* mm_dec_nr_ptes(cpu: Cpu, mm: Mm): Op {
  yield* cpu.add(mmCells.pgtables_bytes(mm.id), -1);
}
