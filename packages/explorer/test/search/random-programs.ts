/** Random small programs over the toy vocabulary. */
import fc from 'fast-check';
import type { Check } from '../../src/api/system.ts';
import type { Op } from '../../src/api/step.ts';
import {
  add,
  awaitValue,
  flip,
  giveUp,
  isNot,
  load,
  lock,
  mark,
  store,
  unlock,
  type Toy,
  type ToyProcess,
} from './toy.ts';

/** What a random thread does: plain data, so that a failing program prints as what it is. `got` is the last value observed. */
type Instruction =
  | { do: 'load' | 'add' | 'store got'; cell: number }
  | { do: 'store' | 'await'; cell: number; value: number }
  | { do: 'lock' | 'unlock'; cell: number }
  | { do: 'flip' }
  | { do: 'mark'; name: string }
  /** Leaves out the next instruction when `got` is not 0. */
  | { do: 'skip' }
  /** Starts over, once, when `got` is 1. */
  | { do: 'again' }
  /** Gives up when `got` is 2. */
  | { do: 'give up' };

export interface Thread {
  readonly daemon: boolean;
  readonly gates?: readonly number[];
  readonly code: readonly Instruction[];
}
export interface Program {
  readonly cells: readonly number[];
  readonly threads: readonly Thread[];
  readonly claims: readonly {
    readonly at: 'a' | 'b' | 'add' | 'store' | 'end';
    readonly cell: number;
    readonly value: number;
    readonly on: Check['on'];
  }[];
}

const MODULUS = 3;
const data = fc.integer({ min: 0, max: 2 });
const lockCell = fc.integer({ min: 3, max: 4 });
const value = fc.integer({ min: 0, max: MODULUS - 1 });

const one: fc.Arbitrary<Instruction[]> = fc
  .oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('load', 'add', 'store got'), cell: data }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('store'), cell: data, value }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('await'), cell: data, value }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('mark'), name: fc.constantFrom('a', 'b') }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('flip', 'skip', 'again', 'give up') }) },
  )
  .map((it) => [it as Instruction]);
/** Mostly under a lock that is given back: a lock that is kept ends most programs before they have begun. */
const locked = fc
  .tuple(lockCell, fc.array(one, { maxLength: 2 }), fc.integer({ max: 9, min: 0 }))
  .map(([cell, body, kept]): Instruction[] => [
    { do: 'lock', cell },
    ...body.flat(),
    ...(kept === 0 ? [] : [{ do: 'unlock' as const, cell }]),
  ]);
const code = (most: number): fc.Arbitrary<Instruction[]> =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: locked }), { minLength: 1, maxLength: most })
    .map((parts) => parts.flat());

/** One thread in five has a gate. */
const gate = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ gates: fc.array(data, { minLength: 1, maxLength: 2 }) }) },
);
const main = fc
  .tuple(gate, code(5))
  .map(([gated, instructions]): Thread => ({ daemon: false, ...gated, code: instructions }));
/** A daemon waits before it works; one that never waits would keep every run from ending. */
const daemon = fc
  .tuple(gate, data, fc.integer({ min: 1, max: 2 }), code(2), fc.integer({ min: 0, max: 3 }))
  .map(([gated, cell, awaited, work, keeps]): Thread => ({
    daemon: true,
    ...gated,
    code: [
      { do: 'await', cell, value: awaited },
      ...(keeps === 0 ? [] : [{ do: 'store' as const, cell, value: 0 }]),
      ...work,
    ],
  }));

const claim = fc.record({
  at: fc.constantFrom('a', 'b', 'add', 'store', 'end'),
  cell: fc.integer({ min: 0, max: 4 }),
  value,
  on: fc.constantFrom('violation', 'tally'),
});

export const program: fc.Arbitrary<Program> = fc.record({
  cells: fc.array(value, { minLength: 3, maxLength: 3 }),
  threads: fc
    .tuple(fc.array(main, { minLength: 2, maxLength: 3 }), fc.array(daemon, { maxLength: 1 }))
    .map(([mains, daemons]): Thread[] => [...daemons, ...mains]),
  claims: fc.uniqueArray(claim as fc.Arbitrary<Program['claims'][number]>, {
    minLength: 1,
    maxLength: 6,
    selector: (it) => JSON.stringify(it),
  }),
});

function* run(code: readonly Instruction[]): Op {
  let got = 0;
  let again = true;
  for (let i = 0; i < code.length; i++) {
    const now = code[i]!;
    switch (now.do) {
      case 'load':
        got = yield* load(now.cell);
        break;
      case 'add':
        got = yield* add(now.cell, 1, MODULUS);
        break;
      case 'store got':
        yield* store(now.cell, got);
        break;
      case 'store':
        yield* store(now.cell, now.value);
        break;
      case 'await':
        yield* awaitValue(now.cell, now.value);
        break;
      case 'lock':
        yield* lock(now.cell);
        break;
      case 'unlock':
        yield* unlock(now.cell);
        break;
      case 'flip':
        got = yield* flip(2);
        break;
      case 'mark':
        yield* mark(now.name);
        break;
      case 'skip':
        if (got !== 0) i++;
        break;
      case 'again':
        if (again && got === 1) [i, again] = [-1, false];
        break;
      case 'give up':
        if (got === 2) yield* giveUp();
        break;
    }
  }
}

/** The system of a program. */
export function systemOf({ cells, threads, claims }: Program): Toy {
  const at = (where: string): Check[] =>
    claims
      .filter((c) => c.at === where)
      .map((c) => ({ ...isNot(c.cell, c.value, c.on), claim: `${c.at}: c${c.cell} is not ${c.value} (${c.on})` }));
  return {
    cells,
    cellCount: 5,
    processes: threads.map(({ daemon, gates, code }): ToyProcess => ({
      role: daemon ? 'daemon' : 'main',
      ...(gates !== undefined && { gates }),
      body: () => run(code),
    })),
    marks: { a: at('a'), b: at('b') },
    kinds: { add: at('add'), store: at('store') },
    finals: at('end'),
  };
}
