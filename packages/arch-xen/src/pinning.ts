/**
 * Which tables belong to Xen. A tree is handed over as a whole before it is run on (exec, fork) and taken back as a whole
 * after the last CPU has left it; a table that joins or leaves such a tree in between goes by itself.
 */
import {
  entriesOf,
  inject,
  isTable,
  isValid,
  levelBelow,
  linux,
  mmCells,
  operation,
  tableCells,
  tableOf,
  type Cpu,
  type Level,
  type Mm,
  type Op,
  type Source,
  type Table,
} from '@shootdown/core/plugin';
import { guest } from './cells.ts';
import { Hypervisor } from './hypervisor.ts';

// One object each: every kernel has a service of its own, and what replaces a function replaces it in all.
const mmu_pv = (symbol: string): Source => linux('v6.1', 'arch/x86/xen/mmu_pv.c', symbol);

const PIN = mmu_pv('xen_pgd_pin');
const UNPIN = mmu_pv('xen_pgd_unpin');
const ALLOC = mmu_pv('xen_alloc_ptpage');
const RELEASE = mmu_pv('xen_release_ptpage');

// Simplified: one top table a tree. Linux has a second one for user mode, with the same tables below it.
export class Pinning {
  constructor(@inject(Hypervisor) private readonly xen: Hypervisor) {}

  /** Hands a tree over. The caller holds page_table_lock. */
  readonly xen_pgd_pin = operation(PIN, (cpu: Cpu, mm: Mm): Op => this.#pinTree(cpu, mm));

  /** Takes a tree back: from here on its tables are ordinary memory. The caller holds page_table_lock. */
  readonly xen_pgd_unpin = operation(UNPIN, (cpu: Cpu, mm: Mm): Op => this.#unpinTree(cpu, mm));

  /** Before a table is linked: hands it over if the tree it joins is pinned. */
  readonly xen_alloc_ptpage = operation(ALLOC, (cpu: Cpu, mm: Mm, table: Table, level: Level): Op =>
    this.#alloc(cpu, mm, table, level),
  );

  /** After a table was unlinked, before it is queued for freeing: takes it back if it was handed over. */
  readonly xen_release_ptpage = operation(RELEASE, (cpu: Cpu, table: Table, level: Level): Op =>
    this.#release(cpu, table, level),
  );

  *#pinTree(cpu: Cpu, mm: Mm): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    yield* this.#walk(cpu, pgd, 'pgd', 'pin');
    // Xen follows the entries and validates every table; the lowest have been since they were pinned.
    yield* this.xen.perform(cpu, { op: 'pin', table: pgd, level: 'pgd' });
  }

  *#unpinTree(cpu: Cpu, mm: Mm): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    yield* this.xen.perform(cpu, { op: 'unpin', table: pgd });
    yield* this.#walk(cpu, pgd, 'pgd', 'unpin');
  }

  /** __xen_pgd_walk: every table of a tree, upper ones before what they name, the top one last. */
  *#walk(cpu: Cpu, table: Table, level: Level, what: 'pin' | 'unpin'): Op {
    if (level !== 'pgd') yield* this.#page(cpu, table, level, what);
    const below = levelBelow(cpu.geometry, level);
    for (let index = 0; below !== undefined && index < entriesOf(cpu.geometry, level); index++) {
      const entry = yield* cpu.read_entry({ level, table, index });
      if (isValid(entry) && isTable(entry)) yield* this.#walk(cpu, tableOf(entry), below, what);
    }
    if (level === 'pgd') yield* this.#page(cpu, table, level, what);
  }

  /**
   * xen_pin_page, xen_unpin_page. A lowest table is locked: while it is read-only and not pinned, a write to it would trap
   * and not be emulated. Upper tables are held by the entries that name them, and have no pin of their own.
   * Simplified: one lock at a time; Linux holds those of a whole batch.
   */
  *#page(cpu: Cpu, table: Table, level: Level, what: 'pin' | 'unpin'): Op {
    const was = yield* cpu.xchg(guest.PagePinned(table), what === 'pin' ? 1 : 0);
    if (was === (what === 'pin' ? 1 : 0)) return;
    if (level === 'pte') yield* cpu.spin_lock(tableCells.ptl(table));
    if (level === 'pte' && what === 'unpin') yield* this.xen.perform(cpu, { op: 'unpin', table });
    yield* this.xen.perform(cpu, { op: what === 'pin' ? 'read-only' : 'writable', table });
    if (level === 'pte' && what === 'pin') yield* this.xen.perform(cpu, { op: 'pin', table, level });
    if (level === 'pte') yield* cpu.spin_unlock(tableCells.ptl(table));
  }

  *#alloc(cpu: Cpu, mm: Mm, table: Table, level: Level): Op {
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    const pinned = yield* cpu.load(guest.PagePinned(pgd));
    if (!pinned) return;
    const already = yield* cpu.xchg(guest.PagePinned(table), 1);
    yield* this.xen.issue(cpu, { op: 'read-only', table });
    if (level === 'pte' && !already) yield* this.xen.issue(cpu, { op: 'pin', table, level });
  }

  *#release(cpu: Cpu, table: Table, level: Level): Op {
    const pinned = yield* cpu.load(guest.PagePinned(table));
    if (!pinned) return;
    if (level === 'pte') yield* this.xen.issue(cpu, { op: 'unpin', table });
    yield* this.xen.issue(cpu, { op: 'writable', table });
    yield* cpu.store(guest.PagePinned(table), 0);
  }
}
