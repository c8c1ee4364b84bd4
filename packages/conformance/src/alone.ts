/** The algebra of the hooks: what each leaves and gives back, on one CPU with nobody else about. */
import { pmd_lock, pmd_unlock, pte_lock, pte_unlock } from '@shootdown/core';
import {
  arch_enter_lazy_mmu_mode, arch_leave_lazy_mmu_mode, F, frameOf, has, HPAGE_PMD_NR, isNone, isTable, isValid, mkLeaf, mmCells, pgtable_trans_huge_deposit,
  pgtable_trans_huge_withdraw, pmd_clear, pmd_dirty, pmd_populate, pmd_present, pmd_trans_huge, pmd_write, pmdp_collapse_flush, pmdp_huge_clear_flush,
  pmdp_huge_get_and_clear, pmdp_huge_get_and_clear_full, pmdp_invalidate, pmdp_invalidate_ad, pmdp_set_access_flags, pmdp_set_wrprotect, pte_alloc_one,
  pte_clear, pte_dirty, pte_free, pte_mkdirty, pte_mkwrite, pte_write, ptep_clear_flush, ptep_get_and_clear, ptep_get_and_clear_full,
  ptep_modify_prot_commit, ptep_modify_prot_start, ptep_set_access_flags, ptep_set_wrprotect, set_pmd_at, set_pte_at, switch_mm, tableOf, withoutFlags,
  type Cpu, type Entry, type Op, type PmdSlot, type PteSlot, type Table,
} from '@shootdown/core/plugin';
import { expectThat, load, pmdOf, pteOf, store, type Does, type Told } from './threads.ts';

const CLEAN = F.PRESENT | F.USER | F.ACCESSED | F.WRITE;

/** Page 0 is mapped, its entry is taken out and kept: then the story with a page of ours, under the lock of the table. */
const onPte = (story: (cpu: Cpu, s: Told, ptep: PteSlot, clean: Entry) => Op): Does =>
  function* (cpu, s) {
    yield* store(0, 1)(cpu, s);
    const ptep = yield* pteOf(cpu, s, 0);
    yield* pte_lock(cpu, ptep);
    const old = yield* ptep_clear_flush(cpu, s.area(0), s.page(0), ptep);
    yield* story(cpu, s, ptep, mkLeaf(frameOf(old), CLEAN));
    yield* pte_unlock(cpu, ptep);
    return undefined;
  };

/** The same with a huge page: the PMD is none, its table deposited. */
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

/** Does an entry still map what it mapped, with these permissions at least? */
const maps = (entry: Entry, what: Entry, flags: number): boolean => frameOf(entry) === frameOf(what) && has(entry, flags | F.LEAF);

/** Each story by what it shows. Area 0: base pages 0 and 1. Area 1: a huge page, pages 2 and 3. */
export const alone: Readonly<Record<string, Does>> = {
  'ptep_get_and_clear gives back the entry and leaves none': onPte(function* (cpu, s, ptep, clean) {
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean);
    const old = yield* ptep_get_and_clear(cpu, s.mm, s.page(0), ptep);
    const now = yield* cpu.read_entry(ptep);
    yield* expectThat(cpu, maps(old, clean, CLEAN) && isNone(now), 'the entry came back and is none');
  }),
  'ptep_get_and_clear_full does the same, for a dying address space too': onPte(function* (cpu, s, ptep, clean) {
    for (const full of [false, true]) {
      yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean);
      const old = yield* ptep_get_and_clear_full(cpu, s.mm, s.page(0), ptep, full);
      const now = yield* cpu.read_entry(ptep);
      yield* expectThat(cpu, maps(old, clean, CLEAN) && isNone(now), 'the entry came back and is none');
    }
  }),
  'pte_clear leaves none': onPte(function* (cpu, s, ptep, clean) {
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean);
    yield* pte_clear(cpu, s.mm, s.page(0), ptep);
    const now = yield* cpu.read_entry(ptep);
    yield* expectThat(cpu, isNone(now), 'the entry is none');
  }),
  'ptep_set_wrprotect takes the permission to write and nothing else': onPte(function* (cpu, s, ptep, clean) {
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, pte_mkdirty(clean));
    yield* ptep_set_wrprotect(cpu, s.mm, s.page(0), ptep);
    const now = yield* cpu.read_entry(ptep);
    yield* expectThat(cpu, !pte_write(now) && pte_dirty(now) && maps(now, clean, F.PRESENT | F.USER | F.ACCESSED), 'read-only, dirty, the same page');
  }),
  'ptep_set_access_flags relaxes, and says whether it had to': onPte(function* (cpu, s, ptep, clean) {
    const strict = withoutFlags(clean, F.WRITE | F.ACCESSED);
    const relaxed = pte_mkwrite(pte_mkdirty(clean));
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, strict);
    const first = yield* ptep_set_access_flags(cpu, s.area(0), s.page(0), ptep, relaxed, true);
    const now = yield* cpu.read_entry(ptep);
    const again = yield* ptep_set_access_flags(cpu, s.area(0), s.page(0), ptep, now, true);
    yield* expectThat(cpu, first && !again && pte_dirty(now) && maps(now, clean, CLEAN), 'changed once, to what was asked');
  }),
  'ptep_modify_prot_start and commit change an entry': onPte(function* (cpu, s, ptep, clean) {
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean);
    const old = yield* ptep_modify_prot_start(cpu, s.area(0), s.page(0), ptep);
    const between = yield* cpu.read_entry(ptep);
    yield* ptep_modify_prot_commit(cpu, s.area(0), s.page(0), ptep, old, withoutFlags(old, F.WRITE));
    const now = yield* cpu.read_entry(ptep);
    yield* expectThat(cpu, maps(old, clean, CLEAN) && !isValid(between), 'the old entry came back, and the hardware could not use it meanwhile');
    yield* expectThat(cpu, !pte_write(now) && maps(now, clean, F.PRESENT), 'the new entry is there');
  }),
  'entries cleared in lazy MMU mode are gone when it ends': function* (cpu, s) {
    yield* store(0, 1)(cpu, s);
    yield* store(1, 2)(cpu, s);
    const ptep = yield* pteOf(cpu, s, 0);
    const next: PteSlot = { ...ptep, index: ptep.index + 1 };
    yield* pte_lock(cpu, ptep);
    yield* arch_enter_lazy_mmu_mode(cpu);
    yield* ptep_get_and_clear(cpu, s.mm, s.page(0), ptep);
    yield* ptep_get_and_clear(cpu, s.mm, s.page(1), next);
    yield* arch_leave_lazy_mmu_mode(cpu);
    const [a, b] = [yield* cpu.read_entry(ptep), yield* cpu.read_entry(next)];
    yield* pte_unlock(cpu, ptep);
    yield* expectThat(cpu, isNone(a) && isNone(b), 'both entries are none');
    return undefined;
  },

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
      yield* expectThat(cpu, !isValid(now) && pmd_present(now) && pmd_trans_huge(now) && frameOf(now) === frameOf(clean), 'invalid, present, huge, the same page');
    }
  }),
  'pmdp_set_wrprotect and pmdp_set_access_flags undo each other': onPmd(function* (cpu, s, pmdp, clean) {
    yield* set_pmd_at(cpu, s.mm, s.page(2), pmdp, pte_mkdirty(clean));
    yield* pmdp_set_wrprotect(cpu, s.mm, s.page(2), pmdp);
    const strict = yield* cpu.read_entry(pmdp);
    const changed = yield* pmdp_set_access_flags(cpu, s.area(1), s.page(2), pmdp, pte_mkwrite(pte_mkdirty(strict)), true);
    const now = yield* cpu.read_entry(pmdp);
    yield* expectThat(cpu, !pmd_write(strict) && pmd_dirty(strict) && changed && pmd_dirty(now) && maps(now, clean, CLEAN), 'read-only and dirty, then writable again');
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
    yield* expectThat(cpu, isNone(now) && isTable(old) && tableOf(old) === tableOf(before), 'the table came back and the PMD is none');
    return yield* load(0)(cpu, s);
  },

  'a CPU that leaves an address space and comes back goes on as before': function* (cpu, s) {
    yield* store(0, 1)(cpu, s);
    yield* switch_mm(cpu, s.mm, undefined);
    yield* switch_mm(cpu, undefined, s.mm);
    yield* load(0)(cpu, s);
    return yield* store(1, 2)(cpu, s);
  },
};

function* isEmpty(cpu: Cpu, table: Table): Op<boolean> {
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const entry = yield* cpu.read_entry({ level: 'pte', table, index: i });
    if (!isNone(entry)) return false;
  }
  return true;
}
