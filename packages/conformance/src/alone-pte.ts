/** The algebra of the hooks of base pages: what each leaves and gives back, on one CPU with nobody else about. */
import { pte_lock, pte_unlock } from '@shootdown/core';
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  F,
  frameOf,
  isNone,
  mkLeaf,
  pte_clear,
  pte_dirty,
  pte_mkdirty,
  pte_mkwrite,
  pte_write,
  ptep_clear_flush,
  ptep_get_and_clear,
  ptep_get_and_clear_full,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  ptep_set_access_flags,
  ptep_set_wrprotect,
  set_pte_at,
  switch_mm,
  withoutFlags,
  type Cpu,
  type Entry,
  type Op,
  type PteSlot,
} from '@shootdown/core/plugin';
import { CLEAN, maps } from './clean.ts';
import { expectThat, load, pteOf, store, type Does, type Told } from './threads.ts';

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

/** Each story by what it shows. Area 0: base pages 0 and 1. Area 1: a huge page, pages 2 and 3. */
export const alonePte: Readonly<Record<string, Does>> = {
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
    yield* expectThat(
      cpu,
      !pte_write(now) && pte_dirty(now) && maps(now, clean, F.PRESENT | F.USER | F.ACCESSED),
      'read-only, dirty, the same page',
    );
  }),
  'ptep_set_access_flags relaxes, and says whether it had to': onPte(function* (cpu, s, ptep, clean) {
    const strict = withoutFlags(clean, F.WRITE | F.ACCESSED);
    const relaxed = pte_mkwrite(pte_mkdirty(clean));
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, strict);
    const first = yield* ptep_set_access_flags(cpu, s.area(0), s.page(0), ptep, relaxed, true);
    const now = yield* cpu.read_entry(ptep);
    const again = yield* ptep_set_access_flags(cpu, s.area(0), s.page(0), ptep, now, true);
    yield* expectThat(
      cpu,
      first && !again && pte_dirty(now) && maps(now, clean, CLEAN),
      'changed once, to what was asked',
    );
  }),
  'ptep_modify_prot_start and commit change an entry': onPte(function* (cpu, s, ptep, clean) {
    yield* set_pte_at(cpu, s.mm, s.page(0), ptep, clean);
    const old = yield* ptep_modify_prot_start(cpu, s.area(0), s.page(0), ptep);
    yield* ptep_modify_prot_commit(cpu, s.area(0), s.page(0), ptep, old, withoutFlags(old, F.WRITE));
    const now = yield* cpu.read_entry(ptep);
    yield* expectThat(cpu, maps(old, clean, CLEAN), 'the old entry came back');
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

  'a CPU that leaves an address space and comes back goes on as before': function* (cpu, s) {
    yield* store(0, 1)(cpu, s);
    yield* switch_mm(cpu, s.mm, undefined);
    yield* switch_mm(cpu, undefined, s.mm);
    yield* load(0)(cpu, s);
    return yield* store(1, 2)(cpu, s);
  },
};
