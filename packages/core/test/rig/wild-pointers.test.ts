/** Code under test may compute any address. One where nothing is breaks a claim that every story asks: it ends no search by a mistake. */
import { describe, expect, test } from '@jest/globals';
import { exploreSync, judgeScenario, MAX_STATES, replay, rig, watches } from '../../src/testing.ts';
import {
  get_user_pages_fast_only,
  khugepaged_collapse,
  mm_find_pmd,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { Ablation, type Synchronising } from '../../src/machine/ablation.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { F, frameOf, mkLeaf, mkTable, POISON, tableOf, type Entry } from '../../src/words/entry.ts';
import { currentCells, entryRef, pageCells, tableCells, type PteSlot } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario, Story } from '../../src/workload/scenario.ts';
import { storeBeside, toyArch, v6_1 } from './toy-arch.ts';

type Does = (cpu: Cpu, s: Story) => Op<unknown>;
const claim = watches.find((w) => w.breach === 'wild-pointer')!.claim;
const alone = (does: Does): Scenario => ({
  ...storeBeside('dontneed'),
  cpus: 1,
  threads: [{ name: 'A', cpu: 0, runs: 0, does }],
});
/** What breaks where this code runs alone, and what the report says was seen. */
function told(does: Does): { claims: string[]; seen: string; outcome: string } {
  const { system } = rig(toyArch(), alone(does), v6_1);
  const found = exploreSync(system, { stopAtFirst: true, maxStates: 1e4 });
  const [first] = found.violations;
  const last = first && replay(system, first.schedule).events.at(-1);
  return { claims: found.violations.map((v) => v.claim), seen: last?.broken[0]?.seen ?? '', outcome: found.outcome };
}

/** The PMD that leads to page 0, and the PTE that maps it. */
function* entries(cpu: Cpu, s: Story): Op<{ pmd: Entry; pte: Entry; ptep: PteSlot }> {
  const pmdp = yield* mm_find_pmd(cpu, s.mm, 0);
  const pmd = yield* cpu.read_entry(pmdp!);
  const ptep: PteSlot = { level: 'pte', table: tableOf(pmd), index: 0 };
  const pte = yield* cpu.read_entry(ptep);
  return { pmd, pte, ptep };
}
/** Puts an entry where page 0 is mapped, and forgets its translation. */
function* maps(cpu: Cpu, s: Story, entry: Entry): Op {
  const { ptep } = yield* entries(cpu, s);
  yield* cpu.store(entryRef(ptep), entry);
  yield* cpu.flush_local({ asid: s.mm.id, start: 0, end: s.hugePageSize, leaves: ['pte', 'pmd'], walkCache: 'all' });
}
const usable = F.PRESENT | F.USER | F.ACCESSED;

/** What code does, and what the report says of it. */
const kinds: Readonly<Record<string, [Does, RegExp]>> = {
  'a leaf is taken for a page table': [
    function* (cpu, s) {
      const { pte } = yield* entries(cpu, s);
      yield* cpu.load(tableCells.entry(tableOf(pte), 0));
    },
    /P\d+ is no page table/,
  ],
  'the lock of a page table that is none is taken': [
    function* (cpu, s) {
      const { pte } = yield* entries(cpu, s);
      yield* cpu.spin_lock(tableCells.ptl(tableOf(pte)));
    },
    /^ptl.*P\d+ is no page table/,
  ],
  'a lock that is none is given back': [
    function* (cpu) {
      yield* cpu.spin_unlock(tableCells.ptl(-3));
    },
    /P3 is no page table/,
  ],
  'a page table is taken for a page': [
    function* (cpu, s) {
      const { pmd } = yield* entries(cpu, s);
      yield* cpu.inc_not_zero(pageCells.refcount(frameOf(pmd)));
    },
    /T\d+ is no page/,
  ],
  'a null table is read': [
    function* (cpu) {
      yield* cpu.read_entry({ level: 'pte', table: tableOf(0), index: 0 });
    },
    /null pointer/,
  ],
  'the word of a freed table is followed': [
    function* (cpu) {
      yield* cpu.read_lockless({ level: 'pte', table: tableOf(POISON), index: 0 });
    },
    /null pointer/,
  ],
  'a null page is used': [
    function* (cpu) {
      yield* cpu.store(pageCells.data(frameOf(0)), 1);
    },
    /null pointer/,
  ],
  'an entry behind the end of its table is written': [
    function* (cpu, s) {
      const { ptep } = yield* entries(cpu, s);
      yield* cpu.xchg(entryRef({ ...ptep, index: 99 }), 0);
    },
    /there is no entry 99/,
  ],
  'another CPU is meant than there are': [
    function* (cpu) {
      yield* cpu.load(currentCells.mm(77));
    },
    /there is no cpu 77/,
  ],
  'a page is freed that is none': [
    function* (cpu) {
      yield* cpu.free_pages(999);
    },
    /there is no page 999/,
  ],
  'a table is freed that is none': [
    function* (cpu) {
      yield* cpu.free_table(999);
    },
    /there is no table 999/,
  ],
  'the root register gets a table that is none': [
    function* (cpu) {
      yield* cpu.write_root(999, 0);
    },
    /there is no table 999/,
  ],
  'user code reaches a frame that is none': [
    function* (cpu, s) {
      yield* maps(cpu, s, mkLeaf(999, usable));
      yield* user_load(cpu, 0);
    },
    /there is no page 999/,
  ],
  'a walk that runs ahead does not make it a page': [
    function* (cpu, s) {
      yield* maps(cpu, s, mkLeaf(999, usable));
      yield* cpu.speculate(0);
      yield* user_load(cpu, 0);
    },
    /there is no page 999/,
  ],
  'the hardware finds a table where only a leaf can be': [
    function* (cpu, s) {
      yield* maps(cpu, s, mkTable(3));
      yield* user_load(cpu, 0);
    },
    /T3 is no page/,
  ],
};

describe('a pointer that leads nowhere breaks a claim', () => {
  test.each(Object.entries(kinds))('%s', (_what, [does, says]) => {
    const { claims, seen } = told(does);
    expect(claims).toEqual([claim]);
    expect(seen).toMatch(says);
  });
});

test('after it the code does not go on, and nobody else is held up', () => {
  const { system } = rig(
    toyArch(),
    alone(function* (cpu) {
      yield* cpu.load(tableCells.life(999));
      yield* cpu.bug_on(true, 'it went on');
    }),
    v6_1,
  );
  const found = exploreSync(system, { stopAtFirst: false, maxStates: 1e4 });
  expect(found.violations.map((v) => v.claim)).toEqual([claim]);
  expect(found.deadlock).toBeUndefined();
});

test('no address that no table leads to is one for user code: it gets a fault, and the area says no', () => {
  const { claims, outcome } = told(function* (cpu, s) {
    const how = yield* user_store(cpu, 64 * s.hugePageSize, 1);
    yield* cpu.bug_on(how !== 'SIGSEGV', 'a store to nowhere is refused');
  });
  expect([claims, outcome]).toEqual([[], 'complete']);
});

test('a walk that goes on without its lock, into a huge page that came meanwhile, is a verdict', async () => {
  const story: Scenario = {
    ...storeBeside('collapse'),
    cpus: 3,
    asks: [],
    threads: [
      {
        name: 'G',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
        },
      },
      {
        name: 'U',
        cpu: 1,
        runs: 0,
        *does(cpu, s) {
          yield* user_store(cpu, s.page(1), 9);
        },
      },
      {
        name: 'K',
        cpu: 2,
        runs: 'kernel',
        *does(cpu, s) {
          yield* khugepaged_collapse(cpu, s.mm, 0);
        },
      },
    ],
  };
  const leftOut: readonly { in: string; step: Synchronising }[] = [
    { in: 'do_user_addr_fault', step: 'lock' },
    { in: 'handle_pte_fault', step: 're-check' },
  ];
  for (const site of leftOut) {
    const verdict = await judgeScenario(toyArch(), story, v6_1, 'v6.1', {
      maxStates: MAX_STATES,
      ablation: new Ablation(site),
    });
    expect(['clean', 'violates']).toContain(verdict.outcome);
  }
});
