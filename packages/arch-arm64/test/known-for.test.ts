/** What arm64 is known for: a flush is a broadcast, and nobody is interrupted. */
import { describe, expect, test } from '@jest/globals';
import {
  get_user_pages_fast_only,
  judgeScenario,
  khugepaged_collapse,
  measureClaims,
  munmap,
  sentenceOfBreach,
  user_load,
  user_store,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import arches, { arm64 } from '../src/index.ts';

type Does = Scenario['threads'][number]['does'];
const v6_1: Configuration = { release: 'v6.1', says: 'Linux 6.1' };
const TABLE_UAF = sentenceOfBreach('table-uaf');

const bothPages: Does = function* (cpu, s) {
  yield* user_store(cpu, s.page(0), 1);
  return yield* user_store(cpu, s.page(1), 2);
};
const bothLoads: Does = function* (cpu, s) {
  yield* user_load(cpu, s.page(0));
  return yield* user_load(cpu, s.page(1));
};
const collapse: Does = function* (cpu, s) {
  return yield* khugepaged_collapse(cpu, s.mm, 0);
};
const unmap: Does = function* (cpu, s) {
  return yield* munmap(cpu, s.mm, s.page(0), s.page(2));
};
const gupFast: Does = function* (cpu, s) {
  return yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
};

const beside = (name: string, a: Does, b: Does, more: Partial<Scenario> = {}): Scenario => ({
  name,
  title: name,
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 1, does: bothPages }],
  asks: [],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does: a },
    { name: 'B', cpu: 1, runs: 0, does: b },
  ],
  ...more,
});

describe.each(arches.map((arch) => [arch.id, arch] as const))('%s', (_id, arch) => {
  test('collapse may return while a walker is still in the old table, and interrupts nobody', async () => {
    const { frequencies } = await measureClaims(
      'pmdp_collapse_flush',
      [arch],
      [{ scenario: beside('gup', collapse, gupFast), configuration: v6_1 }],
      { maxStates: 1_000_000 },
    );
    const word = (claim: string): string | undefined => frequencies.find((f) => f.claim === claim)?.word;
    expect(word('lockless walkers of the old table have left')).toBe('sometimes');
    expect(word('the other CPUs were interrupted')).toBe('never');
    expect(word('no CPU remembers the way to the old table')).toBe('always');
  });
});

describe('a full batch of tables that goes to RCU without a flush', () => {
  const story = beside('batch', unmap, bothLoads, { numbers: { MAX_TABLE_BATCH: 1 }, asks: [TABLE_UAF] });
  const judge = async (configuration: Configuration): Promise<string> =>
    (await judgeScenario(arm64, story, configuration, 'x', { maxStates: 1_000_000 })).outcome;

  test('did no harm while each unhooked table was flushed for by itself', async () => {
    expect(await judge({ release: 'v4.14', says: 'Linux 4.14' })).toBe('clean');
  });
  test('would do harm with the hooks that came after', async () => {
    expect(
      await judge({
        release: 'v4.14',
        without: ['arm64_free_hooks_flush'],
        says: 'Linux 4.14 with the hooks of 4.20',
      }),
    ).toBe('violates');
  });
});
