/**
 * Laws that hold on every machine of the kind, shown on programs so small that all their ends can be counted by hand: what the threads
 * have seen where everything has ended, in every order that is allowed. A judge of steps in company, beside the table of single steps.
 */
import { describe, expect, test } from '@jest/globals';
import { bareSystem, exploreSync, type BareSystem } from '../../src/testing.ts';
import { perMm, region, type Ref } from '../../src/words/cells.ts';
import { ipiHandler, rcuCallback, type Cpu, type Invalidation } from '../../src/words/cpu.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { pageCells, tableCells } from '../../src/words/objects.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Op } from '@shootdown/explorer';

const [x, y, z, lock] = ['x', 'y', 'z', 'lock'].map((name) => perMm(name)(0)) as [Ref, Ref, Ref, Ref];
const queue = region('queue', ['mm'], { shape: 'record' })(0);
/** What a CPU has seen. */
const seen = region('seen', ['cpu']);
const cells = [x.region, y.region, z.region, lock.region, queue.region, seen];
type Thread = (cpu: Cpu) => Op<unknown>;

/** Values of these cells where everything has ended, in every schedule: each once, in order. */
function ends(refs: readonly Ref[], want: BareSystem): string[] {
  const found = new Set<string>();
  const system = bareSystem({
    ...want,
    cells,
    atEnd: { 'it ends': (value) => found.add(refs.map(value).join(' ')) !== undefined },
  });
  const { outcome, deadlocks } = exploreSync(system, { stopAtFirst: false, maxStates: 1e6 });
  expect({ outcome, deadlocks }).toEqual({ outcome: 'complete', deadlocks: 0 });
  return [...found].sort();
}
const note = (cpu: Cpu, value: number): Op<number> => cpu.xchg(seen(cpu.id), value);

describe('a lock excludes', () => {
  const increment = (enter: (cpu: Cpu) => Op<unknown>, leave: (cpu: Cpu) => Op): Thread =>
    function* (cpu) {
      yield* enter(cpu);
      const was = yield* cpu.load(x);
      yield* cpu.store(x, was + 1);
      yield* leave(cpu);
    };
  const spin = increment(
    (cpu) => cpu.spin_lock(lock),
    (cpu) => cpu.spin_unlock(lock),
  );
  const write = increment(
    (cpu) => cpu.down_write(lock),
    (cpu) => cpu.up_write(lock),
  );
  const read = increment(
    (cpu) => cpu.down_read(lock),
    (cpu) => cpu.up_read(lock),
  );
  test.each<[string, Thread, Thread, string[]]>([
    ['spinlocks exclude each other', spin, spin, ['2']],
    ['writers exclude each other', write, write, ['2']],
    ['a writer waits for a reader, and a reader for a writer', write, read, ['2']],
    ['readers do not exclude each other', read, read, ['1', '2']],
  ])('%s', (_law, first, second, values) => {
    expect(ends([x], { threads: [first, second] })).toEqual(values);
    expect(ends([x], { threads: [first, second], memory: 'tso' })).toEqual(values);
  });

  test('a writer waits for the last of two readers', () => {
    const reader: Thread = function* (cpu) {
      yield* cpu.down_read(lock);
      yield* cpu.add(x, 1);
      yield* cpu.add(x, -1);
      yield* cpu.up_read(lock);
    };
    const writer: Thread = function* (cpu) {
      yield* cpu.down_write(lock);
      yield* note(cpu, yield* cpu.load(x));
      yield* cpu.up_write(lock);
    };
    expect(ends([seen(2)], { threads: [reader, reader, writer] })).toEqual(['0']);
  });

  test('trylock fails beside who holds the lock, and only there', () => {
    const tries: Thread = function* (cpu) {
      if (!(yield* cpu.spin_trylock(lock))) return;
      yield* note(cpu, 1);
      const was = yield* cpu.load(x);
      yield* cpu.store(x, was + 1);
      yield* cpu.spin_unlock(lock);
    };
    // One after the other: both. At once: one of them.
    expect(ends([seen(0), seen(1), x], { threads: [tries, tries] })).toEqual(['0 1 1', '1 0 1', '1 1 2']);
  });
});

describe('atomic operations are atomic', () => {
  test.each<[string, (cpu: Cpu) => Op<unknown>, string[]]>([
    ['add', (cpu) => cpu.add(x, 1), ['2']],
    ['add_return', (cpu) => cpu.add_return(x, 1), ['2']],
    ['inc_not_zero of zero', (cpu) => cpu.inc_not_zero(x), ['0']],
    ['or', (cpu) => cpu.or(x, cpu.id + 1), ['3']],
  ])('%s', (_name, code, values) => expect(ends([x], { threads: [code, code] })).toEqual(values));

  test('of two that exchange one gets what the other left', () => {
    const take: Thread = function* (cpu) {
      yield* note(cpu, yield* cpu.xchg(x, cpu.id + 5));
    };
    expect(ends([seen(0), seen(1), x], { threads: [take, take], start: [[x, 9]] })).toEqual(['6 9 5', '9 5 6']);
  });
  test('of two that compare and exchange one fails', () => {
    const take: Thread = function* (cpu) {
      yield* note(cpu, yield* cpu.cmpxchg(x, 9, cpu.id + 5));
    };
    expect(ends([seen(0), seen(1), x], { threads: [take, take], start: [[x, 9]] })).toEqual(['6 9 6', '9 5 5']);
  });
  test('of two that drop a reference the last one knows', () => {
    const put: Thread = function* (cpu) {
      if (yield* cpu.dec_and_test(x)) yield* note(cpu, 1);
    };
    expect(ends([seen(0), seen(1)], { threads: [put, put], start: [[x, 2]] })).toEqual(['0 1', '1 0']);
  });
  test('what two add to a list is all there, and taken once', () => {
    const add: Thread = (cpu) => cpu.list_add(queue, cpu.id + 5);
    const take: Thread = function* (cpu) {
      yield* note(cpu, 100 * (yield* cpu.list_take(queue)) + (yield* cpu.list_take(queue)));
    };
    expect(ends([seen(2)], { threads: [add, add, take] })).toEqual(['0', '5', '500', '506', '6', '600', '605'].sort());
  });
  test('who waits for bits goes on when the last of them is clear', () => {
    const clear: Thread = function* (cpu) {
      yield* cpu.andnot(x, 1);
      yield* cpu.store(y, 1);
      yield* cpu.andnot(x, 2);
    };
    const wait: Thread = function* (cpu) {
      yield* cpu.wait_clear(x, 3, 'both bits');
      yield* note(cpu, yield* cpu.load(y));
    };
    expect(ends([seen(1)], { threads: [clear, wait], start: [[x, 3]] })).toEqual(['1']);
  });
});

describe('interrupts', () => {
  const look = ipiHandler('look', function* (cpu) {
    yield* cpu.xchg(y, 10 + (yield* cpu.load(x)));
  });
  const send: Thread = (cpu) => cpu.smp_send(1, look, {});
  const masked = (off: (cpu: Cpu) => Op, on: (cpu: Cpu) => Op): Thread =>
    function* (cpu) {
      yield* off(cpu);
      yield* off(cpu);
      yield* cpu.store(x, 1);
      yield* on(cpu);
      yield* cpu.store(x, 0);
      yield* on(cpu);
    };
  test.each<[string, Thread]>([
    [
      'local_irq_restore',
      masked(
        (cpu) => cpu.local_irq_save(),
        (cpu) => cpu.local_irq_restore(),
      ),
    ],
    [
      'hard_irq_enable',
      masked(
        (cpu) => cpu.hard_irq_disable(),
        (cpu) => cpu.hard_irq_enable(),
      ),
    ],
  ])('the inner %s lets no interrupt in', (_name, thread) => {
    expect(ends([y], { threads: [thread, send] })).toEqual(['10']);
    expect(ends([y], { threads: [thread, send], memory: 'tso' })).toEqual(['10']);
  });
  test('elsewhere they come between any two steps', () => {
    const open: Thread = function* (cpu) {
      yield* cpu.store(x, 1);
      yield* cpu.store(x, 0);
    };
    expect(ends([y], { threads: [open, send] })).toEqual(['10', '11']);
  });
  test('who waits finds the handler done; who does not, mostly', () => {
    const call = (wait: boolean): Thread =>
      function* (cpu) {
        yield* wait ? cpu.smp_call_function_many(1, look, {}) : cpu.smp_send(1, look, {});
        yield* note(cpu, yield* cpu.load(y));
      };
    const idle: Thread = function* () {};
    expect(ends([seen(1)], { threads: [idle, call(true)] })).toEqual(['10']);
    expect(ends([seen(1)], { threads: [idle, call(false)] })).toEqual(['0', '10']);
  });
  test('two calls to one CPU are two interrupts', () => {
    const count = ipiHandler('count', (cpu) => cpu.add(y, 1));
    const twice: Thread = function* (cpu) {
      yield* cpu.smp_send(1, count, {});
      yield* cpu.smp_send(1, count, {});
    };
    const once: Thread = (cpu) => cpu.smp_send(1, count, {});
    expect(ends([y], { threads: [function* () {}, twice, once] })).toEqual(['3']);
  });
  test('the code below a handler stands still, other CPUs do not', () => {
    const flicker = ipiHandler('flicker', function* (cpu) {
      yield* cpu.store(x, 1);
      yield* cpu.store(x, 0);
    });
    const watch: Thread = function* (cpu) {
      yield* note(cpu, yield* cpu.load(x));
    };
    expect(ends([seen(0)], { threads: [watch, (cpu) => cpu.smp_send(1, flicker, {})] })).toEqual(['0']);
    expect(ends([seen(1)], { threads: [function* () {}, watch, (cpu) => cpu.smp_send(1, flicker, {})] })).toEqual([
      '0',
      '1',
    ]);
  });
  test('a CPU takes no call to another', () => {
    const who = ipiHandler('who', (cpu) => cpu.or(y, 1 << cpu.id));
    expect(ends([y], { threads: [function* () {}, function* () {}, (cpu) => cpu.smp_send(2, who, {})] })).toEqual([
      '2',
    ]);
  });
});

describe('a grace period waits for every earlier reader', () => {
  /** Reads the pointer, then whether what it points to was freed. */
  const reader = (enter: (cpu: Cpu) => Op, leave: (cpu: Cpu) => Op): Thread =>
    function* (cpu) {
      yield* enter(cpu);
      const pointer = yield* cpu.load(x);
      const freed = yield* cpu.load(y);
      yield* leave(cpu);
      yield* note(cpu, 10 * pointer + freed);
    };
  function* none(): Op {}
  const rcu = reader(
    (cpu) => cpu.rcu_read_lock(),
    (cpu) => cpu.rcu_read_unlock(),
  );
  const irqs = reader(
    (cpu) => cpu.local_irq_save(),
    (cpu) => cpu.local_irq_restore(),
  );
  const nested: Thread = function* (cpu) {
    yield* cpu.rcu_read_lock();
    const pointer = yield* cpu.load(x);
    yield* cpu.rcu_read_lock();
    yield* cpu.rcu_read_unlock();
    yield* cpu.local_irq_save();
    yield* cpu.local_irq_restore();
    const freed = yield* cpu.load(y);
    yield* cpu.rcu_read_unlock();
    yield* note(cpu, 10 * pointer + freed);
  };
  const synchronize: Thread = function* (cpu) {
    yield* cpu.store(x, 0);
    yield* cpu.synchronize_rcu();
    yield* cpu.store(y, 1);
  };
  const free = rcuCallback('free', (cpu) => cpu.store(y, 1));
  const call: Thread = function* (cpu) {
    yield* cpu.store(x, 0);
    yield* cpu.call_rcu(free, {});
  };
  const early = ['0', '1', '10'];
  test.each<[string, Thread, Thread, string[]]>([
    ['synchronize_rcu, rcu_read_lock', rcu, synchronize, early],
    ['synchronize_rcu, interrupts off', irqs, synchronize, early],
    ['synchronize_rcu, sections within a section', nested, synchronize, early],
    ['call_rcu, rcu_read_lock', rcu, call, early],
    ['call_rcu, interrupts off', irqs, call, early],
    ['call_rcu, sections within a section', nested, call, early],
    ['no section is no reader', reader(none, none), synchronize, [...early, '11']],
    ['nor is it for call_rcu', reader(none, none), call, [...early, '11']],
  ])('%s', (_name, thread, updater, values) => {
    expect(ends([seen(0)], { threads: [thread, updater], start: [[x, 1]] })).toEqual(values);
  });
  test('a handler is a reader', () => {
    const handler = ipiHandler('reader', function* (cpu) {
      const pointer = yield* cpu.load(x);
      yield* cpu.xchg(z, 10 * pointer + (yield* cpu.load(y)));
    });
    const send: Thread = (cpu) => cpu.smp_send(1, handler, {});
    expect(ends([z], { threads: [function* () {}, send, synchronize], start: [[x, 1]] })).toEqual(early);
  });
  test('a callback runs once for each call', () => {
    const count = rcuCallback('count', (cpu) => cpu.add(y, 1));
    const twice: Thread = function* (cpu) {
      yield* cpu.call_rcu(count, {});
      yield* cpu.call_rcu(count, {});
    };
    expect(ends([y], { threads: [twice, rcu] })).toEqual(['2']);
  });
});

describe('total store order', () => {
  const go = (...code: ((cpu: Cpu) => Op<unknown>)[]): Thread =>
    function* (cpu) {
      for (const one of code) yield* one(cpu);
    };
  const st = (at: Ref, value: number) => (cpu: Cpu) => cpu.store(at, value);
  const ld = (at: Ref, digit = 1) =>
    function* (cpu: Cpu): Op {
      const value = yield* cpu.load(at);
      yield* cpu.add(seen(cpu.id), digit * value);
    };
  /** Loads two cells, then notes both: an atomic operation in between would be a barrier. */
  const both = (a: Ref, b: Ref): Thread =>
    function* (cpu) {
      const first = yield* cpu.load(a);
      const second = yield* cpu.load(b);
      yield* note(cpu, 10 * first + second);
    };
  const mb = (cpu: Cpu) => cpu.fence('smp_mb');
  test.each<[string, Thread[], Ref[], string[], string[]]>([
    [
      'store buffering',
      [go(st(x, 1), ld(y)), go(st(y, 1), ld(x))],
      [seen(0), seen(1)],
      ['0 1', '1 0', '1 1'],
      ['0 0', '0 1', '1 0', '1 1'],
    ],
    [
      'store buffering with barriers',
      [go(st(x, 1), mb, ld(y)), go(st(y, 1), mb, ld(x))],
      [seen(0), seen(1)],
      ['0 1', '1 0', '1 1'],
      ['0 1', '1 0', '1 1'],
    ],
    [
      'store buffering with one barrier',
      [go(st(x, 1), mb, ld(y)), go(st(y, 1), ld(x))],
      [seen(0), seen(1)],
      ['0 1', '1 0', '1 1'],
      ['0 0', '0 1', '1 0', '1 1'],
    ],
    ['message passing', [go(st(x, 1), st(y, 1)), both(y, x)], [seen(1)], ['0', '1', '11'], ['0', '1', '11']],
    [
      'load buffering',
      [go(ld(x), st(y, 1)), go(ld(y), st(x, 1))],
      [seen(0), seen(1)],
      ['0 0', '0 1', '1 0'],
      ['0 0', '0 1', '1 0'],
    ],
    [
      'two writers, two cells',
      [go(st(x, 1), st(y, 2)), go(st(y, 1), st(x, 2))],
      [x, y],
      ['1 2', '2 1', '2 2'],
      ['1 2', '2 1', '2 2'],
    ],
    ['a CPU sees its own last store', [go(st(x, 1), st(x, 2), ld(x))], [seen(0), x], ['2 2'], ['2 2']],
    [
      'one cell goes forward only',
      [go(st(x, 1), st(x, 2)), both(x, x)],
      [seen(1)],
      ['0', '1', '11', '12', '2', '22'],
      ['0', '1', '11', '12', '2', '22'],
    ],
  ])('%s', (_name, threads, refs, sc, tso) => {
    expect(ends(refs, { threads, memory: 'sc' })).toEqual(sc);
    expect(ends(refs, { threads, memory: 'tso' })).toEqual(tso);
  });
});

describe('the MMU', () => {
  const F0 = F.PRESENT | F.USER | F.WRITE;
  const [PGD, PMDS, PTES] = [1, 2, 3];
  const pte = tableCells.entry(PTES, 0);
  const frame = 8;
  /** cpu1 has an address space with one page, at 0. */
  const start: [Ref, number][] = [
    [tableCells.entry(PGD, 0), mkTable(PMDS)],
    [tableCells.entry(PMDS, 0), mkTable(PTES)],
    [pte, mkLeaf(frame, F0)],
    [hw.root(1), PGD],
  ];
  const touch = (kind: 'read' | 'write'): Thread =>
    function* (cpu) {
      const result = yield* cpu.user_access({ va: 0, kind, token: 7 });
      yield* note(cpu, result === 'done' ? 1 : 2);
    };
  const page: Invalidation = { asid: 0, start: 0, end: 4096, leaves: ['pte', 'pmd'], walkCache: 'none' };

  test('what hardware writes into an entry, or finds cleared, is never both', () => {
    const clear: Thread = function* (cpu) {
      const was = yield* cpu.xchg(pte, 0);
      yield* note(cpu, (was & F.DIRTY) !== 0 ? 1 : 0);
    };
    // The store was made: then the entry that was taken out is dirty. Or it came too late, and faults.
    expect(ends([seen(0), seen(1), pageCells.data(frame)], { threads: [clear, touch('write')], start })).toEqual([
      '0 2 0',
      '1 1 7',
    ]);
  });
  test('clearing in two steps loses what hardware writes in between', () => {
    const clear: Thread = function* (cpu) {
      const was = yield* cpu.load(pte);
      yield* cpu.store(pte, 0);
      yield* note(cpu, (was & F.DIRTY) !== 0 ? 1 : 0);
    };
    expect(ends([seen(0), seen(1), pageCells.data(frame)], { threads: [clear, touch('write')], start })).toEqual([
      '0 1 7',
      '0 2 0',
      '1 1 7',
    ]);
  });

  const late = (flush: (cpu: Cpu) => Op, memory: 'sc' | 'tso' = 'sc') =>
    ends([z], {
      memory,
      start,
      threads: [
        function* (cpu) {
          yield* cpu.xchg(pte, 0);
          yield* flush(cpu);
          yield* cpu.xchg(x, 1);
        },
        function* (cpu) {
          for (let i = 0; i < 2; i++) {
            const gone = yield* cpu.load(x);
            const result = yield* cpu.user_access({ va: 0, kind: 'read', token: 0 });
            if (gone === 1 && result === 'done') yield* cpu.xchg(z, 1);
          }
        },
      ],
    });
  const kick = ipiHandler('flush', (cpu) => cpu.flush_local(page));
  test.each<[string, (cpu: Cpu) => Op, string[]]>([
    ['no flush leaves a translation in use', function* () {}, ['0', '1']],
    ['a flush of its own CPU alone too', (cpu) => cpu.flush_local(page), ['0', '1']],
    ['a broadcast that is not waited for too', (cpu) => cpu.tlbi_broadcast(page), ['0', '1']],
    ['an interrupt that is not waited for too', (cpu) => cpu.smp_send(2, kick, {}), ['0', '1']],
    [
      'after a broadcast and its sync nobody uses it',
      function* (cpu) {
        yield* cpu.tlbi_broadcast(page);
        yield* cpu.tlbi_sync('dsb');
      },
      ['0'],
    ],
    ['after an interrupt that was waited for nobody uses it', (cpu) => cpu.smp_call_function_many(2, kick, {}), ['0']],
    [
      'an invalidation of another page is none',
      function* (cpu) {
        yield* cpu.tlbi_broadcast({ ...page, start: 4096, end: 8192 });
        yield* cpu.tlbi_sync('dsb');
      },
      ['0', '1'],
    ],
    [
      'an invalidation of huge pages is none',
      function* (cpu) {
        yield* cpu.tlbi_broadcast({ ...page, leaves: ['pmd'] });
        yield* cpu.tlbi_sync('dsb');
      },
      ['0', '1'],
    ],
  ])('%s', (_name, flush, values) => expect(late(flush)).toEqual(values));

  test('who remembers the way to a table goes there until that is invalidated', () => {
    const upper = tableCells.entry(PMDS, 0);
    const other = tableCells.entry(4, 0);
    /** The table is exchanged for another, which maps the other frame; then the old one maps nothing any more. */
    const exchange = (walkCache: 'none' | 'range' | 'all'): Thread =>
      function* (cpu) {
        yield* cpu.xchg(upper, mkTable(4));
        yield* cpu.tlbi_broadcast({ ...page, walkCache });
        yield* cpu.tlbi_sync('dsb');
        yield* cpu.xchg(x, 1);
      };
    const user: Thread = function* (cpu) {
      yield* cpu.user_access({ va: 0, kind: 'read', token: 0 });
      const gone = yield* cpu.load(x);
      yield* cpu.user_access({ va: 4096, kind: 'write', token: 7 });
      if (gone === 1) yield* note(cpu, 1);
    };
    const both: [Ref, number][] = [
      ...start,
      [tableCells.entry(PTES, 1), mkLeaf(frame + 1, F0)],
      [other, mkLeaf(frame + 2, F0)],
      [tableCells.entry(4, 1), mkLeaf(frame + 3, F0)],
    ];
    const found = (walkCache: 'none' | 'range' | 'all') =>
      ends([seen(1), pageCells.data(frame + 1)], { threads: [exchange(walkCache), user], start: both }).includes('1 7');
    expect([found('none'), found('range'), found('all')]).toEqual([true, false, false]);
  });
});
