/** Stories in which another CPU uses what is being changed. No correct architecture breaks a contract in any of them. */
import {
  get_user_pages_fast_only,
  khugepaged_collapse,
  munmap,
  pmd_lock,
  pmd_unlock,
  pte_lock,
  pte_unlock,
  type Scenario,
} from '@shootdown/core';
import {
  enter_lazy_tlb,
  F,
  flush_pmd_tlb_range,
  flush_tlb_page,
  frameOf,
  mkLeaf,
  pageCells,
  pmdp_huge_clear_flush,
  pmdp_invalidate,
  pmdp_set_wrprotect,
  pte_dirty,
  ptep_clear_flush,
  ptep_get_and_clear,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  ptep_set_wrprotect,
  set_pmd_at,
  set_pte_at,
  switch_mm,
  withoutFlags,
  type Cpu,
  type Entry,
  type Op,
  type PteSlot,
} from '@shootdown/core/plugin';
import { contracts, lifetimes, lostWrite, stalePin } from './asks.ts';
import { dontneed, expectThat, inTurn, load, pmdOf, pteOf, store, type Does, type Told } from './threads.ts';

/** A story without what all have in common: area 0 is base pages 0 and 1, area 1 a huge page, pages 2 and 3. */
interface Part {
  readonly setup: Does;
  readonly a: Does;
  readonly b: Does;
  /** B is a kernel thread on a CPU that ran the address space before. */
  readonly bIs?: 'kernel';
  readonly asks?: readonly string[];
  /** Only where huge pages are. */
  readonly huge?: true;
}

const story = (name: string, part: Part): Scenario => ({
  name,
  title: name,
  cpus: 2,
  areas: [
    { from: 0, to: 2, thp: 'never' },
    { from: 2, to: 4, thp: 'always' },
  ],
  setup: [{ cpu: 0, does: part.setup }, ...(part.bIs === 'kernel' ? [{ cpu: 1, does: leaveLazily }] : [])],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does: part.a },
    { name: 'B', cpu: 1, runs: part.bIs ?? 0, does: part.b },
  ],
  asks: [...contracts, ...lifetimes, ...(part.asks ?? [])],
  ...(part.huge ? { needs: { config: ['TRANSPARENT_HUGEPAGE'] } } : {}),
});

const nothing: Does = function* () {
  return undefined;
};
const bothPages = inTurn(store(0, 1), store(1, 2));

/** Runs in the address space for a moment, then gives the CPU to a kernel thread. */
const leaveLazily: Does = function* (cpu, s) {
  yield* switch_mm(cpu, undefined, s.mm);
  yield* load(0)(cpu, s);
  yield* enter_lazy_tlb(cpu, s.mm);
  return undefined;
};

const collapse: Does = function* (cpu, s) {
  return yield* khugepaged_collapse(cpu, s.mm, 0);
};
const gupFast = (n: number): Does =>
  function* (cpu, s) {
    return yield* get_user_pages_fast_only(cpu, s.page(n), 1, 'write');
  };
const unmap: Does = function* (cpu, s) {
  return yield* munmap(cpu, s.mm, s.page(0), s.page(2));
};

/** Maps page 0 (or 2, huge) writable and clean. */
const cleanPte: Does = function* (cpu, s) {
  yield* store(0, 1)(cpu, s);
  const ptep = yield* pteOf(cpu, s, 0);
  yield* pte_lock(cpu, ptep);
  const old = yield* ptep_clear_flush(cpu, s.area(0), s.page(0), ptep);
  yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean(old));
  yield* pte_unlock(cpu, ptep);
  return undefined;
};
const cleanPmd: Does = function* (cpu, s) {
  yield* store(2, 1)(cpu, s);
  const pmdp = yield* pmdOf(cpu, s, 2);
  yield* pmd_lock(cpu, pmdp);
  const old = yield* pmdp_huge_clear_flush(cpu, s.area(1), s.page(2), pmdp);
  yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, clean(old));
  yield* pmd_unlock(cpu, pmdp);
  return undefined;
};
const clean = (old: Entry): Entry => mkLeaf(frameOf(old), F.PRESENT | F.USER | F.ACCESSED | F.WRITE);

/** Maps page 0 (or 2, huge) read-only, as a fork leaves it, and remembers that here. */
const readOnlyPte: Does = function* (cpu, s) {
  yield* store(0, 1)(cpu, s);
  const ptep = yield* pteOf(cpu, s, 0);
  yield* pte_lock(cpu, ptep);
  yield* ptep_set_wrprotect(cpu, s.mm, s.page(0), ptep);
  yield* flush_tlb_page(cpu, s.area(0), s.page(0));
  yield* pte_unlock(cpu, ptep);
  return yield* load(0)(cpu, s);
};
const readOnlyPmd: Does = function* (cpu, s) {
  yield* store(2, 1)(cpu, s);
  const pmdp = yield* pmdOf(cpu, s, 2);
  yield* pmd_lock(cpu, pmdp);
  yield* pmdp_set_wrprotect(cpu, s.mm, s.page(2), pmdp);
  yield* flush_pmd_tlb_range(cpu, s.area(1), s.page(2), s.page(4));
  yield* pmd_unlock(cpu, pmdp);
  return yield* load(2)(cpu, s);
};

/** What B stores in the stories about dirty. */
const STORED = 7;

/** A store that reached the frame before the change took effect shows in the dirty flag of what was there, or is there still. */
function* dirtyIsKept(cpu: Cpu, entry: Entry): Op {
  const data = yield* cpu.load(pageCells.data(frameOf(entry)));
  yield* expectThat(cpu, data !== STORED || pte_dirty(entry), 'a store through the old entry shows in its dirty flag');
}

/** Changes the clean PTE under its lock and flushes; then looks whether the store of B was noted. */
const changePte = (change: (cpu: Cpu, s: Told, ptep: PteSlot) => Op<Entry>): Part => ({
  setup: cleanPte,
  *a(cpu, s) {
    const ptep = yield* pteOf(cpu, s, 0);
    yield* pte_lock(cpu, ptep);
    const entry = yield* change(cpu, s, ptep);
    yield* dirtyIsKept(cpu, entry);
    yield* pte_unlock(cpu, ptep);
    return undefined;
  },
  b: store(0, STORED),
});

const parts: Readonly<Record<string, Part>> = {
  'two faults on one table': { setup: nothing, a: store(0, 1), b: store(1, 2), asks: [lostWrite] },
  'two faults on one huge page': { setup: nothing, a: store(2, 1), b: store(3, 2), asks: [lostWrite], huge: true },
  'a zap of base pages beside a store': { setup: bothPages, a: dontneed(0, 2), b: store(1, 3) },
  'a zap of a huge page beside a store': { setup: store(2, 1), a: dontneed(2, 4), b: store(3, 3), huge: true },
  'a split of a huge page beside a store': { setup: store(3, 1), a: dontneed(2, 3), b: store(3, 3), huge: true },
  'an munmap beside a load': { setup: bothPages, a: unmap, b: inTurn(load(0), load(1)) },
  'an munmap beside GUP-fast': { setup: bothPages, a: unmap, b: gupFast(0) },
  'a collapse beside a store': {
    setup: bothPages,
    a: collapse,
    b: inTurn(load(0), store(1, 3)),
    asks: [lostWrite],
    huge: true,
  },
  'a collapse beside GUP-fast': { setup: bothPages, a: collapse, b: gupFast(0), asks: [stalePin], huge: true },
  'ptep_get_and_clear beside a first store': changePte(function* (cpu, s, ptep) {
    const old = yield* ptep_get_and_clear(cpu, s.mm, s.page(0), ptep);
    yield* flush_tlb_page(cpu, s.area(0), s.page(0));
    return old;
  }),
  'ptep_clear_flush beside a first store': changePte(function* (cpu, s, ptep) {
    return yield* ptep_clear_flush(cpu, s.area(0), s.page(0), ptep);
  }),
  'ptep_set_wrprotect beside a first store': changePte(function* (cpu, s, ptep) {
    yield* ptep_set_wrprotect(cpu, s.mm, s.page(0), ptep);
    yield* flush_tlb_page(cpu, s.area(0), s.page(0));
    return yield* cpu.read_entry(ptep);
  }),
  'ptep_modify_prot_start and commit beside a first store': changePte(function* (cpu, s, ptep) {
    const old = yield* ptep_modify_prot_start(cpu, s.area(0), s.page(0), ptep);
    yield* ptep_modify_prot_commit(cpu, s.area(0), s.page(0), ptep, old, withoutFlags(old, F.WRITE));
    yield* flush_tlb_page(cpu, s.area(0), s.page(0));
    return yield* cpu.read_entry(ptep);
  }),
  'pmdp_invalidate beside a first store': {
    setup: cleanPmd,
    huge: true,
    *a(cpu, s) {
      const pmdp = yield* pmdOf(cpu, s, 2);
      yield* pmd_lock(cpu, pmdp);
      const old = yield* pmdp_invalidate(cpu, s.area(1), s.page(2), pmdp);
      yield* dirtyIsKept(cpu, old);
      yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, clean(old));
      yield* pmd_unlock(cpu, pmdp);
      return undefined;
    },
    b: store(2, STORED),
  },
  'two first stores to a page remembered as read-only': {
    setup: readOnlyPte,
    a: store(0, 2),
    b: inTurn(load(0), store(0, 3)),
    asks: [lostWrite],
  },
  'two first stores to a huge page remembered as read-only': {
    setup: readOnlyPmd,
    a: store(2, 2),
    b: inTurn(load(3), store(3, 3)),
    asks: [lostWrite],
    huge: true,
  },
  'a zap while a CPU is lazy': {
    setup: bothPages,
    a: dontneed(0, 2),
    *b(cpu, s) {
      yield* load(0)(cpu, s);
      yield* enter_lazy_tlb(cpu, s.mm);
      yield* switch_mm(cpu, s.mm, s.mm);
      return yield* load(1)(cpu, s);
    },
  },
  'a collapse while a CPU is lazy': {
    setup: bothPages,
    a: collapse,
    bIs: 'kernel',
    huge: true,
    *b(cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
      return undefined;
    },
  },
};

export const together: readonly Scenario[] = Object.entries(parts).map(([name, part]) => story(name, part));
