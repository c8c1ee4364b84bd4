/** One CPU and the generic layer, without a machine: runs an Op at once and keeps what it did as lines. */
import { Generic } from '../../src/arch/generic.ts';
import type { Hook } from '../../src/contract/hook.ts';
import type { MmHooks } from '../../src/contract/mm-hooks.ts';
import { refName, type Ref } from '../../src/words/cells.ts';
import type { Cpu, IpiHandler, RcuCallback } from '../../src/words/cpu.ts';
import { showEntry } from '../../src/words/entry.ts';
import type { Geometry } from '../../src/words/geometry.ts';
import type { MmuGather } from '../../src/words/mmu_gather.ts';
import {
  entryRef,
  tableCells,
  type Mm,
  type PmdSlot,
  type PteSlot,
  type Slot,
  type Vma,
} from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';

export const geometry: Geometry = { pageShift: 12, bits: { pte: 1, pmd: 1, pud: 0, p4d: 0, pgd: 1 } };
export const mm: Mm = { id: 1 };
export const vma: Vma = { id: 3, mm, start: 0, end: 8192, thp: 'always' };
export const ptep: PteSlot = { level: 'pte', table: 7, index: 0 };
export const pmdp: PmdSlot = { level: 'pmd', table: 5, index: 0 };
export const gather = (more: Partial<MmuGather> = {}): MmuGather => ({
  mm,
  fullmm: false,
  start: 4096,
  end: 8192,
  freed_tables: false,
  need_flush_all: false,
  cleared_ptes: true,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: 0,
  pages: [],
  pageTables: [],
  tables: [],
  ...more,
});

interface Kernel {
  changes?: readonly string[];
  rcuTables?: boolean;
  layer?: Partial<MmHooks>;
  /** Runs in place of the hardware, before each step. */
  between?: (cells: Map<string, number>, step: number) => void;
}

/** @returns a CPU, its memory, and what it did */
export function oneCpu({ changes = [], rcuTables = true, layer = {}, between }: Kernel = {}) {
  const cells = new Map<string, number>();
  const lists = new Map<string, number[]>();
  const did: string[] = [];
  let steps = 0;
  const step = (text?: string): void => {
    between?.(cells, steps++);
    if (text) did.push(text);
  };
  const get = (at: Ref): number => cells.get(refName(at)) ?? 0;
  const listOf = (at: Ref): number[] => lists.get(refName(at)) ?? lists.set(refName(at), []).get(refName(at))!;
  const isEntry = (at: Ref): boolean => at.region === tableCells.entry;
  const flush = (name: string) =>
    function* (_cpu: Cpu, what: Mm | Vma, start?: number, end?: number): Op {
      step(
        [name, 'mm' in what ? `mm${what.mm.id}` : `mm${what.id}`, start, end]
          .filter((word) => word !== undefined)
          .join(' '),
      );
    };
  const layers = [
    layer,
    {
      flush_tlb_mm: flush('flush_tlb_mm'),
      flush_tlb_page: flush('flush_tlb_page'),
      flush_tlb_range: flush('flush_tlb_range'),
    },
    new Generic(),
  ];

  const cpu = {
    id: 0,
    online: 0b11,
    geometry,
    mm,
    has: (change: string) => changes.includes(change),
    config: () => rcuTables,
    number: () => 2,
    exceeds: (_name: string, amount: number) => amount > 2,
    reaches: (_name: string, amount: number) => amount >= 2,
    within: <T>(_name: string, body: () => Op<T>): Op<T> => body(),
    call: (hook: Hook, args: readonly unknown[]) => {
      const body = layers.find((one) => hook.hookName in one) as Record<string, (...args: unknown[]) => Op<unknown>>;
      return body[hook.hookName]!(cpu, ...args);
    },
    *load(at: Ref) {
      step();
      return get(at);
    },
    *read_entry(slot: Slot) {
      step(`read ${slot.level}`);
      return get(entryRef(slot));
    },
    *store(at: Ref, value: number) {
      step(isEntry(at) ? `store ${showEntry(value)}` : `store ${refName(at)}`);
      cells.set(refName(at), value);
    },
    *or(at: Ref, bits: number) {
      step(`${refName(at)} |= ${bits}`);
      cells.set(refName(at), get(at) | bits);
    },
    *fence(name: string) {
      step(name);
    },
    *write_root(table: number, asid: number) {
      step(`root ${table} of ${asid}`);
    },
    *list_add(at: Ref, value: number) {
      step();
      listOf(at).push(value);
    },
    *list_take(at: Ref) {
      step();
      return listOf(at).shift() ?? 0;
    },
    *alloc_table(level: string) {
      step(`alloc ${level}`);
      return 9;
    },
    *free_table(table: number) {
      step(`free T${table}`);
    },
    *smp_call_function_many(mask: number, handler: IpiHandler) {
      step(`interrupt ${mask} ${handler.handlerName}`);
    },
    *call_rcu(callback: RcuCallback, info: Record<string, unknown>) {
      step(`${callback.callbackName} ${JSON.stringify(info)}`);
    },
    *bug_on(condition: boolean, text: string) {
      if (condition) step(`BUG ${text}`);
    },
  } as unknown as Cpu;

  return {
    cpu,
    cells,
    did,
    set: (slot: Slot, value: number) => cells.set(refName(entryRef(slot)), value),
    entry: (slot: Slot) => get(entryRef(slot)),
    run: <T>(op: Op<T>): T => {
      const end = op.next();
      if (!end.done) throw new Error('this CPU makes its steps at once');
      return end.value;
    },
  };
}
