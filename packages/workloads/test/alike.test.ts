/** Two CPUs that pin a page by the same code, on the real hooks: who is which is left out, and the verdict is the same. */
import { describe, expect, test } from '@jest/globals';
import {
  get_user_pages_fast_only,
  judgeScenario,
  khugepaged_collapse,
  user_store,
  watches,
  type ArchSpec,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import { ALL_REDUCTIONS, byFrames, exploreSync, rig, type Exploration, type Reductions } from '@shootdown/core/testing';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';

const archs = [...x86, ...xen, ...arm64, ...ppc64];

const pins: Scenario['threads'][number]['does'] = function* (cpu, s) {
  yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
};
const scenario: Scenario = {
  name: 'two-pins',
  title: 'Two CPUs pin a page while khugepaged rebuilds the range.',
  cpus: 4,
  quiet: true,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [
    {
      cpu: 0,
      does: function* (cpu, s) {
        yield* user_store(cpu, s.page(0), 1);
        yield* user_store(cpu, s.page(1), 2);
      },
    },
  ],
  threads: [
    {
      name: 'U',
      cpu: 0,
      runs: 0,
      does: function* (cpu, s) {
        yield* user_store(cpu, s.page(1), 3);
      },
    },
    {
      name: 'K',
      cpu: 1,
      runs: 'kernel',
      does: function* (cpu, s) {
        yield* khugepaged_collapse(cpu, s.mm, 0);
      },
    },
    { name: 'G0', cpu: 2, runs: 0, does: pins },
    { name: 'G1', cpu: 3, runs: 0, does: pins },
  ],
  asks: watches.filter(({ breach }) => breach === 'page-uaf' || breach === 'stale-pin').map(({ claim }) => claim),
};
const BEFORE: Configuration = { release: 'v5.8', says: 'Linux 5.8' };
const AFTER: Configuration = { release: 'v6.1', says: 'Linux 6.1' };

const says = ({ outcome, violations, deadlocks }: Exploration): unknown => [
  outcome,
  violations.map(({ claim }) => claim).sort(),
  deadlocks > 0,
];

const explore = (arch: ArchSpec, story: Scenario, configuration: Configuration, reduce: Reductions): Exploration =>
  exploreSync(rig(arch, story, configuration).system, { stopAtFirst: false, maxStates: 500_000, reduce }, byFrames());
/** With everybody told apart, and with CPUs alike. */
const both = (
  arch: ArchSpec,
  configuration: Configuration,
  reduce: Reductions,
): [told: Exploration, alike: Exploration] => [
  explore(arch, scenario, configuration, { ...reduce, symmetry: false }),
  explore(arch, scenario, configuration, { ...reduce, symmetry: true }),
];

describe.each(archs.map((arch) => [arch.id, arch] as const))('%s', (_id, arch) => {
  test.each([
    ['before', BEFORE],
    ['after', AFTER],
  ] as const)(
    '%s the fix',
    (_when, configuration) => {
      const [told, alike] = both(arch, configuration, ALL_REDUCTIONS);
      expect(alike.symmetryRejected).toBeUndefined();
      expect(says(alike)).toEqual(says(told));
      // Who sleeps decides where runs of moves end, and so which states are kept, otherwise in one than in the other.
      const [all, few] = both(arch, configuration, { ...ALL_REDUCTIONS, sleep: false });
      expect(few.states).toBeLessThan(0.7 * all.states);
    },
    60_000,
  );
});

test('where the kernel asks CPUs one by one who is running, while the hypervisor stops them, they are not alike, and the verdict says so', async () => {
  const { quiet: _, ...story } = scenario;
  const idle: typeof pins = function* (cpu) {
    yield* cpu.fence('smp_mb');
  };
  const one: Scenario = {
    ...story,
    threads: story.threads.map((thread) => (thread.name === 'U' ? { ...thread, does: idle } : thread)),
  };
  const pvFlush = archs.find(({ id }) => id === 'x86-64-pv-flush')!;
  expect(explore(pvFlush, one, AFTER, ALL_REDUCTIONS).symmetryRejected).toMatch(/^the inferred symmetry/);
  const { evidence } = await judgeScenario(pvFlush, one, AFTER, 'after', { maxStates: 500_000 });
  expect(evidence.unlike).toMatch(/^the inferred symmetry of G0 .+ does not hold: .+$/);
}, 60_000);
