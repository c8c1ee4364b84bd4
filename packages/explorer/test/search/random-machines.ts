/** Random small machines: CPUs that send each other interrupts, hold locks, count references and wait for each other's readers. */
import fc from 'fast-check';
import type { Check } from '../../src/api/system.ts';
import type { Op } from '../../src/api/step.ts';
import * as t from './toy.ts';

/** What random code does: plain data, so that a failing machine prints as what it is. `got` is the last value observed. */
type Instruction =
  | { do: 'load' | 'add' | 'store got' | 'inc' | 'or'; cell: number }
  | { do: 'store' | 'await'; cell: number; value: number }
  /** Loads until it sees the value: in endless machines for ever, else it gives up after three loads. */
  | { do: 'spin'; cell: number; value: number }
  | { do: 'lock' | 'unlock' | 'trylock'; cell: number }
  | { do: 'off' | 'on' | 'send' | 'acks' | 'sync' | 'flip' | 'give up' }
  | { do: 'mark'; name: 'a' | 'b' }
  /** Leaves out the next instruction when `got` is not 0. */
  | { do: 'skip' }
  /** Starts over, once, when `got` is 1. */
  | { do: 'again' }
  /** Starts over as long as `got` is 1, having forgotten it: with histories as local states, only a bound ends it. */
  | { do: 'loop' };

/** One CPU: its thread, and the handler of interrupts sent to it. */
export interface RandomCpu {
  readonly code: readonly Instruction[];
  /** Absent: it takes no interrupts. */
  readonly handler?: readonly Instruction[];
}
export interface RandomMachine {
  readonly cpus: readonly RandomCpu[];
  /** Code that waits for a cell, works, and starts again. */
  readonly daemon?: {
    readonly cell: number;
    readonly value: number;
    readonly clears: boolean;
    readonly code: readonly Instruction[];
    readonly gate?: number;
  };
  /** Something that never comes to rest. */
  readonly clock: boolean;
  readonly claims: readonly {
    readonly at: 'a' | 'b' | 'store' | 'inc' | 'lock' | 'end';
    readonly cell: number;
    readonly other: number;
    readonly value: number;
    readonly on: Check['on'];
  }[];
}

/** Cells: 0..2 data, 3 and 4 locks, 5 counter, 6 a clock; then per CPU irqs off, in interrupt, mask it waits for, and calls from each CPU. */
export const CELLS = { data: 3, locks: 3, counter: 5, clock: 6, cpus: 7 } as const;
const MODULUS = 3;
const perCpu = 6;
const irqOff = (cpu: number): number => CELLS.cpus + cpu * perCpu;
const inIrq = (cpu: number): number => irqOff(cpu) + 1;
const waitsFor = (cpu: number): number => irqOff(cpu) + 2;
const call = (from: number, to: number): number => irqOff(to) + 3 + from;

const data = fc.integer({ min: 0, max: CELLS.data - 1 });
const some = fc.oneof({ weight: 4, arbitrary: data }, { weight: 1, arbitrary: fc.constant(CELLS.counter) });
const lockCell = fc.integer({ min: CELLS.locks, max: CELLS.locks + 1 });
const value = fc.integer({ min: 0, max: MODULUS - 1 });

const one: fc.Arbitrary<Instruction[]> = fc
  .oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('load', 'add', 'store got'), cell: data }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('inc', 'inc', 'or', 'load'), cell: some }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('store'), cell: some, value }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('await', 'spin'), cell: some, value }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('mark'), name: fc.constantFrom('a', 'b') }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('flip', 'skip', 'again', 'give up', 'loop') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('send', 'acks', 'sync') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('trylock', 'unlock'), cell: lockCell }) },
  )
  .map((it) => [it as Instruction]);
const body = fc.array(one, { maxLength: 2 }).map((parts) => parts.flat());
const locked = fc
  .tuple(lockCell, body)
  .map(([cell, inner]): Instruction[] => [{ do: 'lock', cell }, ...inner, { do: 'unlock', cell }]);
const protectedPart = body.map((inner): Instruction[] => [{ do: 'off' }, ...inner, { do: 'on' }]);
const shootdown = fc.constant<Instruction[]>([{ do: 'send' }, { do: 'acks' }]);
const code = (most: number): fc.Arbitrary<Instruction[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: one },
        { weight: 2, arbitrary: locked },
        { weight: 2, arbitrary: protectedPart },
        { weight: 1, arbitrary: shootdown },
      ),
      { minLength: 1, maxLength: most },
    )
    .map((parts) => parts.flat());

const cpu = fc.record({ code: code(4), handler: code(1) }, { requiredKeys: ['code'] });
const daemon = fc.record(
  { cell: some, value, clears: fc.boolean(), code: code(1), gate: data },
  { requiredKeys: ['cell', 'value', 'clears', 'code'] },
);
const claim = fc.record({
  at: fc.constantFrom('a', 'b', 'store', 'inc', 'lock', 'end'),
  cell: some,
  other: some,
  value,
  on: fc.constantFrom('violation', 'violation', 'tally'),
});

export const machine = fc.record(
  {
    cpus: fc.array(cpu, { minLength: 2, maxLength: 3 }),
    daemon,
    clock: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    claims: fc.uniqueArray(claim, { minLength: 1, maxLength: 6, selector: (it) => JSON.stringify(it) }),
  },
  { requiredKeys: ['cpus', 'clock', 'claims'] },
) as fc.Arbitrary<RandomMachine>;

function* run(code: readonly Instruction[], cpu: number, cpus: number, endless: boolean): Op {
  const others = Array.from({ length: cpus }, (_, i) => i).filter((i) => i !== cpu);
  const all = Array.from({ length: cpus }, (_, i) => i);
  let got = 0;
  let again = true;
  let loops = 0;
  for (let i = 0; i < code.length; i++) {
    const now = code[i]!;
    switch (now.do) {
      case 'load':
        got = yield* t.load(now.cell);
        break;
      case 'add':
        got = yield* t.add(now.cell, 1, MODULUS);
        break;
      case 'inc':
        yield* t.inc(now.cell, 1, MODULUS);
        break;
      case 'or':
        yield* t.or(now.cell, 1);
        break;
      case 'store got':
        yield* t.store(now.cell, got);
        break;
      case 'store':
        yield* t.store(now.cell, now.value);
        break;
      case 'await':
        yield* t.awaitValue(now.cell, now.value);
        break;
      case 'spin':
        for (let tries = 1; (got = yield* t.load(now.cell)) !== now.value; tries = endless ? 1 : tries + 1)
          if (tries > 2) yield* t.giveUp();
        break;
      case 'lock':
        yield* t.lock(now.cell);
        break;
      case 'unlock':
        yield* t.unlock(now.cell);
        break;
      case 'trylock':
        got = yield* t.trylock(now.cell);
        break;
      case 'off':
        yield* t.store(irqOff(cpu), 1);
        break;
      case 'on':
        yield* t.leave(irqOff(cpu), cpu, all.map(waitsFor));
        break;
      case 'send':
        yield* t.send(
          others.map((to) => call(cpu, to)),
          1,
        );
        break;
      case 'acks':
        yield* t.awaitZero(others.map((to) => call(cpu, to)));
        break;
      case 'sync':
        yield* t.snapshot(waitsFor(cpu), all.map(irqOff));
        yield* t.awaitZero([waitsFor(cpu)]);
        break;
      case 'flip':
        got = yield* t.flip(2);
        break;
      case 'mark':
        yield* t.mark(now.name);
        break;
      case 'skip':
        if (got !== 0) i++;
        break;
      case 'again':
        if (again && got === 1) [i, again] = [-1, false];
        break;
      case 'loop':
        if (got === 1) {
          if (!endless && ++loops > 2) yield* t.giveUp();
          [i, got] = [-1, 0];
        }
        break;
      case 'give up':
        if (got === 2) yield* t.giveUp();
        break;
    }
  }
}

/** The system of a machine. `endless`: its loops have no bound, for searches that tell local states by frames. */
export function systemOf({ cpus, daemon, clock, claims }: RandomMachine, endless = false): t.Toy {
  const n = cpus.length;
  const at = (where: string): Check[] =>
    claims
      .filter((c) => c.at === where)
      .map((c) => ({
        on: c.on,
        claim: `${where}: not c${c.cell} ${c.value} and c${c.other} no 0 (${c.on})`,
        // The second cell is looked at only where the first asks for it.
        holds: (cells) => cells.get(c.cell) !== c.value || cells.get(c.other) === 0,
      }));
  const irq = (cpu: number, handler: readonly Instruction[]): t.ToyProcess => ({
    role: 'daemon',
    *body() {
      const from = yield* t.enter(
        irqOff(cpu),
        inIrq(cpu),
        cpus.map((_, from) => call(from, cpu)),
      );
      yield* run(handler, cpu, n, endless);
      yield* t.clear([call(from, cpu), inIrq(cpu)]);
    },
  });
  return {
    cellCount: CELLS.cpus + n * perCpu,
    processes: [
      ...cpus.map(({ code, handler }, cpu): t.ToyProcess => ({
        ...(handler && { gates: [inIrq(cpu)] }),
        body: () => run(code, cpu, n, endless),
      })),
      ...cpus.flatMap(({ handler }, cpu) => (handler ? [irq(cpu, handler)] : [])),
      ...(daemon
        ? [
            {
              role: 'daemon' as const,
              ...(daemon.gate !== undefined && { gates: [daemon.gate] }),
              *body() {
                yield* t.awaitValue(daemon.cell, daemon.value);
                if (daemon.clears) yield* t.store(daemon.cell, (daemon.value + 1) % MODULUS);
                yield* run(daemon.code, 0, n, endless);
              },
            },
          ]
        : []),
      ...(clock ? [{ role: 'daemon' as const, body: () => t.inc(CELLS.clock, 1, 2) }] : []),
    ],
    marks: { a: at('a'), b: at('b') },
    kinds: { store: at('store'), inc: at('inc'), lock: at('lock') },
    finals: at('end'),
  };
}
