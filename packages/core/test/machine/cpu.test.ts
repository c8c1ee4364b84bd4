/** What code on a CPU may do: which steps each method makes, and which it does not. */
import { describe, expect, test } from '@jest/globals';
import { LOCAL_STATE, type Op } from '@shootdown/explorer';
import { Ablation, type Synchronising } from '../../src/machine/ablation.ts';
import type { SimCpu } from '../../src/machine/cpu.ts';
import { hw } from '../../src/machine/hardware.ts';
import { alone, type Alone } from '../../src/testing.ts';
import type { Layer } from '../../src/arch/layer.ts';
import { pte_needs_flush } from '../../src/contract/hooks/index.ts';
import { perCpu, perMm, perTable } from '../../src/words/cells.ts';
import { ipiHandler, rcuCallback, type Cpu } from '../../src/words/cpu.ts';
import { F, mkLeaf } from '../../src/words/entry.ts';
import { entryRef, mmCells, pageCells, tableCells } from '../../src/words/objects.ts';
import type { MachineSpec } from '../../src/words/spec.ts';
import { machine as plain, Toy, toyArch } from '../rig/toy-arch.ts';

const [word, other, queue] = [perMm('word'), perCpu('other'), perMm('queue', 'record')];
const PAGE = 4096;
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const slot = { level: 'pte', table: 2, index: 1 } as const;
const archOf = (more: Partial<MachineSpec> = {}) =>
  toyArch({ machine: { ...plain, cells: [word, other, queue], ...more } });
const run = (code: Alone['code'], more: Partial<Alone> = {}) => alone({ arch: archOf(), code, ...more });
const does = (code: Alone['code'], more: Partial<Alone> = {}): readonly string[] => run(code, more).does;
const gives = (code: Alone['code'], more: Partial<Alone> = {}): unknown => run(code, more).gives;

describe('what code asks without a step', () => {
  test('numbers, and on which side of one an amount is', () => {
    const found = run(
      function* (cpu) {
        return [
          cpu.number('N'),
          [3, 4].map((amount) => cpu.exceeds('N', amount)),
          [2, 3].map((amount) => cpu.reaches('N', amount)),
          [3, 4].map((amount) => cpu.reaches('N', amount, (number) => number('N') + 1)),
        ];
      },
      { numbers: { N: 3 } },
    );
    expect(found).toMatchObject({ does: [], gives: [3, [false, true], [false, true], [false, true]] });
  });
  test('options, CPUs, areas, and where it is', () => {
    const found = run(function* (cpu) {
      const inside = yield* cpu.within('f', function* () {
        yield* cpu.store(word(0), 1);
        return [cpu.inside('f'), cpu.inside('g'), [...cpu.stack]];
      });
      return [
        inside,
        cpu.inside('f'),
        cpu.config('HAVE_FAST_GUP'),
        cpu.config('MMU_GATHER_PAGE_SIZE'),
        cpu.online,
        cpu.vmas.length,
      ];
    });
    expect(found.gives).toEqual([[true, false, ['f']], false, true, false, 0b111, 1]);
  });
});

describe('what a CPU remembers of the code on it', () => {
  const state = (code: (cpu: SimCpu) => Op<unknown>): unknown =>
    gives(function* (cpu) {
      yield* code(cpu);
      return structuredClone(cpu[LOCAL_STATE]);
    });
  test('call stack, locks, sections', () => {
    expect(
      gives(function* (cpu) {
        return yield* cpu.within('f', function* () {
          yield* cpu.spin_lock(mmCells.mmap_lock(0));
          yield* cpu.local_irq_save();
          yield* cpu.rcu_read_lock();
          return structuredClone(cpu[LOCAL_STATE]);
        });
      }),
    ).toEqual([['f'], [{ lock: expect.any(Number), mode: 'held' }], ['local_irq_save', 'rcu_read_lock']]);
  });
  test('nothing once all is given back', () => {
    expect(
      state(function* (cpu) {
        yield* cpu.down_read(mmCells.mmap_lock(0));
        yield* cpu.down_write(mmCells.page_table_lock(0));
        yield* cpu.hard_irq_disable();
        yield* cpu.up_write(mmCells.page_table_lock(0));
        yield* cpu.up_read(mmCells.mmap_lock(0));
        yield* cpu.hard_irq_enable();
        yield* cpu.rcu_read_lock();
        yield* cpu.rcu_read_unlock();
      }),
    ).toEqual([[], [], []]);
  });
  test('the locks that are left when one is given back', () => {
    const held = gives(function* (cpu) {
      yield* cpu.spin_lock(mmCells.mmap_lock(0));
      yield* cpu.spin_lock(mmCells.page_table_lock(0));
      yield* cpu.spin_unlock(mmCells.mmap_lock(0));
      return (structuredClone(cpu[LOCAL_STATE]) as unknown[])[1];
    });
    expect(held).toEqual([{ lock: expect.any(Number), mode: 'held' }]);
  });
  test('the hook it is in, and not longer', () => {
    class Says implements Layer {
      *pte_needs_flush(cpu: Cpu): Op<boolean> {
        yield* cpu.store(word(0), 1);
        return cpu.inside('pte_needs_flush');
      }
    }
    const found = alone({
      arch: toyArch({ machine: archOf().machine, layers: [Toy, Says] }),
      *code(cpu) {
        const inside = yield* pte_needs_flush(cpu, 0, 0);
        return [inside, [...cpu.stack]];
      },
    });
    expect(found).toMatchObject({ does: ['store word[0] 1'], gives: [true, []] });
  });
  test('a lock that was tried for is held where that went well', () => {
    const tried = (first: boolean): unknown =>
      state(function* (cpu) {
        if (!first) yield* cpu.store(mmCells.page_table_lock(0), 1);
        yield* cpu.spin_trylock(mmCells.page_table_lock(0));
      });
    expect(tried(true)).toEqual([[], [{ lock: expect.any(Number), mode: 'held' }], []]);
    expect(tried(false)).toEqual([[], [], []]);
  });
  test('nothing when its code is begun again', () => {
    expect(
      gives(function* (cpu) {
        return yield* cpu.within('f', function* () {
          yield* cpu.spin_lock(mmCells.mmap_lock(0));
          yield* cpu.rcu_read_lock();
          cpu.restart();
          return structuredClone(cpu[LOCAL_STATE]);
        });
      }),
    ).toEqual([[], [], []]);
  });
  test('that it is lost, and nothing else, until it is begun again', () => {
    expect(
      gives(function* (cpu) {
        const first = cpu.load(entryRef({ ...slot, table: 99 })).next().value;
        const lost = cpu[LOCAL_STATE];
        const second = cpu.load(word(0)).next().value;
        cpu.restart();
        return [
          (first as { kind: string }).kind,
          lost,
          (second as { kind: string }).kind,
          structuredClone(cpu[LOCAL_STATE]),
        ];
      }),
    ).toEqual(['wild', 'lost', 'bound', [[], [], []]]);
  });
  const leavingOut = (step: Synchronising): Partial<Alone> => {
    const ablation = new Ablation({ in: 'the thread', step });
    ablation.arm();
    return { ablation };
  };
  const [one, two] = [mmCells.mmap_lock(0), mmCells.page_table_lock(0)];
  test('what was left out, until its other half comes', () => {
    const states = gives(function* (cpu) {
      yield* cpu.spin_lock(one);
      yield* cpu.spin_lock(two);
      const both = structuredClone(cpu[LOCAL_STATE]) as unknown[];
      yield* cpu.spin_unlock(one);
      const inner = structuredClone(cpu[LOCAL_STATE]) as unknown[];
      yield* cpu.spin_unlock(two);
      const none = structuredClone(cpu[LOCAL_STATE]) as unknown[];
      yield* cpu.spin_lock(one);
      cpu.restart();
      const again = structuredClone(cpu[LOCAL_STATE]) as unknown[];
      return [both, inner, none, again].map((state) => state[3]);
    }, leavingOut('lock')) as unknown[][];
    expect(states.map((leftOut) => leftOut.length)).toEqual([2, 1, 0, 0]);
  });
  test('of what it left out neither half is made, in whatever order', () => {
    expect(
      does(function* (cpu) {
        yield* cpu.spin_lock(one);
        yield* cpu.spin_lock(two);
        yield* cpu.spin_unlock(one);
        yield* cpu.spin_unlock(two);
      }, leavingOut('lock')),
    ).toEqual([]);
  });
  test('entries that it read, where it may be told of them again', () => {
    const seen = (step: Synchronising): unknown =>
      gives(function* (cpu) {
        yield* cpu.read_entry(slot);
        const before = (structuredClone(cpu[LOCAL_STATE]) as unknown[])[4];
        cpu.restart();
        return [before, (structuredClone(cpu[LOCAL_STATE]) as unknown[])[4]];
      }, leavingOut(step));
    expect(seen('re-check')).toEqual([[[expect.any(Number), 0]], []]);
    expect(seen('lock')).toEqual([[], []]);
  });
});

describe('what must be balanced', () => {
  const lock = mmCells.mmap_lock(0);
  test.each<[string, Alone['code'], string]>([
    ['an unlock', (cpu) => cpu.spin_unlock(lock), 'makes spin_unlock of mm0.mmap_lock, which it does not hold'],
    [
      'the end of reading',
      (cpu) => cpu.up_read(lock),
      'makes up_read of mm0.mmap_lock, which it does not hold for reading',
    ],
    [
      'the end of writing',
      (cpu) => cpu.up_write(lock),
      'makes up_write of mm0.mmap_lock, which it does not hold for writing',
    ],
    [
      'the end of writing by a reader',
      function* (cpu) {
        yield* cpu.down_read(lock);
        yield* cpu.up_write(lock);
      },
      'makes up_write of mm0.mmap_lock, which it does not hold for writing',
    ],
    [
      'another lock',
      function* (cpu) {
        yield* cpu.spin_lock(mmCells.page_table_lock(0));
        yield* cpu.spin_unlock(mmCells.page_table_lock(1));
      },
      'makes spin_unlock of mm1.page_table_lock, which it does not hold',
    ],
    ['interrupts on', (cpu) => cpu.local_irq_restore(), 'makes local_irq_restore without local_irq_save'],
    ['interrupts on in the CPU', (cpu) => cpu.hard_irq_enable(), 'makes hard_irq_enable without hard_irq_disable'],
    ['the end of an RCU section', (cpu) => cpu.rcu_read_unlock(), 'makes rcu_read_unlock without rcu_read_lock'],
    [
      'the outer of two ways to turn interrupts off',
      function* (cpu) {
        yield* cpu.local_irq_save();
        yield* cpu.hard_irq_disable();
        yield* cpu.local_irq_restore();
      },
      'makes local_irq_restore before it has undone hard_irq_disable, which came after local_irq_save',
    ],
  ])('%s', (_what, code, says) => expect(does(code).at(-1)).toBe(`unbalanced (${says})`));

  test('RCU may end anywhere', () => {
    expect(
      does(function* (cpu) {
        yield* cpu.rcu_read_lock();
        yield* cpu.local_irq_save();
        yield* cpu.rcu_read_unlock();
        yield* cpu.rcu_read_lock();
        yield* cpu.local_irq_restore();
        yield* cpu.rcu_read_unlock();
      }),
    ).toEqual([
      'rcu_read_lock',
      'local_irq_save',
      'rcu_read_unlock',
      'rcu_read_lock',
      'local_irq_restore',
      'rcu_read_unlock',
    ]);
  });
});

describe('other CPUs', () => {
  const handler = ipiHandler('handler', (cpu, info) => cpu.store(other(cpu.id), info['n'] as number));
  const callback = rcuCallback('callback', (cpu, info) => cpu.store(word(0), info['n'] as number));
  test('a call goes to those of the mask that are online, not to its own', () => {
    expect(does((cpu) => cpu.smp_call_function_many(0b11011, handler, { n: 7 }))).toEqual([
      'ipi.send to {1} handler {n:7}',
      'cpu1: irq.enter -> 3',
      'cpu1: store other[1] 7',
      'cpu1: irq.exit 0',
      'ipi.wait for {1} (every target of handler has run it)',
    ]);
  });
  test('to nobody it is no step', () => {
    expect(does((cpu) => cpu.smp_call_function_many(0b1001, handler, {}))).toEqual([]);
  });
  test('what is handed over is what it was then', () => {
    const info = { n: 1 };
    expect(
      does(function* (cpu) {
        yield* cpu.smp_send(0b10, handler, info);
        info.n = 2;
        yield* cpu.smp_wait(0b10, 'done');
      })[2],
    ).toBe('cpu1: store other[1] 1');
  });
  test('a callback runs after a grace period', () => {
    expect(does((cpu) => cpu.call_rcu(callback, { n: 5 }))).toEqual([
      'call_rcu callback {n:5}',
      expect.stringMatching(/^cpu3: rcu.invoke/),
      'cpu3: store word[0] 5',
    ]);
  });
  test('synchronize_rcu asks, then waits', () => {
    expect(does((cpu) => cpu.synchronize_rcu())).toEqual([
      'rcu.sync',
      'rcu.wait (readers that existed when it began have left)',
    ]);
  });
});

test('counts that reach zero, and counts that are zero', () => {
  expect(
    gives(function* (cpu) {
      yield* cpu.store(word(0), 2);
      const first = yield* cpu.dec_and_test(word(0));
      const taken = yield* cpu.inc_not_zero(word(0));
      const second = yield* cpu.dec_and_test(word(0));
      const last = yield* cpu.dec_and_test(word(0));
      const none = yield* cpu.inc_not_zero(word(0));
      return [first, taken, second, last, none];
    }),
  ).toEqual([false, true, false, true, false]);
});

describe('records in queues', () => {
  test('come out in order, and none after the last', () => {
    expect(
      gives(function* (cpu) {
        yield* cpu.queue_add(queue(0), { n: 1 });
        yield* cpu.queue_add(queue(0), { n: 2 });
        const first = yield* cpu.queue_take(queue(0));
        const second = yield* cpu.queue_take(queue(0));
        const none = yield* cpu.queue_take(queue(0));
        return [first, second, none ?? 'none'];
      }),
    ).toEqual([{ n: 1 }, { n: 2 }, 'none']);
  });
});

describe('the MMU', () => {
  test('a root of its own', () => {
    const arch = archOf({
      *write_root(cpu, table, asid) {
        yield* cpu.store(word(0), 100 * table + asid);
      },
    });
    expect(does((cpu) => cpu.write_root(2, 1), { arch })).toEqual(['store word[0] 201']);
    expect(does((cpu) => cpu.load_root(2, 1), { arch })).toEqual(['mmu.root 2 1']);
  });
  test('no root; a root that is no table', () => {
    expect(does((cpu) => cpu.write_root(0, 1))).toEqual(['mmu.root 0 1']);
    expect(does((cpu) => cpu.write_root(99, 1))).toEqual([expect.stringMatching(/^wild/)]);
  });
  const access = { va: PAGE, kind: 'write', token: 7 } as const;
  const stale: Alone['given'] = [
    [hw.root(0), 1],
    [hw.tlb(0, 0, 0, 1), mkLeaf(5, USED & ~F.WRITE & ~F.DIRTY)],
  ];
  test('a right that is missing: a fault without a walk, where the machine may', () => {
    const arch = archOf({ insufficientRights: { does: 'faults', faultForgets: false } });
    const found = run((cpu) => cpu.user_access(access), { arch, given: stale });
    expect([found.does.length, found.gives]).toEqual([1, 'fault']);
  });
  test('a machine that does not walk is told why', () => {
    const told: string[] = [];
    const arch = archOf({
      insufficientRights: { does: 'faults', faultForgets: false },
      *translate(cpu, { va }, miss) {
        told.push(miss);
        yield* cpu.access_fault({ ...access, va });
        return 'fault';
      },
    });
    expect(gives((cpu) => cpu.user_access(access), { arch, given: stale })).toBe('fault');
    expect(gives((cpu) => cpu.user_access({ ...access, va: 2 * PAGE }), { arch, given: stale })).toBe('fault');
    expect(told).toEqual(['not permitted', 'not remembered']);
    expect(does((cpu) => cpu.speculate(PAGE), { arch, given: stale })).toEqual([]);
  });
  test('invalidations reach who they are for', () => {
    const what = { asid: 0, start: 0, end: PAGE, leaves: ['pte'], walkCache: 'none' } as const;
    expect(does((cpu) => cpu.tlbi_broadcast(what))[0]).toBe('tlb.broadcast asid 0 pages 0..1 pte ways:none to {0 1 2}');
    expect(does((cpu) => cpu.tlbi_broadcast(what, 0b11010))[0]).toBe(
      'tlb.broadcast asid 0 pages 0..1 pte ways:none to {1}',
    );
  });
  test('an access through what somebody else has found sets no flag', () => {
    expect(does((cpu) => cpu.access_done({ ...access, kind: 'read' }, 'pte', mkLeaf(5, USED)))).toEqual([
      `mmu.finish ${PAGE} 0 7 0 ${mkLeaf(5, USED)} 0 -> 1`,
    ]);
  });
  test('an access through an entry that maps no frame', () => {
    expect(does((cpu) => cpu.access_done({ ...access, kind: 'read' }, 'pte', mkLeaf(999, USED)))).toEqual([
      expect.stringMatching(/^wild/),
    ]);
  });
});

describe('memory', () => {
  test('frames and tables come from a pool, and it ends', () => {
    const all = run(function* (cpu) {
      for (let n = 0; n < 100; n++) yield* cpu.alloc_pages(0);
    });
    expect(all.does.at(-1)).toMatch(/^bound \(cpu0 has no frames left of its 8/);
    const tables = run(function* (cpu) {
      for (let n = 0; n < 100; n++) yield* cpu.alloc_table('pte');
    });
    expect(tables.does.at(-1)).toMatch(/^bound \(cpu0 has no tables left of its 4/);
  });
  test('what was taken is given back', () => {
    const found = run(function* (cpu) {
      const page = yield* cpu.alloc_pages(0);
      const table = yield* cpu.alloc_table('pte');
      yield* cpu.free_pages(page);
      yield* cpu.free_table(table);
      return [page, table];
    });
    const [page, table] = found.gives as [number, number];
    expect(page).toBeGreaterThan(0);
    expect(table).toBeGreaterThan(0);
    expect(found.does.map((line) => line.split(' ')[0])).toEqual([
      'page.alloc',
      'table.alloc',
      'page.free',
      'table.free',
    ]);
  });
  test('frames and tables that do not exist are not freed', () => {
    for (const code of [(cpu: SimCpu) => cpu.free_pages(999), (cpu: SimCpu) => cpu.free_table(99)])
      expect(does(code)).toEqual([expect.stringMatching(/^wild/)]);
  });
  test('who went through a pointer that leads nowhere does not go on', () => {
    const found = run(function* (cpu) {
      yield* cpu.load(entryRef({ ...slot, table: 99 }));
    });
    expect(found.does).toEqual(['wild (entry[99][1]: there is no table 99)']);
    for (const code of [
      (cpu: SimCpu) => cpu.spin_lock(tableCells.ptl(0)),
      (cpu: SimCpu) => cpu.spin_unlock(tableCells.ptl(99)),
      (cpu: SimCpu) => cpu.spin_trylock(tableCells.ptl(-3)),
      (cpu: SimCpu) => cpu.store(pageCells.refcount(0), 1),
      (cpu: SimCpu) => cpu.store(entryRef({ ...slot, table: 99 }), 1),
    ])
      expect(does(code)).toEqual([expect.stringMatching(/^wild/)]);
  });
});

describe('a write that the hardware may refuse', () => {
  const readOnly = perTable('read only', 'flag');
  const refusing = (rule: number): Partial<Alone> => ({
    arch: archOf({
      cells: [word, other, queue, readOnly],
      writeTrap: {
        readOnly,
        rules: ['the first', 'the second'],
        judge: (_value, _table, how) => (how === 'freed' ? 1 : rule),
      },
    }),
    given: [
      [readOnly(2), 1],
      [entryRef(slot), mkLeaf(5, USED)],
      [tableCells.life(2), 1],
      [word(0), -1],
    ],
  });
  test('is refused by its rule', () => {
    expect(does((cpu) => cpu.store(entryRef(slot), 0), refusing(1)).at(-1)).toBe('refused (the first)');
    expect(does((cpu) => cpu.xchg(entryRef(slot), 0), refusing(2)).at(-1)).toBe('refused (the second)');
    expect(does((cpu) => cpu.free_table(2), refusing(2)).at(-1)).toBe('refused (the first)');
  });
  test('or made, and gives what was there', () => {
    const found = run((cpu) => cpu.xchg(entryRef(slot), 0), refusing(0));
    expect([found.does.length, found.gives]).toEqual([1, mkLeaf(5, USED)]);
    expect(gives((cpu) => cpu.xchg(entryRef({ ...slot, table: 3 }), 7), refusing(1))).toBe(0);
  });
  test('a number below 0 elsewhere is no refusal', () => {
    expect(gives((cpu) => cpu.xchg(word(0), 3), refusing(1))).toBe(-1);
    expect(gives((cpu) => cpu.xchg(word(0), 3), { given: [[word(0), -1]] })).toBe(-1);
  });
});

describe('verdicts', () => {
  test('a bug, where there is one', () => {
    expect(does((cpu) => cpu.bug_on(true, 'it is wrong'))).toEqual(['bug (it is wrong)']);
    expect(does((cpu) => cpu.bug_on(false, 'it is wrong'))).toEqual([]);
  });
  test('a refusal, where a rule is broken', () => {
    expect(does((cpu) => cpu.refuse_if(true, 'a rule'))).toEqual(['refused (a rule)']);
    expect(does((cpu) => cpu.refuse_if(false, 'a rule'))).toEqual([]);
  });
  test('giving up, with a text or a limit', () => {
    expect(does((cpu) => cpu.give_up('enough'))).toEqual(['bound (enough)']);
    expect(does((cpu) => cpu.give_up({ says: 'a limit' } as never))).toEqual(['bound (a limit)']);
  });
  test('a note is a step where somebody follows it', () => {
    expect(does((cpu) => cpu.note({ kind: 'ghost.pin', frame: 5 } as never))).toEqual([
      'ghost.pin {kind:ghost.pin frame:5}',
    ]);
  });
});

describe('a synchronising step that is left out', () => {
  const handler = ipiHandler('handler');
  const callback = rcuCallback('callback', (cpu) => cpu.store(word(0), 5));
  const lock = mmCells.mmap_lock(0);
  const what = { asid: 0, start: 0, end: PAGE, leaves: ['pte'], walkCache: 'none' } as const;
  const cases: readonly (readonly [Synchronising, (cpu: SimCpu) => Op<unknown>, readonly string[]])[] = [
    ['fence', (cpu) => cpu.fence('smp_mb'), []],
    ['flush', (cpu) => cpu.flush_local(what), []],
    ['flush', (cpu) => cpu.tlbi_broadcast(what), []],
    ['flush-wait', (cpu) => cpu.tlbi_sync('dsb'), []],
    ['kick', (cpu) => cpu.smp_send(0b10, handler, {}), []],
    ['kick-wait', (cpu) => cpu.smp_wait(0b10, 'done'), []],
    ['wait', (cpu) => cpu.wait_clear(word(0), 1, 'clear'), []],
    ['grace-period', (cpu) => cpu.synchronize_rcu(), []],
    ['grace-period', (cpu) => cpu.call_rcu(callback, {}), ['store word[0] 5']],
    [
      'lock',
      function* (cpu) {
        yield* cpu.down_write(lock);
        yield* cpu.store(word(0), 1);
        yield* cpu.up_write(lock);
      },
      ['store word[0] 1'],
    ],
    [
      'irq-off',
      function* (cpu) {
        yield* cpu.local_irq_save();
        yield* cpu.store(word(0), 1);
        yield* cpu.local_irq_restore();
      },
      ['store word[0] 1'],
    ],
    [
      'irq-off',
      function* (cpu) {
        yield* cpu.hard_irq_disable();
        yield* cpu.hard_irq_enable();
      },
      [],
    ],
    [
      'rcu-read',
      function* (cpu) {
        yield* cpu.rcu_read_lock();
        yield* cpu.rcu_read_unlock();
      },
      [],
    ],
  ];
  const armed = (step: Synchronising, where: string): Ablation => {
    const ablation = new Ablation({ in: where, step });
    ablation.arm();
    return ablation;
  };
  test.each(cases.map(([step, code, left], i) => [`${i}: ${step}`, step, code, left] as const))(
    '%s',
    (_name, step, code, left) => {
      const inside = (cpu: SimCpu) => cpu.within('f', () => code(cpu));
      expect(does(inside, { ablation: armed(step, 'f') })).toEqual(left);
      // Elsewhere it is made, and so it is by code in no function.
      expect(does(inside, { ablation: armed(step, 'g') })).toEqual(does(inside));
      expect(does((cpu) => code(cpu), { ablation: armed(step, 'the thread') })).toEqual(left);
    },
  );
  test('a lock that does not exist is no lock to leave out', () => {
    for (const code of [
      (cpu: SimCpu) => cpu.spin_lock(tableCells.ptl(0)),
      (cpu: SimCpu) => cpu.spin_unlock(tableCells.ptl(0)),
    ])
      expect(does(code, { ablation: armed('lock', 'the thread') })).toEqual([expect.stringMatching(/^wild/)]);
  });
  test('an inner lock is given back where the outer one is left out', () => {
    const inner: Alone['code'] = (cpu) =>
      cpu.within('f', function* () {
        yield* cpu.spin_lock(lock);
        yield* cpu.within('g', function* () {
          yield* cpu.spin_lock(mmCells.page_table_lock(0));
          yield* cpu.spin_unlock(mmCells.page_table_lock(0));
        });
        yield* cpu.spin_unlock(lock);
      });
    expect(does(inner, { ablation: armed('lock', 'f') })).toEqual([
      'spin_lock page_table_lock[0]',
      'spin_unlock page_table_lock[0]',
    ]);
    expect(does(inner, { ablation: armed('lock', 'g') })).toEqual([
      'spin_lock mmap_lock[0]',
      'spin_unlock mmap_lock[0]',
    ]);
  });
  const entry: Alone['given'] = [[entryRef(slot), mkLeaf(5, USED)]];
  const twice: Alone['code'] = (cpu) =>
    cpu.within('f', function* () {
      const first = yield* cpu.read_entry(slot);
      const second = yield* cpu.read_lockless(slot);
      return [first, second];
    });
  test('a re-check is what was read before', () => {
    const found = run(twice, { given: entry, ablation: armed('re-check', 'f') });
    expect(found.does.length).toBe(1);
    expect(found.gives).toEqual([mkLeaf(5, USED), mkLeaf(5, USED)]);
    expect(does(twice, { given: entry, ablation: armed('re-check', 'g') }).length).toBe(2);
    expect(does(twice, { given: entry }).length).toBe(2);
  });
  test('after a write of its own, or another attempt, code reads again', () => {
    const between = (happens: (cpu: SimCpu) => Op<unknown>): number =>
      does(
        (cpu) =>
          cpu.within('f', function* () {
            yield* cpu.read_entry(slot);
            yield* happens(cpu);
            yield* cpu.read_entry(slot);
          }),
        { given: entry, ablation: armed('re-check', 'f') },
      ).filter((line) => line.startsWith('load entry')).length;
    expect(between((cpu) => cpu.xchg(entryRef(slot), 0))).toBe(2);
    expect(between((cpu) => cpu.xchg(entryRef({ ...slot, index: 0 }), 0))).toBe(1);
    expect(between((cpu) => cpu.store(word(0), 0))).toBe(1);
    expect(between((cpu) => cpu.user_access({ va: 0, kind: 'read', token: 0 }))).toBe(2);
  });
  test('which there are is noted, once each, and only when it is armed', () => {
    const sites = new Ablation();
    run((cpu) => cpu.within('f', () => cpu.fence('smp_mb')), { ablation: sites });
    expect(sites.reached).toEqual([]);
    sites.arm();
    run(
      (cpu) =>
        cpu.within('f', function* () {
          yield* cpu.fence('smp_mb');
          yield* cpu.fence('smp_mb');
          yield* cpu.synchronize_rcu();
        }),
      { ablation: sites },
    );
    expect(sites.reached).toEqual([
      { in: 'f', step: 'fence' },
      { in: 'f', step: 'grace-period' },
    ]);
    expect(sites.again().reached).toEqual(sites.reached);
  });
});
