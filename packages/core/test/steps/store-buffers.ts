/** Total store order: Intel SDM volume 3 section 8.2; Sewell et al., "x86-TSO", CACM 2010: a FIFO of stores in each CPU, and forwarding. */
import { drain } from '../../src/machine/memory/tso.ts';
import { steps } from '../../src/machine/steps/index.ts';
import { mkTable } from '../../src/words/entry.ts';
import { ipiHandler } from '../../src/words/cpu.ts';
import { hw } from '../../src/machine/hardware.ts';
import { tableCells } from '../../src/words/objects.ts';
import type { SimCpu } from '../../src/machine/cpu.ts';
import type { Op } from '@shootdown/explorer';
import { list, lock, word } from './memory.ts';
import { machineOf, type Known, type Wanted } from './known.ts';

const spec = { cells: [word, list, lock] };
const machine: Wanted = { spec, memory: 'tso' };
const late: Wanted = { spec, memory: 'tso, sections end with the stores before' };
const [x, y, k] = [word(0), word(1), lock(0)];
/** The machine's own region: what the CPU holds back, as cell, value, cell, value ..., oldest first. */
const buffer = machineOf(machine).parts.layout.placed.find(
  ({ region: { regionName } }) => regionName === 'store buffer',
)!.region;
const SECTION_END = -1;
const held = (cpu: number, ...items: unknown[]) => [buffer(cpu), items] as const;

/** Steps that act on memory itself: they wait until this CPU holds nothing back, and then do what they always do. */
const ATOMIC: readonly (readonly [string, (cpu: SimCpu) => Op<unknown>])[] = [
  ['xchg', (cpu) => cpu.xchg(x, 1)],
  ['cmpxchg', (cpu) => cpu.cmpxchg(x, 0, 1)],
  ['add', (cpu) => cpu.add(x, 1)],
  ['add_return', (cpu) => cpu.add_return(x, 1)],
  ['dec_and_test', (cpu) => cpu.dec_and_test(x)],
  ['inc_not_zero', (cpu) => cpu.inc_not_zero(x)],
  ['update', (cpu) => cpu.update(x, 1, 2)],
  ['or', (cpu) => cpu.or(x, 1)],
  ['andnot', (cpu) => cpu.andnot(x, 1)],
  ['list_add', (cpu) => cpu.list_add(list(0), 1)],
  ['list_take', (cpu) => cpu.list_take(list(0))],
  ['list_del', (cpu) => cpu.list_del(list(0), 1)],
  ['fence', (cpu) => cpu.fence('smp_mb')],
  ['spin_lock', (cpu) => cpu.spin_lock(k)],
  ['spin_trylock', (cpu) => cpu.spin_trylock(k)],
  ['down_read', (cpu) => cpu.down_read(k)],
  ['down_write', (cpu) => cpu.down_write(k)],
  ['ipi.send', (cpu) => cpu.smp_send(2, ipiHandler('kick'), {})],
  ['ipi.wait', (cpu) => cpu.smp_wait(2, 'w')],
  ['rcu.sync', (cpu) => cpu.synchronize_rcu()],
  ['irq.exit', (cpu) => cpu.special(steps.irq_exit, { from: 1 })],
  ['mmu.lookup', (cpu) => cpu.user_access({ va: 0, kind: 'read', token: 0 })],
  ['mmu.root', (cpu) => cpu.load_root(1, 0)],
  ['tlb.local', (cpu) => cpu.flush_local({ asid: -1, start: 0, end: 4096, leaves: ['pte'], walkCache: 'none' })],
  ['page.alloc', (cpu) => cpu.alloc_pages(0)],
  ['page.free', (cpu) => cpu.free_pages(4)],
  ['table.alloc', (cpu) => cpu.alloc_table('pte')],
  ['table.free', (cpu) => cpu.free_table(1)],
];

const rows: readonly Known[] = [
  {
    says: 'a store is held back: memory keeps what it has',
    given: [[x, 1]],
    code: (cpu) => cpu.store(x, 5),
    then: { changes: [held(0, x, 5)] },
  },
  {
    says: 'stores are held back in their order',
    given: [held(0, x, 5)],
    code: (cpu) => cpu.store(y, 6),
    then: { changes: [held(0, x, 5, y, 6)] },
  },
  {
    says: 'a second store to one cell does not overtake or replace the first',
    given: [held(0, x, 5)],
    code: (cpu) => cpu.store(x, 6),
    then: { changes: [held(0, x, 5, x, 6)] },
  },
  {
    says: 'a full buffer takes no store',
    given: [held(0, x, 5, y, 6, x, 7)],
    code: (cpu) => cpu.store(x, 8),
    then: 'waits',
  },
  {
    says: 'the buffer of another CPU is no obstacle',
    given: [held(1, x, 5, y, 6, x, 7)],
    code: (cpu) => cpu.store(x, 8),
    then: { changes: [held(0, x, 8)] },
  },
  {
    says: 'a load is served by the newest store that this CPU holds back',
    given: [[x, 1], held(0, x, 5, y, 6, x, 7, y, 8)],
    machine: { ...machine, depth: 4 },
    code: (cpu) => cpu.load(x),
    then: { changes: [], observes: 7 },
  },
  {
    says: 'what another CPU holds back is not seen',
    given: [[x, 1], held(1, x, 5)],
    code: (cpu) => cpu.load(x),
    then: { changes: [], observes: 1 },
  },
  {
    says: 'a load of another cell comes from memory, past the stores that are held back',
    given: [[y, 3], held(0, x, 5)],
    code: (cpu) => cpu.load(y),
    then: { changes: [], observes: 3 },
  },
  {
    says: 'a store of 0 is forwarded too',
    given: [[x, 1], held(0, x, 0)],
    code: (cpu) => cpu.load(x),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'walks without locks are served by the own buffer',
    given: [held(0, tableCells.entry(2, 1), mkTable(3))],
    code: (cpu) => cpu.read_lockless({ level: 'pmd', table: 2, index: 1 }),
    then: { changes: [], observes: mkTable(3) },
  },
  {
    says: 'typed reads are served by the own buffer',
    given: [held(0, tableCells.entry(2, 1), mkTable(3))],
    code: (cpu) => cpu.read_typed({ level: 'pmd', table: 2, index: 1 }, 'table'),
    then: { changes: [], observes: mkTable(3) },
  },
  {
    says: 'the oldest store reaches memory first',
    given: [held(0, x, 5, y, 6), [x, 1]],
    code: (cpu) => cpu.special(drain, {}),
    then: { changes: [[x, 5], held(0, y, 6)] },
  },
  {
    says: 'the last one leaves the buffer empty',
    given: [held(0, y, 6)],
    code: (cpu) => cpu.special(drain, {}),
    then: {
      changes: [
        [y, 6],
        [buffer(0), 0],
      ],
    },
  },
  {
    says: 'nothing drains from an empty buffer',
    given: [held(1, y, 6)],
    code: (cpu) => cpu.special(drain, {}),
    then: 'waits',
  },
  {
    says: 'spin_unlock is a store: it is held back',
    code: function* (cpu) {
      yield* cpu.spin_lock(k);
      yield* cpu.spin_unlock(k);
    },
    skip: 1,
    then: { changes: [held(0, k, 0)] },
  },
  {
    says: 'spin_unlock waits while the buffer is full',
    given: [held(0, x, 5, y, 6, x, 7)],
    code: function* (cpu) {
      yield* cpu.spin_lock(k);
      yield* cpu.spin_unlock(k);
    },
    skip: 1,
    then: 'waits',
  },
  {
    says: 'a spin loop sees what this CPU wrote',
    given: [held(0, x, 2)],
    code: (cpu) => cpu.wait_clear(x, 2, 'w'),
    then: 'waits',
  },
  {
    says: 'a fence is a step here, and goes on with an empty buffer',
    given: [held(1, x, 1)],
    code: (cpu) => cpu.fence('smp_mb'),
    then: { changes: [] },
  },
  ...ATOMIC.map(([kind, code]): Known => ({
    says: `${kind} waits for the stores before it`,
    given: [held(0, y, 6)],
    code,
    then: 'waits',
  })),
  {
    says: 'an atomic operation finds memory, whatever others hold back',
    given: [[x, 1], held(1, x, 5)],
    code: (cpu) => cpu.xchg(x, 3),
    then: { changes: [[x, 3]], observes: 1 },
  },
  {
    says: 'interrupts go off beside stores that are held back',
    given: [held(0, y, 6)],
    code: (cpu) => cpu.local_irq_save(),
    then: { changes: [[hw.irqOff(0), 1]] },
  },
  {
    says: 'they go on only once memory has them',
    given: [held(0, y, 6)],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    then: 'waits',
  },
  {
    says: 'a read-side section begins beside stores that are held back',
    given: [held(0, y, 6)],
    code: (cpu) => cpu.rcu_read_lock(),
    then: { changes: [[hw.rcuNest(0), 1]] },
  },
  {
    says: 'it ends only once memory has them',
    given: [held(0, y, 6)],
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: 'waits',
  },
  {
    says: 'a broadcast invalidation is done beside stores that are held back',
    given: [
      held(0, y, 6),
      [hw.rcuQueue(4), { asid: -1, start: 0, end: 4096, leaves: ['pte'], walkCache: 'none' }],
      [hw.broadcast(1, 0), [1]],
    ],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: { changes: [[hw.broadcast(1, 0), 0]] },
  },
  {
    says: 'where a section ends with the stores before it, its end stands in line',
    given: [held(0, y, 6)],
    machine: late,
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: { changes: [held(0, y, 6, SECTION_END, 0)] },
  },
  {
    says: 'with nothing held back it ends at once',
    machine: late,
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: { changes: [[hw.rcuNest(0), 0]] },
  },
  {
    says: 'when its end comes to the head of the line the section is over',
    given: [[hw.rcuNest(0), 1], [hw.rcuSync(1), 1], held(0, SECTION_END, 0, y, 6)],
    machine: late,
    code: (cpu) => cpu.special(drain, {}),
    then: { changes: [[hw.rcuNest(0), 0], [hw.rcuSync(1), 0], held(0, y, 6)] },
  },
];
export const STORE_BUFFERS: readonly Known[] = rows.map((row) => ({ machine, ...row }));
