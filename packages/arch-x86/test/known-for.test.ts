/** What x86 is known for: a flush is an interrupt that is waited for. */
import { describe, expect, test } from '@jest/globals';
import {
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  judgeScenario,
  measureClaims,
  sentenceOfBreach,
  user_load,
  user_store,
  type ArchSpec,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import { enter_lazy_tlb, switch_mm } from '@shootdown/core/plugin';
import { x86, x86Invlpgb, x86Paravirt, x86PvFlush } from '../src/index.ts';

type Does = Scenario['threads'][number]['does'];
const v6_1: Configuration = { release: 'v6.1', says: 'Linux 6.1' };
const lazySpared: Configuration = {
  release: 'v6.1',
  with: ['x86_flush_range_spares_lazy_cpus'],
  says: 'before January 2025',
};

const bothPages: Does = function* (cpu, s) {
  yield* user_store(cpu, s.page(0), 1);
  return yield* user_store(cpu, s.page(1), 2);
};
const collapse: Does = function* (cpu, s) {
  return yield* khugepaged_collapse(cpu, s.mm, 0);
};
const dontneed: Does = function* (cpu, s) {
  return yield* madvise_dontneed(cpu, s.mm, s.page(0), s.page(2));
};
const gupFast: Does = function* (cpu, s) {
  return yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
};
const nothing: Does = function* () {
  return undefined;
};

/** cpu 0 changes the two pages while cpu 1 does something. */
const beside = (name: string, a: Does, b: Does): Scenario => ({
  name,
  title: name,
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: bothPages }],
  asks: [],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does: a },
    { name: 'B', cpu: 1, runs: 0, does: b },
  ],
});
/** The same, and cpu 1 has used the pages and runs a kernel thread now. */
const besideLazy = (name: string, a: Does): Scenario => {
  const scenario = beside(name, a, nothing);
  const setup: Scenario['setup'] = [
    ...scenario.setup,
    {
      cpu: 1,
      *does(cpu, s) {
        yield* switch_mm(cpu, undefined, s.mm);
        yield* user_load(cpu, s.page(0));
        yield* enter_lazy_tlb(cpu, s.mm);
        return undefined;
      },
    },
  ];
  return { ...scenario, setup, threads: [scenario.threads[0]!, { name: 'B', cpu: 1, runs: 'kernel', does: nothing }] };
};

async function howOften(
  arch: ArchSpec,
  hook: string,
  claim: string,
  scenario: Scenario,
  configuration = v6_1,
): Promise<string | undefined> {
  const { frequencies } = await measureClaims(hook, [arch], [{ scenario, configuration }], { maxStates: 1_000_000 });
  return frequencies.find((f) => f.claim === claim)?.word;
}

describe.each([x86, x86Paravirt].map((arch) => [arch.id, arch] as const))('%s: a flush interrupts', (_id, arch) => {
  test('when collapse has detached a table, walkers without locks have left it', async () => {
    expect(
      await howOften(
        arch,
        'pmdp_collapse_flush',
        'lockless walkers of the old table have left',
        beside('gup', collapse, gupFast),
      ),
    ).toBe('always');
  });

  test('a zap does not interrupt a lazy CPU, a collapse does', async () => {
    expect(await howOften(arch, 'tlb_flush', 'the other CPUs were interrupted', besideLazy('zap', dontneed))).toBe(
      'never',
    );
    expect(
      await howOften(arch, 'pmdp_collapse_flush', 'the other CPUs were interrupted', besideLazy('collapse', collapse)),
    ).toBe('always');
  });

  test('until January 2025 a collapse did not either', async () => {
    expect(
      await howOften(
        arch,
        'pmdp_collapse_flush',
        'the other CPUs were interrupted',
        besideLazy('collapse', collapse),
        lazySpared,
      ),
    ).toBe('never');
  });
});

test('only a kernel with PARAVIRT interrupts once more before the old table is used again', async () => {
  const interrupted = (arch: ArchSpec): Promise<string | undefined> =>
    howOften(arch, 'tlb_remove_table_sync_one', 'the other CPUs were interrupted', beside('gup', collapse, gupFast));
  expect(await interrupted(x86)).toBe('never');
  expect(await interrupted(x86Paravirt)).toBe('always');
});

describe.each([x86PvFlush, x86Invlpgb].map((arch) => [arch.id, arch] as const))(
  '%s: a flush may interrupt nobody',
  (_id, arch) => {
    test('a collapse leaves walkers without locks in the old table', async () => {
      expect(
        await howOften(
          arch,
          'pmdp_collapse_flush',
          'lockless walkers of the old table have left',
          beside('gup', collapse, gupFast),
        ),
      ).toBe('sometimes');
    });

    test('so it interrupts once more afterwards, whoever was put aside', async () => {
      expect(
        await howOften(
          arch,
          'tlb_remove_table_sync_one',
          'the other CPUs were interrupted',
          beside('gup', collapse, gupFast),
        ),
      ).toBe('always');
    });
  },
);

test('a guest interrupts the CPUs that the host has not put aside; INVLPGB interrupts none', async () => {
  const interrupted = (arch: ArchSpec): Promise<string | undefined> =>
    howOften(arch, 'pmdp_collapse_flush', 'the other CPUs were interrupted', beside('collapse', collapse, nothing));
  expect(await interrupted(x86PvFlush)).toBe('sometimes');
  expect(await interrupted(x86Invlpgb)).toBe('never');
});

/** cpu 1 runs a kernel thread, remembers the way to the table, and runs ahead; cpu 0 takes the table out, deposits and frees it. */
const collapseUnderLazyCpu: Scenario = {
  ...besideLazy('collapse and zap', function* (cpu, s) {
    yield* collapse(cpu, s);
    return yield* dontneed(cpu, s);
  }),
  asks: [sentenceOfBreach('table-uaf')],
};
const runsAhead: Does = function* (cpu, s) {
  return yield* cpu.speculate(s.page(1));
};
const underLazyCpu: Scenario = {
  ...collapseUnderLazyCpu,
  threads: [collapseUnderLazyCpu.threads[0]!, { name: 'B', cpu: 1, runs: 'kernel', does: runsAhead }],
};

test.each([
  [x86, 'violates'],
  [x86Paravirt, 'violates'],
  [x86PvFlush, 'violates'],
  [x86Invlpgb, 'clean'],
] as const)(
  'until January 2025 a lazy CPU could walk a table that collapse had freed; a broadcast reaches it',
  async (arch, before) => {
    const judge = async (configuration: Configuration): Promise<string> =>
      (await judgeScenario(arch, underLazyCpu, configuration, 'test', { maxStates: 2_000_000 })).outcome;
    expect([await judge(lazySpared), await judge(v6_1)]).toEqual([before, 'clean']);
  },
);
