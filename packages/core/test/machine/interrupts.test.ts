/** Who waits for whom: interrupts, broadcasts, grace periods. */
import { describe, expect, test } from '@jest/globals';
import { bareSystem, exploreSync, type BareSystem } from '../../src/testing.ts';
import { TLB_FLUSH_ALL } from '../../src/words/address.ts';
import { perMm } from '../../src/words/cells.ts';
import { ipiHandler, rcuCallback, type Cpu } from '../../src/words/cpu.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { pageCells, tableCells } from '../../src/words/objects.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Op } from '@shootdown/explorer';

const inside = perMm('inside')(0);
const caught = perMm('caught')(0);
const cells = [inside.region, caught.region];
const run = (want: BareSystem) => exploreSync(bareSystem({ cells, ...want }), { stopAtFirst: false, maxStates: 1e6 });
const nobodyCaught = {
  'the updater never catches the reader inside': (value: (at: typeof caught) => number) => value(caught) === 0,
};

/** A section with interrupts off (or under RCU) that says when it is inside. */
const section = (enter: (cpu: Cpu) => Op, leave: (cpu: Cpu) => Op) =>
  function* (cpu: Cpu): Op {
    yield* enter(cpu);
    yield* cpu.store(inside, 1);
    yield* cpu.store(inside, 0);
    yield* leave(cpu);
  };
const irqOff = section(
  (cpu) => cpu.local_irq_save(),
  (cpu) => cpu.local_irq_restore(),
);

/** Waits by `wait` if the reader was inside when it looked, and looks whether that same section is still under way. */
const updater = (wait: (cpu: Cpu) => Op) =>
  function* (cpu: Cpu): Op {
    const before = yield* cpu.load(inside);
    if (before === 0) return;
    yield* wait(cpu);
    const after = yield* cpu.load(inside);
    if (after !== 0) yield* cpu.store(caught, 1);
  };

describe('a section with interrupts off', () => {
  test('holds up an interrupt that is waited for', () => {
    const kick = ipiHandler('kick');
    expect(
      run({ threads: [irqOff, updater((cpu) => cpu.smp_call_function_many(3, kick, {}))], atEnd: nobodyCaught })
        .violations,
    ).toEqual([]);
  });
  test('does not hold up an interrupt that nobody waits for', () => {
    const kick = ipiHandler('kick');
    expect(
      run({ threads: [irqOff, updater((cpu) => cpu.smp_send(3, kick, {}))], atEnd: nobodyCaught }).violations,
    ).toHaveLength(1);
  });
  test('does not hold up a broadcast, waited for or not', () => {
    const what = { asid: -1, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' } as const;
    function* broadcast(cpu: Cpu): Op {
      yield* cpu.tlbi_broadcast(what);
      yield* cpu.tlbi_sync('dsb');
    }
    expect(run({ threads: [irqOff, updater(broadcast)], atEnd: nobodyCaught }).violations).toHaveLength(1);
  });
  test('holds up a grace period', () => {
    expect(run({ threads: [irqOff, updater((cpu) => cpu.synchronize_rcu())], atEnd: nobodyCaught }).violations).toEqual(
      [],
    );
  });
});

test('an RCU reader that begins after call_rcu does not hold up its callback', () => {
  const freed = perMm('freed')(0);
  const callback = rcuCallback('free', function* (cpu) {
    yield* cpu.store(freed, 1);
  });
  const early = section(
    (cpu) => cpu.rcu_read_lock(),
    (cpu) => cpu.rcu_read_unlock(),
  );
  const found = run({
    cells: [...cells, freed.region],
    threads: [
      early,
      function* (cpu: Cpu): Op {
        yield* cpu.call_rcu(callback, {});
      },
    ],
    atEnd: { 'the callback has run': (value) => value(freed) === 1 },
  });
  // The reader may begin first (the callback waits) or last (it does not): both end.
  expect(found).toMatchObject({ outcome: 'complete', violations: [], deadlocks: 0 });
});

test('a handler runs on its target while the code below it waits', () => {
  const handler = ipiHandler('count', function* (cpu) {
    yield* cpu.store(inside, 1);
    yield* cpu.store(inside, 0);
  });
  const found = run({
    threads: [
      function* (cpu: Cpu): Op {
        const now = yield* cpu.load(inside);
        if (now !== 0) yield* cpu.store(caught, 1);
      },
      function* (cpu: Cpu): Op {
        yield* cpu.smp_call_function_many(1, handler, {});
      },
    ],
    atEnd: { 'the thread never sees its own handler half done': (value) => value(caught) === 0 },
  });
  expect(found.violations).toEqual([]);
});

test('two CPUs that interrupt each other with interrupts off wait for ever', () => {
  const kick = ipiHandler('kick');
  function* rude(cpu: Cpu): Op {
    yield* cpu.local_irq_save();
    yield* cpu.smp_call_function_many(3, kick, {});
    yield* cpu.local_irq_restore();
  }
  const found = run({ threads: [rude, rude] });
  expect(found.deadlock?.stuck.map((s) => s.process)).toEqual(['cpu0', 'cpu1']);
});

test('a deadlock by two locks is found', () => {
  const a = perMm('a')(0);
  const b = perMm('b')(0);
  const both = (first: typeof a, second: typeof a) =>
    function* (cpu: Cpu): Op {
      yield* cpu.spin_lock(first);
      yield* cpu.spin_lock(second);
      yield* cpu.spin_unlock(second);
      yield* cpu.spin_unlock(first);
    };
  expect(run({ cells: [a.region, b.region], threads: [both(a, b), both(b, a)] }).deadlock?.schedule).toHaveLength(2);
  expect(run({ cells: [a.region, b.region], threads: [both(a, b), both(a, b)] }).deadlocks).toBe(0);
});

describe('translations', () => {
  /** T1 -> T2 -> T3, whose entry 0 maps P8. */
  const tree = [
    [tableCells.entry(1, 0), mkTable(2)],
    [tableCells.entry(2, 0), mkTable(3)],
    [tableCells.entry(3, 0), mkLeaf(8, F.PRESENT | F.WRITE | F.USER)],
    [hw.root(0), 1],
    [pageCells.life(8), 1],
  ] as const;
  const store = { va: 0, kind: 'write', token: 5 } as const;

  test('a store sets accessed and dirty in the entry, and reaches the page', () => {
    const found = run({
      start: tree,
      threads: [
        function* (cpu: Cpu): Op {
          yield* cpu.user_access(store);
        },
      ],
      atEnd: {
        'the entry is dirty': (value) =>
          value(tableCells.entry(3, 0)) === mkLeaf(8, F.PRESENT | F.WRITE | F.USER | F.ACCESSED | F.DIRTY),
        'the page holds it': (value) => value(pageCells.data(8)) === 5,
      },
    });
    expect(found.violations).toEqual([]);
  });

  test('a translation stays in the TLB after its entry is cleared, until it is invalidated', () => {
    const cleared = (flush: (cpu: Cpu) => Op) =>
      run({
        start: tree,
        threads: [
          function* (cpu: Cpu): Op {
            yield* cpu.user_access(store);
            yield* cpu.user_access({ ...store, token: 6 });
          },
          function* (cpu: Cpu): Op {
            yield* cpu.xchg(tableCells.entry(3, 0), 0);
            yield* flush(cpu);
            const data = yield* cpu.load(pageCells.data(8));
            yield* cpu.store(inside, data);
          },
        ],
        atEnd: { 'nothing is stored after the flush': (value) => value(inside) === value(pageCells.data(8)) },
      });
    const what = { asid: 0, start: 0, end: 4096, leaves: ['pte'], walkCache: 'none' } as const;
    function* none(): Op {}
    function* unwaited(cpu: Cpu): Op {
      yield* cpu.tlbi_broadcast(what);
    }
    function* waited(cpu: Cpu): Op {
      yield* cpu.tlbi_broadcast(what);
      yield* cpu.tlbi_sync('dsb');
    }
    const claim = ['nothing is stored after the flush'];
    expect(cleared(none).violations.map((v) => v.claim)).toEqual(claim);
    expect(cleared(unwaited).violations.map((v) => v.claim)).toEqual(claim);
    expect(cleared(waited).violations).toEqual([]);
  });
});
