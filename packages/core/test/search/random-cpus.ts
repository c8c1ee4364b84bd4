/** Random small programs on the real machine: its locks, interrupts, RCU, TLB, page frames and store buffers. */
import fc from 'fast-check';
import { bareSystem } from '../../src/testing.ts';
import { region, type Ref } from '../../src/words/cells.ts';
import { ipiHandler, rcuCallback, type Cpu, type Invalidation } from '../../src/words/cpu.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import { pageCells, tableCells } from '../../src/words/objects.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Op, Step, System } from '@shootdown/explorer';

/** What random code does. `got` is the last value observed; `cell` counts data words, locks are apart. */
type Instruction =
  | { do: 'load' | 'store got' | 'dec_and_test' | 'inc_not_zero'; cell: number }
  | { do: 'store' | 'xchg' | 'add' | 'add_return' | 'or' | 'andnot' | 'cmpxchg' | 'wait'; cell: number; value: number }
  | { do: 'spin' | 'read' | 'write' | 'try' | 'keep'; lock: number; body: readonly Instruction[] }
  /** In a hook that is judged: claims at its end look at ghosts that begin with it. */
  | { do: 'irqs off' | 'rcu' | 'hook'; body: readonly Instruction[] }
  /** To all others: with or without waiting for them. */
  | { do: 'call' | 'send'; handler: number }
  | { do: 'call_rcu' | 'synchronize_rcu' | 'fence' | 'skip' | 'again' | 'give up' }
  /** One of two pages. */
  | { do: 'access'; page: number; write: boolean }
  | { do: 'zap' | 'map' | 'walk' | 'flush' | 'broadcast'; page: number }
  | { do: 'alloc' | 'free' | 'free table' };

export interface RandomCpus {
  readonly memory: 'sc' | 'tso';
  /** All CPUs but the last run the code of the first; claims look at nothing that belongs to one CPU. */
  readonly alike?: boolean;
  readonly threads: readonly (readonly Instruction[])[];
  /** Code of the two interrupt handlers, and of the RCU callback. An absent handler acknowledges and does nothing. */
  readonly handlers: readonly (readonly Instruction[] | null)[];
  readonly callback: readonly Instruction[];
  readonly claims: readonly {
    readonly at: (typeof PLACES)[number];
    readonly looks: number;
    readonly value: number;
    readonly other: number;
  }[];
}

const data = region('word', ['queue']);
const locks = region('locks', ['queue']);
const PLACES = [
  'end',
  'hook.leave',
  'xchg',
  'load',
  'spin_lock',
  'irq.enter',
  'walk.lockless',
  'page.free',
  'mmu.lookup',
  'tlb.local',
] as const;
/** What claims look at: data, ghosts, a translation, an entry. */
const LOOKS: readonly Ref[] = [
  data(0),
  data(1),
  ghosts.inside(0),
  ghosts.inside(1),
  ghosts.interrupted(0, 0),
  ghosts.interrupted(1, 0),
  ghosts.walking(1, 0),
  hw.tlb(0, 0, 0, 0),
  tableCells.entry(3, 0),
  pageCells.life(4),
  hw.irqOff(0),
  locks(0),
];

const cell = fc.integer({ min: 0, max: 1 });
const value = fc.integer({ min: 0, max: 2 });
const page = fc.integer({ min: 0, max: 1 });
const one = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('load', 'store got', 'dec_and_test', 'inc_not_zero'), cell }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('store', 'xchg', 'add', 'add', 'add_return', 'or', 'andnot', 'cmpxchg'),
      cell,
      value,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), cell, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('call', 'send'), handler: fc.integer({ min: 0, max: 1 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('call_rcu', 'synchronize_rcu', 'fence', 'skip', 'again', 'give up') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('access'), page, write: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('zap', 'map', 'walk', 'flush', 'broadcast'), page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('alloc', 'free', 'free table') }) },
) as fc.Arbitrary<Instruction>;
const section = fc.oneof(
  fc.record({
    do: fc.constantFrom('spin', 'spin', 'read', 'write', 'try', 'keep'),
    lock: cell,
    body: fc.array(one, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constantFrom('irqs off', 'rcu', 'hook'), body: fc.array(one, { maxLength: 2 }) }),
) as fc.Arbitrary<Instruction>;
const code = (most: number): fc.Arbitrary<Instruction[]> =>
  fc.array(fc.oneof({ weight: 3, arbitrary: one }, { weight: 2, arbitrary: section }), {
    minLength: 1,
    maxLength: most,
  });

export const cpus = fc.record({
  memory: fc.constantFrom('sc', 'sc', 'tso'),
  threads: fc.oneof(
    { weight: 3, arbitrary: fc.array(code(3), { minLength: 2, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(code(2), { minLength: 3, maxLength: 3 }) },
  ),
  handlers: fc.tuple(fc.option(code(1), { nil: null }), fc.option(code(1), { nil: null })),
  callback: code(1),
  claims: fc.uniqueArray(
    fc.record({
      at: fc.constantFrom(...PLACES),
      looks: fc.integer({ min: 0, max: LOOKS.length - 1 }),
      value,
      other: cell,
    }),
    { minLength: 1, maxLength: 5, selector: (it) => JSON.stringify(it) },
  ),
}) as fc.Arbitrary<RandomCpus>;

/** LOOKS that are no CPU's own, mostly: with another one the CPUs can be told apart. */
const shared = fc.constantFrom(0, 0, 1, 2, 3, 8, 9, 11, 10);

/** Two CPUs that run the same code, and maybe one that runs another. */
export const cpusAlike = cpus.chain((it) =>
  fc
    .record({ other: fc.boolean(), looks: fc.array(shared, { minLength: 5, maxLength: 5 }) })
    .map(({ other, looks }): RandomCpus => {
      const [first, second] = it.threads;
      return {
        ...it,
        memory: 'sc',
        alike: true,
        threads: [first!.slice(0, 2), first!, ...(other ? [second!.slice(0, 2)] : [])],
        claims: it.claims.map((claim, i) => ({ ...claim, looks: looks[i]! })),
      };
    }),
);

const hook = (what: string, cpu: Cpu): Step => ({
  kind: `hook.${what}`,
  cpu: cpu.id,
  cells: [],
  args: [],
  info: { hook: 'hook', args: [], held: [] },
});
const va = (page: number): number => page * 4096;
const RIGHTS = F.PRESENT | F.WRITE | F.USER;
const drop = (page: number): Invalidation => ({
  asid: 0,
  start: va(page),
  end: va(page + 1),
  leaves: ['pte', 'pmd'],
  walkCache: 'range',
});

/** The system of such a program: T1 -> T2 -> T3, whose first entry maps P4. */
export function systemOf({ memory, alike, threads, handlers, callback, claims }: RandomCpus): System {
  const ipis = handlers.map((body, i) =>
    ipiHandler(`handler ${i}`, body === null ? undefined : (cpu) => run(cpu, body)),
  );
  const after = rcuCallback('callback', (cpu) => run(cpu, callback));
  const all = 2 ** threads.length - 1;

  function* run(cpu: Cpu, code: readonly Instruction[]): Op {
    let got = 0;
    let again = true;
    for (let i = 0; i < code.length; i++) {
      const now = code[i]!;
      switch (now.do) {
        case 'load':
          got = yield* cpu.load(data(now.cell));
          break;
        case 'store got':
          yield* cpu.store(data(now.cell), got);
          break;
        case 'dec_and_test':
          got = (yield* cpu.dec_and_test(data(now.cell))) ? 1 : 0;
          break;
        case 'inc_not_zero':
          got = (yield* cpu.inc_not_zero(data(now.cell))) ? 1 : 0;
          break;
        case 'store':
          yield* cpu.store(data(now.cell), now.value);
          break;
        case 'xchg':
          got = yield* cpu.xchg(data(now.cell), now.value);
          break;
        case 'add':
          yield* cpu.add(data(now.cell), now.value - 1);
          break;
        case 'add_return':
          got = yield* cpu.add_return(data(now.cell), now.value);
          break;
        case 'or':
          yield* cpu.or(data(now.cell), now.value);
          break;
        case 'andnot':
          yield* cpu.andnot(data(now.cell), now.value);
          break;
        case 'cmpxchg':
          got = yield* cpu.cmpxchg(data(now.cell), 0, now.value);
          break;
        case 'wait':
          yield* cpu.wait_clear(data(now.cell), now.value, 'the bits to be clear');
          break;
        case 'spin':
          yield* cpu.spin_lock(locks(now.lock));
          yield* run(cpu, now.body);
          yield* cpu.spin_unlock(locks(now.lock));
          break;
        case 'keep':
          yield* cpu.spin_lock(locks(now.lock));
          yield* run(cpu, now.body);
          break;
        case 'try': {
          const taken = yield* cpu.spin_trylock(locks(now.lock));
          if (!taken) break;
          yield* run(cpu, now.body);
          yield* cpu.spin_unlock(locks(now.lock));
          break;
        }
        case 'read':
          yield* cpu.down_read(locks(2));
          yield* run(cpu, now.body);
          yield* cpu.up_read(locks(2));
          break;
        case 'write':
          yield* cpu.down_write(locks(2));
          yield* run(cpu, now.body);
          yield* cpu.up_write(locks(2));
          break;
        case 'irqs off':
          yield* cpu.local_irq_save();
          yield* run(cpu, now.body);
          yield* cpu.local_irq_restore();
          break;
        case 'rcu':
          yield* cpu.rcu_read_lock();
          yield* run(cpu, now.body);
          yield* cpu.rcu_read_unlock();
          break;
        case 'hook':
          yield hook('enter', cpu);
          yield* run(cpu, now.body);
          yield hook('leave', cpu);
          break;
        case 'call':
          yield* cpu.smp_call_function_many(all, ipis[now.handler]!, {});
          break;
        case 'send':
          yield* cpu.smp_send(all, ipis[now.handler]!, {});
          break;
        case 'call_rcu':
          yield* cpu.call_rcu(after, {});
          break;
        case 'synchronize_rcu':
          yield* cpu.synchronize_rcu();
          break;
        case 'fence':
          yield* cpu.fence('smp_mb');
          break;
        case 'access':
          got =
            (yield* cpu.user_access({
              va: va(now.page),
              kind: now.write ? 'write' : 'read',
              token: alike ? 7 : 7 + cpu.id,
            })) === 'done'
              ? 1
              : 0;
          break;
        case 'zap':
          got = (yield* cpu.xchg(tableCells.entry(3, now.page), 0)) === 0 ? 0 : 1;
          break;
        case 'map':
          yield* cpu.store(tableCells.entry(3, now.page), mkLeaf(5, RIGHTS));
          break;
        case 'walk':
          got = (yield* cpu.read_lockless({ level: 'pte', table: 3, index: now.page })) === 0 ? 0 : 1;
          break;
        case 'flush':
          yield* cpu.flush_local(drop(now.page));
          break;
        case 'broadcast':
          yield* cpu.tlbi_broadcast(drop(now.page));
          // Of the other page nobody waits for it, or whoever waits for the next one.
          if (now.page === 0) yield* cpu.tlbi_sync('dsb');
          break;
        // The CPU of RCU callbacks has no pool.
        case 'alloc':
          if (cpu.id < threads.length) {
            const pfn = yield* cpu.alloc_pages(0);
            yield* cpu.store(data(0), pfn);
            break;
          }
        case 'free':
          yield* cpu.free_pages(4);
          break;
        case 'free table':
          yield* cpu.free_table(3);
          break;
        case 'skip':
          if (got !== 0) i++;
          break;
        case 'again':
          if (again && got === 1) [i, again] = [-1, false];
          break;
        case 'give up':
          if (got === 2) yield* cpu.give_up('it saw 2');
          break;
      }
    }
  }

  const first = (cpu: Cpu): Op => run(cpu, threads[0]!);
  const said = (c: RandomCpus['claims'][number]): string =>
    `${c.at}: not ${c.looks} is ${c.value} and data ${c.other} is not 0`;
  /** The second cell is looked at only where the first asks for it. */
  const holds = (c: RandomCpus['claims'][number], look: (at: Ref) => number): boolean =>
    look(LOOKS[c.looks]!) !== c.value || look(data(c.other)) === 0;
  return bareSystem({
    memory,
    cells: [data, locks],
    threads: threads.map((code, id) => (alike && id < 2 ? first : (cpu: Cpu) => run(cpu, code))),
    start: [
      [tableCells.entry(1, 0), mkTable(2)],
      [tableCells.entry(2, 0), mkTable(3)],
      [tableCells.entry(3, 0), mkLeaf(4, RIGHTS)],
      [pageCells.life(4), 1],
      [pageCells.life(5), 1],
      ...threads.map((_, id) => [hw.root(id), 1] as const),
    ],
    atEnd: Object.fromEntries(
      claims.filter(({ at }) => at === 'end').map((c) => [said(c), (look: (at: Ref) => number) => holds(c, look)]),
    ),
    after: Object.fromEntries(
      claims
        .filter(({ at }) => at !== 'end')
        .map((c) => [said(c), { kinds: [c.at], holds: (look: (at: Ref) => number) => holds(c, look) }]),
    ),
  });
}
