/** What powerpc is known for: walkers that take a huge PMD for a PTE, and who waits for them. */
import { describe, expect, test } from '@jest/globals';
import {
  get_user_pages_fast_only,
  handle_mm_fault,
  judgeScenario,
  khugepaged_collapse,
  madvise_dontneed,
  madvise_free,
  measureClaims,
  task_numa_work,
  user_store,
  type ArchSpec,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import arches, { hash, radix } from '../src/index.ts';

type Does = Scenario['threads'][number]['does'];
const v6_1: Configuration = { release: 'v6.1', says: 'Linux 6.1' };
const WRONG_TYPE = 'no walker takes a page table for a leaf, or anything else for a page table';
const LOST = 'no user store is lost';

const store = (n: number, token: number): Does =>
  function* (cpu, s) {
    return yield* user_store(cpu, s.page(n), token);
  };
const dontneed = (from: number, to: number): Does =>
  function* (cpu, s) {
    return yield* madvise_dontneed(cpu, s.mm, s.page(from), s.page(to));
  };
const collapse: Does = function* (cpu, s) {
  return yield* khugepaged_collapse(cpu, s.mm, 0);
};
const gupFast: Does = function* (cpu, s) {
  return yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
};
const walk: Does = function* (cpu, s) {
  return yield* s.archOperation('read_user_stack')(cpu, s.mm, s.page(0));
};
/** Brings pages in as mlock does: nothing is hashed. */
const populate: Does = function* (cpu, s) {
  yield* handle_mm_fault(cpu, s.area(0), s.page(0), 'write');
  yield* handle_mm_fault(cpu, s.area(0), s.page(1), 'write');
  return undefined;
};

const story = (
  name: string,
  thp: 'always' | 'never',
  setup: Does,
  threads: readonly Does[],
  asks: readonly string[],
): Scenario => ({
  name,
  title: name,
  cpus: threads.length,
  areas: [{ from: 0, to: 2, thp }],
  setup: [{ cpu: 0, does: setup }],
  asks,
  threads: threads.map((does, cpu) => ({ name: `T${cpu}`, cpu, runs: 0, does })),
});
const judge = async (arch: ArchSpec, scenario: Scenario, configuration: Configuration = v6_1): Promise<string> =>
  (await judgeScenario(arch, scenario, configuration, 'x', { maxStates: 2_000_000 })).outcome;

test.each([
  ['ppc64-radix', radix, 'sometimes'],
  ['ppc64-hash', hash, 'always'],
] as const)('%s: when collapse returns, walkers have left the old table: %3$s', async (_id, arch, word) => {
  const scenario = story('gup', 'never', populate, [collapse, gupFast], []);
  const { frequencies } = await measureClaims('pmdp_collapse_flush', [arch], [{ scenario, configuration: v6_1 }], {
    maxStates: 1_000_000,
  });
  expect(frequencies.find((f) => f.claim === 'lockless walkers of the old table have left')?.word).toBe(word);
});

describe.each(arches.map((arch) => [arch.id, arch] as const))(
  '%s: a walker holds a pointer to a huge PMD',
  (_id, arch) => {
    const split = story('split', 'always', store(0, 1), [dontneed(0, 1), walk], [WRONG_TYPE]);

    test('while it is split: until 5.7 the split waits', async () =>
      expect(await judge(arch, split, { release: 'v4.14', says: 'Linux 4.14' })).toBe('clean'));
    test('while it is split: since 5.8 the walker looks twice', async () =>
      expect(await judge(arch, split)).toBe('clean'));
    test('while it is split: one of the two is needed', async () => {
      expect(await judge(arch, split, { release: 'v6.1', without: ['ppc_walkers_validate'], says: 'neither' })).toBe(
        'violates',
      );
    });
    test('while it is split: waiting does not help against a walker with interrupts on', async () => {
      expect(
        await judge(arch, split, {
          release: 'v4.0',
          with: ['ppc_walker_leaves_interrupts_on'],
          says: 'Linux 4.0, a walker like that of KVM',
        }),
      ).toBe('violates');
    });
  },
);

describe('a hash fault that still has the old table', () => {
  const first = story('hash fault', 'never', populate, [store(1, 5), collapse], [LOST]);
  test('is waited for by collapse', async () => expect(await judge(hash, first)).toBe('clean'));
  test('would lose a store if it were not', async () => {
    expect(
      await judge(hash, first, {
        release: 'v6.1',
        with: ['hash_collapse_without_serialize'],
        says: 'no wait',
      }),
    ).toBe('violates');
  });
});

// MADV_FREE writes back what it read before; 4.12 changed protections so, too. What hash faults note in an entry must not come along.
describe('an entry that is written anew while a hash fault works on it is not busy for ever', () => {
  const twice: Does = function* (cpu, s) {
    yield* user_store(cpu, s.page(1), 5);
    return yield* user_store(cpu, s.page(1), 6);
  };
  const free: Does = function* (cpu, s) {
    return yield* madvise_free(cpu, s.mm, 0, s.hugePageSize);
  };
  const numa: Does = function* (cpu, s) {
    return yield* task_numa_work(cpu, s.mm, 0, s.hugePageSize);
  };
  test('by MADV_FREE', async () =>
    expect(await judge(hash, story('free', 'always', populate, [twice, free], []))).toBe('clean'));
  test('by NUMA balancing', async () => {
    expect(
      await judge(hash, story('numa', 'always', populate, [store(1, 5), numa], []), {
        release: 'v4.13',
        says: 'Linux 4.13',
      }),
    ).toBe('clean');
  });
});

test('radix removes a huge translation before a fault may bring small ones', async () => {
  const refault = story(
    'refault',
    'always',
    store(0, 1),
    [dontneed(0, 2), store(1, 2)],
    ['pmdp_huge_get_and_clear_full: the PMD is none'],
  );
  const often = async (configuration: Configuration): Promise<string | undefined> => {
    const { frequencies } = await measureClaims(
      'pmdp_huge_get_and_clear_full',
      [radix],
      [{ scenario: refault, configuration }],
      { maxStates: 1_000_000 },
    );
    return frequencies.find((f) => f.claim === 'no TLB holds the huge translation')?.word;
  };
  expect(await often(v6_1)).toBe('always');
  expect(
    await often({
      release: 'v5.8',
      with: ['radix_zap_leaves_huge_translation'],
      says: 'before 75358ea359e7',
    }),
  ).not.toBe('always');
});
