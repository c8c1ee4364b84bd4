/** What threads of the kit's stories do, and how they find an entry. */
import { madvise_dontneed, mm_find_pmd, user_load, user_store, type Scenario } from '@shootdown/core';
import { indexOf, tableOf, type Cpu, type Op, type PmdSlot, type PteSlot } from '@shootdown/core/plugin';

export type Does = Scenario['setup'][number]['does'];
export type Told = Parameters<Does>[1];

export const store = (n: number, token: number): Does =>
  function* (cpu, s) {
    return yield* user_store(cpu, s.page(n), token);
  };
export const load = (n: number): Does =>
  function* (cpu, s) {
    return yield* user_load(cpu, s.page(n));
  };
export const dontneed = (from: number, to: number): Does =>
  function* (cpu, s) {
    return yield* madvise_dontneed(cpu, s.mm, s.page(from), s.page(to));
  };
export const inTurn = (...parts: readonly Does[]): Does =>
  function* (cpu, s) {
    for (let i = 0; i < parts.length; i++) yield* parts[i]!(cpu, s);
    return undefined;
  };

/** The PMD of page `n`. */
export function* pmdOf(cpu: Cpu, s: Told, n: number): Op<PmdSlot> {
  const pmdp = yield* mm_find_pmd(cpu, s.mm, s.page(n));
  yield* cpu.bug_on(pmdp === undefined, 'there is a PMD table');
  return pmdp as PmdSlot;
}

/** The PTE of page `n`. */
export function* pteOf(cpu: Cpu, s: Told, n: number): Op<PteSlot> {
  const pmdp = yield* pmdOf(cpu, s, n);
  const pmd = yield* cpu.read_entry(pmdp);
  return { level: 'pte', table: tableOf(pmd), index: indexOf(cpu.geometry, 'pte', s.page(n)) };
}

/** The story is wrong unless this holds. */
export function* expectThat(cpu: Cpu, holds: boolean, sentence: string): Op {
  yield* cpu.bug_on(!holds, sentence);
}
