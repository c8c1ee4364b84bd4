/** Locks of address spaces and of rmap: who holds them for writing keeps out who holds them for reading, and a story breaks where that is not so. */
import { expect, test } from '@jest/globals';
import { Ablation } from '../../src/machine/ablation.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { madvise_dontneed, mm_find_pmd, move_pages, munmap, user_store } from '../../src/kernel/index.ts';
import { get_page, put_page, trylock_page, unlock_page } from '../../src/kernel/page.ts';
import { pte_lock, pte_unlock } from '../../src/kernel/pgtable.ts';
import { watches, type Scenario } from '../../src/testing.ts';
import { frameOf, mapsPage, tableOf } from '../../src/words/entry.ts';
import { HPAGE_PMD_NR } from '../../src/words/geometry.ts';
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
    expect(await judged(scenario, 'folio_lock_anon_vma_read')).toBe('violates'); // while it takes entries out
    expect(await judged(scenario, 'rmap_walk')).toBe('violates'); // while it puts them back
  },
  PATIENCE,
);

/** Who holds the lock of a page that is mapped finds it mapped by the same entry as long as it holds it. */
const holder = (how: { readonly unlocks: 'early' | 'late'; readonly mustSucceed: boolean }): Does =>
  function* (cpu, s) {
    const pmdp = yield* mm_find_pmd(cpu, s.mm, s.page(1));
    const pmd = yield* cpu.read_entry(pmdp!);
    const ptep = { level: 'pte', table: tableOf(pmd), index: 1 % HPAGE_PMD_NR(cpu.geometry) } as const;
    yield* pte_lock(cpu, ptep);
    const before = yield* cpu.read_entry(ptep);
    const page = frameOf(before);
    if (mapsPage(before)) yield* get_page(cpu, page);
    yield* pte_unlock(cpu, ptep);
    if (!mapsPage(before)) return;
    const locked = yield* trylock_page(cpu, page);
    yield* cpu.bug_on(!locked && how.mustSucceed, 'the page is locked by somebody else');
    if (!locked) return yield* put_page(cpu, page);
    const held = yield* cpu.read_entry(ptep);
    if (how.unlocks === 'early') yield* unlock_page(cpu, page);
    const later = yield* cpu.read_entry(ptep);
    yield* cpu.bug_on(held === before && later !== held, 'the page was moved while it was locked');
    if (how.unlocks === 'late') yield* unlock_page(cpu, page);
    yield* put_page(cpu, page);
  };

test(
  'trylock_page fails while a page is moved, and who has locked a page keeps it from being moved',
  async () => {
    const beside = (how: Parameters<typeof holder>[0]): Promise<string> => judged(story(move, holder(how)));
    expect(await beside({ unlocks: 'late', mustSucceed: false })).toBe('clean');
    expect(await beside({ unlocks: 'early', mustSucceed: false })).toBe('violates');
    expect(await beside({ unlocks: 'late', mustSucceed: true })).toBe('violates');
  },
  PATIENCE,
);
