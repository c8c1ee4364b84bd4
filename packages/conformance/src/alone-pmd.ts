/** The algebra of the hooks of huge pages, and of the tables under them: one CPU, nobody else about. */
import { pmd_lock, pmd_unlock } from '@shootdown/core';
import {
  frameOf,
  HPAGE_PMD_NR,
  isNone,
  isTable,
  isValid,
  mkLeaf,
  mmCells,
  pgtable_trans_huge_deposit,
  pgtable_trans_huge_withdraw,
  pmd_clear,
  pmd_dirty,
  pmd_populate,
  pmd_present,
  pmd_trans_huge,
  pmd_write,
  pmdp_collapse_flush,
  pmdp_huge_clear_flush,
  pmdp_huge_get_and_clear,
  pmdp_huge_get_and_clear_full,
  pmdp_invalidate,
  pmdp_invalidate_ad,
  pmdp_set_access_flags,
  pmdp_set_wrprotect,
  pte_alloc_one,
  pte_free,
  pte_mkdirty,
  pte_mkwrite,
  set_pmd_at,
  tableOf,
  type Cpu,
  type Entry,
  type Op,
  type PmdSlot,
  type Table,
} from '@shootdown/core/plugin';
import { CLEAN, maps } from './clean.ts';
import { expectThat, load, pmdOf, store, type Does, type Told } from './threads.ts';

/** A huge page is mapped, its entry is taken out and kept, its table deposited: then the story, under the lock of the PMD. */
const onPmd = (story: (cpu: Cpu, s: Told, pmdp: PmdSlot, clean: Entry) => Op): Does =>
  function* (cpu, s) {
    yield* store(2, 1)(cpu, s);
    const pmdp = yield* pmdOf(cpu, s, 2);
    yield* pmd_lock(cpu, pmdp);
    const old = yield* pmdp_huge_clear_flush(cpu, s.area(1), s.page(2), pmdp);
    yield* story(cpu, s, pmdp, mkLeaf(frameOf(old), CLEAN));
    yield* pmd_unlock(cpu, pmdp);
    return undefined;
  };

/** Each story by what it shows; areas as with base pages. */
export const alonePmd: Readonly<Record<string, Does>> = {
  'deposit, map, clear, withdraw: the same table, empty': onPmd(function* (cpu, s, pmdp, clean) {
    const deposited = yield* pgtable_trans_huge_withdraw(cpu, s.mm, pmdp);
    yield* expectThat(cpu, yield* isEmpty(cpu, deposited), 'the table of the fault is empty');
    yield* pgtable_trans_huge_deposit(cpu, s.mm, pmdp, deposited);
    yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, clean);
    const old = yield* pmdp_huge_get_and_clear(cpu, s.mm, s.page(2), pmdp);
    const now = yield* cpu.read_entry(pmdp);
    const back = yield* pgtable_trans_huge_withdraw(cpu, s.mm, pmdp);
    yield* expectThat(cpu, maps(old, clean, CLEAN) && isNone(now) && back === deposited, 'entry and table came back');
    yield* expectThat(cpu, yield* isEmpty(cpu, back), 'the table is empty');
  }),
  'pmdp_huge_get_and_clear_full gives back the entry and leaves none': onPmd(function* (cpu, s, pmdp, clean) {
    for (const full of [false, true]) {
      yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, clean);
      const old = yield* pmdp_huge_get_and_clear_full(cpu, s.area(1), s.page(2), pmdp, full);
      const now = yield* cpu.read_entry(pmdp);
      yield* expectThat(cpu, maps(old, clean, CLEAN) && isNone(now), 'the entry came back and is none');
    }
  }),
  'pmdp_invalidate keeps a present huge entry for software': onPmd(function* (cpu, s, pmdp, clean) {
    for (const invalidate of [pmdp_invalidate, pmdp_invalidate_ad]) {
      yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, pte_mkdirty(clean));
      const old = yield* invalidate(cpu, s.area(1), s.page(2), pmdp);
      const now = yield* cpu.read_entry(pmdp);
      yield* expectThat(cpu, maps(old, clean, CLEAN) && pmd_dirty(old), 'the old entry came back');
      yield* expectThat(
        cpu,
        !isValid(now) && pmd_present(now) && pmd_trans_huge(now) && frameOf(now) === frameOf(clean),
        'invalid, present, huge, the same page',
      );
    }
  }),
  'pmdp_set_wrprotect and pmdp_set_access_flags undo each other': onPmd(function* (cpu, s, pmdp, clean) {
    yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, pte_mkdirty(clean));
    yield* pmdp_set_wrprotect(cpu, s.mm, s.page(2), pmdp);
    const strict = yield* cpu.read_entry(pmdp);
    const changed = yield* pmdp_set_access_flags(
      cpu,
      s.area(1),
      s.page(2),
      pmdp,
      pte_mkwrite(pte_mkdirty(strict)),
      true,
    );
    const now = yield* cpu.read_entry(pmdp);
    yield* expectThat(
      cpu,
      !pmd_write(strict) && pmd_dirty(strict) && changed && pmd_dirty(now) && maps(now, clean, CLEAN),
      'read-only and dirty, then writable again',
    );
  }),

  'pmd_populate links a table, pmd_clear unlinks it': onPmd(function* (cpu, s, pmdp) {
    const table = yield* pte_alloc_one(cpu, s.mm);
    yield* pmd_populate(cpu, s.mm, pmdp, table);
    const linked = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    const now = yield* cpu.read_entry(pmdp);
    yield* pte_free(cpu, s.mm, table);
    yield* expectThat(cpu, isTable(linked) && tableOf(linked) === table && isNone(now), 'linked, then none');
  }),
  'pmdp_collapse_flush gives back the table and leaves none': function* (cpu, s) {
    yield* store(0, 1)(cpu, s);
    const pmdp = yield* pmdOf(cpu, s, 0);
    const before = yield* cpu.read_entry(pmdp);
    yield* cpu.down_write(mmCells.mmap_lock(s.mm.id));
    yield* pmd_lock(cpu, pmdp);
    const old = yield* pmdp_collapse_flush(cpu, s.area(0), s.page(0), pmdp);
    const now = yield* cpu.read_entry(pmdp);
    yield* pmd_populate(cpu, s.mm, pmdp, tableOf(old));
    yield* pmd_unlock(cpu, pmdp);
    yield* cpu.up_write(mmCells.mmap_lock(s.mm.id));
    yield* expectThat(
      cpu,
      isNone(now) && isTable(old) && tableOf(old) === tableOf(before),
      'the table came back and the PMD is none',
    );
    return yield* load(0)(cpu, s);
  },
};

function* isEmpty(cpu: Cpu, table: Table): Op<boolean> {
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const entry = yield* cpu.read_entry({ level: 'pte', table, index: i });
    if (!isNone(entry)) return false;
  }
  return true;
}
