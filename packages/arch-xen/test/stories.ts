/** Small stories in which trees are pinned, changed, unpinned; and bugs on top of Xen PV. */
import {
  context_switch,
  judgeScenario,
  measureClaims,
  munmap,
  pte_offset_map_lock,
  pte_unlock,
  mm_find_pmd,
  user_store,
  type Scenario,
} from '@shootdown/core';
import {
  activate_mm,
  arch,
  arch_dup_mmap,
  arch_exit_mmap,
  mmCells,
  pgd_free,
  ptep_get_and_clear,
  switch_mm,
  type ArchSpec,
  type LayerClass,
} from '@shootdown/core/plugin';
import { xenPv } from '../src/index.ts';

export type Does = Scenario['threads'][number]['does'];

/** Xen PV with one more layer on top. */
export const planted = (layer: LayerClass): ArchSpec =>
  arch({
    id: 'xen-pv-planted',
    title: layer.name,
    what: 'A bug on purpose.',
    over: xenPv,
    layers: [layer],
    machine: xenPv.machine,
  });

const bounds = { maxStates: 500_000 };
const kernel = (changes: readonly string[] = []) => ({ release: 'v6.1', with: changes, says: 'Linux 6.1' });

/** @returns the rule that the hypervisor sees broken; otherwise the claim that fails, or how it went */
export async function outcomeOf(spec: ArchSpec, scenario: Scenario, changes: readonly string[] = []): Promise<string> {
  const { counterexample, outcome } = await judgeScenario(spec, scenario, kernel(changes), 'test', bounds);
  const broken = counterexample?.trace.events.at(-1)?.broken[0];
  return broken?.seen?.replace('the hypervisor refuses: ', '') ?? broken?.claim ?? outcome;
}

/** How often a claim of a hook holds. */
export async function frequencyOf(
  spec: ArchSpec,
  hook: string,
  claim: string,
  scenario: Scenario,
): Promise<string | undefined> {
  const { frequencies } = await measureClaims(hook, [spec], [{ scenario, configuration: kernel() }], bounds);
  return frequencies.find((f) => f.claim === claim)?.word;
}

/** One thread a CPU, each in address space 0; `setup` runs on CPU 0, in the address space it names. */
export const story = (
  name: string,
  threads: readonly Does[],
  setup: readonly { readonly mm?: number; readonly does: Does }[] = [],
  mms = 1,
): Scenario => ({
  name,
  title: name,
  cpus: threads.length,
  mms,
  asks: [],
  areas: Array.from({ length: mms }, (_, mm) => ({ mm, from: 0, to: 2, thp: 'never' as const })),
  setup: setup.map((s) => ({ cpu: 0, ...s })),
  threads: threads.map((does, cpu) => ({ name: `T${cpu}`, cpu, runs: 0, does })),
});

export const store = (page: number, token: number): Does =>
  function* (cpu, s) {
    return yield* user_store(cpu, s.page(page), token);
  };

/** A first store: two tables join a pinned tree. */
export const fault = story('fault', [store(0, 1)]);

/** munmap: two tables leave a pinned tree and are freed. */
export const teardown = story(
  'teardown',
  [
    function* (cpu, s) {
      yield* munmap(cpu, s.mm, s.page(0), s.page(2));
    },
  ],
  [{ does: store(0, 1) }],
);

/** exec: another tree is pinned and loaded. */
export const exec = story(
  'exec',
  [
    function* (cpu, s) {
      yield* activate_mm(cpu, s.mm, s.mmOf(1));
    },
  ],
  [
    {
      *does(cpu, s) {
        yield* arch_exit_mmap(cpu, s.mmOf(1));
      },
    },
  ], // the set-up has pinned every tree
  2,
);

/** Fork has copied a tree, which is now pinned, while a walk over the reverse map clears one of its entries. */
export const fork = story(
  'fork',
  [
    function* (cpu, s) {
      yield* arch_dup_mmap(cpu, s.mm, s.mmOf(1));
    },
    function* (cpu, s) {
      const pmdp = yield* mm_find_pmd(cpu, s.mmOf(1), s.page(0));
      if (!pmdp) return;
      const ptep = yield* pte_offset_map_lock(cpu, s.mm, pmdp, s.page(0));
      yield* ptep_get_and_clear(cpu, s.mmOf(1), s.page(0), ptep);
      yield* pte_unlock(cpu, ptep);
    },
  ],
  [
    {
      mm: 1,
      *does(cpu, s) {
        yield* switch_mm(cpu, s.mm, s.mmOf(1));
        yield* user_store(cpu, s.page(0), 1);
        yield* switch_mm(cpu, s.mmOf(1), s.mm);
        yield* arch_exit_mmap(cpu, s.mmOf(1)); // ordinary memory, as fork leaves it
      },
    },
  ],
  2,
);

const leaving = story(
  'exit',
  [
    function* (cpu, s) {
      const pgd = yield* cpu.load(mmCells.pgd(1));
      yield* arch_exit_mmap(cpu, s.mmOf(1));
      yield* pgd_free(cpu, s.mmOf(1), pgd);
    },
    function* (cpu, s) {
      yield* context_switch(cpu, s.mm);
    },
  ],
  [],
  2,
);

/** The last user of address space 1 is gone: its tree is unpinned and freed on CPU 0, while CPU 1 switches away from it. */
export const exit: Scenario = { ...leaving, threads: leaving.threads.map((t, cpu) => ({ ...t, runs: cpu })) };
