/** Locks of address spaces and of rmap: who holds them for writing keeps out who holds them for reading, and a story breaks where that is not so. */
import { expect, test } from '@jest/globals';
import { Ablation } from '../../src/machine/ablation.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { madvise_dontneed, move_pages, munmap, user_store } from '../../src/kernel/index.ts';
import { watches, type Scenario } from '../../src/testing.ts';
import { toyArch, v6_1 } from '../rig/toy-arch.ts';

type Does = Scenario['threads'][number]['does'];
const unmap: Does = function* (cpu, s) {
  yield* munmap(cpu, s.mm, 0, s.page(2));
};
const zap: Does = function* (cpu, s) {
  yield* madvise_dontneed(cpu, s.mm, 0, s.page(1));
};
const move: Does = function* (cpu, s) {
  yield* move_pages(cpu, s.mm, s.page(1));
};
/** Two pages that are mapped, and two threads. */
const story = (first: Does, second: Does): Scenario => ({
  name: 'locks',
  title: 'one unmaps what the other works on',
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  asks: watches.map(({ claim }) => claim),
  pool: { frames: 16, tables: 8 },
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        for (const n of [0, 1]) yield* user_store(cpu, s.page(n), n + 1);
      },
    },
  ],
  threads: [
    { name: 'A', cpu: 0, runs: 0, does: first },
    { name: 'B', cpu: 1, runs: 0, does: second },
  ],
});
/** Outcome of a story in which one function takes none of its locks; in which all do, without one. */
const judged = async (scenario: Scenario, without?: string): Promise<string> => {
  const ablation = without === undefined ? {} : { ablation: new Ablation({ in: without, step: 'lock' }) };
  return (await judgeScenario(toyArch(), scenario, v6_1, 'v6.1', { maxStates: 1e5, ...ablation })).outcome;
};

/** Two dozen searches on a busy machine. */
const PATIENCE = 60_000;

test(
  'munmap (mmap_lock for writing) waits for MADV_DONTNEED (for reading), and it for munmap',
  async () => {
    const scenario = story(unmap, zap);
    expect(await judged(scenario)).toBe('clean');
    expect(await judged(scenario, '__vm_munmap')).toBe('violates');
    expect(await judged(scenario, 'do_madvise')).toBe('violates');
  },
  PATIENCE,
);

test(
  'a walk from a page to its entries (anon_vma for reading) keeps munmap from freeing the tables it is in',
  async () => {
    const scenario = story(move, unmap);
    expect(await judged(scenario)).toBe('clean');
    expect(await judged(scenario, 'unlink_anon_vmas')).toBe('violates');
    expect(await judged(scenario, 'unmap_and_move')).toBe('violates');
  },
  PATIENCE,
);
