/** A thread that calls one hook: takes the locks that the contract asks for, calls, and drops them. Or does one thing wrong. */
import type { Hook } from '../../src/contract/hook.ts';
import {
  get_user_pages_fast_only,
  madvise_dontneed,
  mm_find_pmd,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import type { Ref } from '../../src/words/cells.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { F, isTable, mkLeaf, pmd_pgtable, type Pmd, type Pte, type Table } from '../../src/words/entry.ts';
import { PAGE_SIZE } from '../../src/words/geometry.ts';
import type { MmuGather } from '../../src/words/mmu_gather.ts';
import { mmCells, type Mm, type PmdSlot, type PteSlot, type Slot, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario, Story } from '../../src/workload/scenario.ts';

/** What a call may name: everything about the first page of the address space. */
export interface At {
  readonly mm: Mm;
  /** The copy that a fork makes. */
  readonly child: Mm;
  readonly vma: Vma;
  readonly end: number;
  /** The first entry of the top table, by the level it stands for. */
  top<L extends 'pgd' | 'p4d' | 'pud'>(level: L): Slot<L>;
  readonly pmdp: PmdSlot;
  readonly pmd: Pmd;
  readonly ptep: PteSlot;
  readonly pte: Pte;
  /** A table that is linked nowhere. */
  readonly fresh: Table;
  readonly tlb: MmuGather;
}

export const leaf: Pte = mkLeaf(2, F.PRESENT | F.USER | F.ACCESSED);

/** How a call differs from the right one. */
export interface Way<A extends readonly unknown[] = readonly unknown[]> {
  /** A lock that is not taken, or taken for reading only. */
  readonly without?: string;
  readonly reading?: string;
  readonly interrupts?: 'on' | 'off';
  readonly args?: (at: At) => A;
  /** The address is one page further. */
  readonly unaligned?: true;
  /** Done under the locks, right before the call. */
  readonly before?: (cpu: Cpu, at: At) => Op<unknown>;
  /** What CPU 0 does meanwhile. */
  readonly beside?: 'a load' | 'a pin';
  /** The call comes without waiting until CPU 0 is done. */
  readonly hurries?: true;
}

const touch = function* (cpu: Cpu, s: Story): Op {
  yield* user_store(cpu, s.page(0), 1);
  yield* user_store(cpu, s.page(1), 2);
};
type Place =
  | 'base pages'
  | 'base pages, new to CPU 0'
  | 'a huge page'
  | 'a PMD that is none'
  | 'an empty tree'
  | 'an empty tree of four levels'
  | 'an empty tree with P4D';
const places: Readonly<Record<Place, Pick<Scenario, 'areas' | 'setup' | 'geometry'>>> = {
  'base pages': { areas: [{ from: 0, to: 2, thp: 'never' }], setup: [{ cpu: 0, does: touch }] },
  'base pages, new to CPU 0': { areas: [{ from: 0, to: 2, thp: 'never' }], setup: [{ cpu: 1, does: touch }] },
  'a huge page': { areas: [{ from: 0, to: 2, thp: 'always' }], setup: [{ cpu: 0, does: touch }] },
  'a PMD that is none': {
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [
      { cpu: 0, does: touch },
      { cpu: 0, does: (cpu, s) => madvise_dontneed(cpu, s.mm, 0, s.hugePageSize) },
    ],
  },
  'an empty tree': { areas: [{ from: 0, to: 2, thp: 'never' }], setup: [] },
  'an empty tree of four levels': { areas: [{ from: 0, to: 2, thp: 'never' }], setup: [], geometry: { pud: 1 } },
  'an empty tree with P4D': { areas: [{ from: 0, to: 2, thp: 'never' }], setup: [], geometry: { p4d: 1 } },
};

/** A hook with its parameters. */
interface Callable<A extends unknown[]> {
  readonly hookName: string;
  readonly signature?: (cpu: Cpu, ...args: A) => Op<unknown>;
}

/** A hook, the state it is called in, and its arguments; and how the right call is told as a story, or a wrong one. */
export function call<A extends unknown[]>(
  hook: Callable<A>,
  place: Place,
  args: (at: At) => [...A],
  right: Way<A> = {},
) {
  const { hookName } = hook;
  const does =
    (way: Way<A> = {}) =>
    (cpu: Cpu, s: Story): Op =>
      drive(hook as unknown as Hook, cpu, s, { args, ...right, ...way });
  const story = (way: Way<A> = {}): Scenario => ({
    name: `call-${hookName}`,
    title: `A thread calls ${hookName}.`,
    cpus: 2,
    mms: 2,
    asks: [],
    ...places[place],
    threads: [
      { name: 'U', cpu: 0, runs: 0, does: (cpu, s) => meanwhile(cpu, s, way.beside ?? right.beside) },
      { name: 'K', cpu: 1, runs: 0, does: does(way) },
    ],
  });
  return { hookName, does, story };
}

function* meanwhile(cpu: Cpu, s: Story, what: Way['beside']): Op {
  if (what === undefined) return;
  if (what === 'a load') yield* user_load(cpu, s.page(0));
  else yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'read');
  yield* cpu.add(mmCells.mm_users(s.mm.id), -1);
}

function* drive(hook: Hook, cpu: Cpu, s: Story, way: Way): Op {
  const at = yield* look(cpu, s);
  const given = way.args!(at);
  const args = given.map((arg, i) =>
    way.unaligned && i === 1 ? (arg as number) + PAGE_SIZE(cpu.geometry) : arg,
  ) as never[];
  const wanted = Object.keys(hook.locks).filter((lock) => lock !== way.without);
  const locks = wanted.map((lock) => ({
    ...hook.locks[lock]!(...args),
    ...(lock === way.reading ? { mode: 'read' as const } : {}),
  }));
  for (const { at: lock, mode } of locks) yield* taking[mode](cpu, lock);
  if (way.before) yield* way.before(cpu, at);
  if (way.beside && !way.hurries) yield* cpu.wait_clear(mmCells.mm_users(at.mm.id), 2, 'CPU 0 is out');
  if (way.interrupts === 'off') yield* cpu.local_irq_save();
  yield* hook(cpu, ...args);
  if (way.interrupts === 'off') yield* cpu.local_irq_restore();
  for (const { at: lock, mode } of locks.toReversed()) yield* dropping[mode](cpu, lock);
}
const taking = {
  held: (cpu: Cpu, at: Ref) => cpu.spin_lock(at),
  read: (cpu: Cpu, at: Ref) => cpu.down_read(at),
  write: (cpu: Cpu, at: Ref) => cpu.down_write(at),
};
const dropping = {
  held: (cpu: Cpu, at: Ref) => cpu.spin_unlock(at),
  read: (cpu: Cpu, at: Ref) => cpu.up_read(at),
  write: (cpu: Cpu, at: Ref) => cpu.up_write(at),
};

function* look(cpu: Cpu, s: Story): Op<At> {
  const pgd = yield* cpu.load(mmCells.pgd(s.mm.id));
  const found = yield* mm_find_pmd(cpu, s.mm, 0);
  const pmdp: PmdSlot = found ?? { level: 'pmd', table: 0, index: 0 };
  const pmd = found ? yield* cpu.read_entry(found) : 0;
  const ptep: PteSlot = { level: 'pte', table: isTable(pmd) ? pmd_pgtable(pmd) : 0, index: 0 };
  const pte = isTable(pmd) ? yield* cpu.read_entry(ptep) : 0;
  const fresh = yield* cpu.alloc_table('pte');
  const tlb: MmuGather = {
    mm: s.mm,
    fullmm: false,
    start: 0,
    end: s.hugePageSize,
    freed_tables: true,
    need_flush_all: false,
    cleared_ptes: true,
    cleared_pmds: true,
    cleared_puds: false,
    page_size: 0,
    pages: [],
    pageTables: [],
    tables: [],
  };
  return {
    mm: s.mm,
    vma: s.area(0),
    end: s.hugePageSize,
    top: (level) => ({ level, table: pgd, index: 0 }),
    pmdp,
    pmd,
    ptep,
    pte,
    fresh,
    tlb,
    get child() {
      return s.mmOf(1);
    },
  };
}
