/** Random senders and takers: queues that are added to without looking, carried out one thing at a time, and waited for. */
import fc from 'fast-check';
import type { Check } from '../../src/api/system.ts';
import type { Op } from '../../src/api/step.ts';
import * as t from './toy.ts';

/** What a sender does: plain data, so that a failing system prints as what it is. `got` is the last value observed. */
type Instruction =
  | { do: 'load'; cell: number }
  | { do: 'store'; cell: number; value: number }
  | { do: 'post'; queue: number; item: number }
  /** Waits until these queues are empty, or one of them. */
  | { do: 'all drained' | 'one drained'; queues: readonly number[] }
  /** Looks whether a queue is empty. */
  | { do: 'look'; queue: number }
  /** Waits until a queue holds these two things: the item, and 1. */
  | { do: 'full'; queue: number; item: number }
  | { do: 'off' | 'on' | 'skip' }
  | { do: 'mark'; name: 'a' | 'b' };

interface Taker {
  /** It takes from all queues, from the first only, or everything there at once from the first. */
  readonly from: 'all' | 'first' | 'first, everything';
  /** Where it puts what it takes. */
  readonly into: number;
  /** Does it note that, in a step of its own? */
  readonly notes: boolean;
}

export interface RandomQueues {
  readonly senders: readonly (readonly Instruction[])[];
  readonly takers: readonly Taker[];
  readonly claims: readonly {
    readonly at: 'a' | 'b' | 'post' | 'take' | 'store' | 'end';
    readonly cell: number;
    readonly value: number;
    readonly on: Check['on'];
  }[];
}

/** Cells: 0..2 data, 3 and 4 queues, 5 keeps takers from taking, 6 notes. */
const QUEUES = 3;
const OFF = 5;
const NOTES = 6;
const data = fc.integer({ min: 0, max: 2 });
const queue = fc.integer({ min: QUEUES, max: QUEUES + 1 });
const item = fc.integer({ min: 1, max: 2 });

const one: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('post' as const), queue, item }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('all drained' as const, 'all drained' as const, 'one drained' as const),
      queues: fc.uniqueArray(queue, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), queue }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('full' as const), queue, item }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('load' as const), cell: data }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('store' as const), cell: data, value: item }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('off' as const, 'on' as const, 'skip' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('mark' as const), name: fc.constantFrom('a' as const, 'b' as const) }),
  },
);
const sender = fc.array(one, { minLength: 1, maxLength: 5 });
const taker = fc.record({
  from: fc.constantFrom('all' as const, 'all' as const, 'first' as const, 'first, everything' as const),
  into: data,
  notes: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const claim = fc.record({
  at: fc.constantFrom('a' as const, 'b' as const, 'post' as const, 'take' as const, 'store' as const, 'end' as const),
  cell: fc.integer({ min: 0, max: NOTES }),
  value: fc.integer({ min: 0, max: 3 }),
  on: fc.constantFrom('violation' as const, 'tally' as const),
});

export const queues: fc.Arbitrary<RandomQueues> = fc.record({
  senders: fc.array(sender, { minLength: 1, maxLength: 3 }),
  takers: fc.array(taker, { minLength: 1, maxLength: 2 }),
  claims: fc.uniqueArray(claim, { minLength: 1, maxLength: 5, selector: (it) => JSON.stringify(it) }),
});

function* send(code: readonly Instruction[]): Op {
  let got = 0;
  for (let i = 0; i < code.length; i++) {
    const now = code[i]!;
    switch (now.do) {
      case 'load':
        got = yield* t.load(now.cell);
        break;
      case 'store':
        yield* t.store(now.cell, now.value);
        break;
      case 'post':
        yield* t.post(now.queue, now.item);
        break;
      case 'all drained':
        yield* t.awaitAll(now.queues);
        break;
      case 'one drained':
        yield* t.awaitEither(now.queues);
        break;
      case 'full':
        yield* t.awaitNeeds(now.queue, now.item + 3);
        break;
      case 'look':
        got = yield* t.load(now.queue);
        break;
      case 'off':
        yield* t.store(OFF, 1);
        break;
      case 'on':
        yield* t.store(OFF, 0);
        break;
      case 'mark':
        yield* t.mark(now.name);
        break;
      // Leaves out the next instruction when `got` is not 0.
      case 'skip':
        if (got !== 0) i++;
        break;
    }
  }
}

const takes = ({ from, into, notes }: Taker): t.ToyProcess => ({
  role: 'daemon',
  *body() {
    if (from === 'first, everything') yield* t.takeAll(QUEUES);
    else yield* t.take(OFF, into, from === 'all' ? [QUEUES, QUEUES + 1] : [QUEUES]);
    if (notes) yield* t.store(NOTES, 1 + into);
  },
});

export function systemOf({ senders, takers, claims }: RandomQueues): t.Toy {
  const at = (where: string): Check[] =>
    claims
      .filter((c) => c.at === where)
      .map((c) => ({ ...t.isNot(c.cell, c.value, c.on), claim: `${c.at}: c${c.cell} is not ${c.value} (${c.on})` }));
  return {
    cellCount: NOTES + 1,
    processes: [...senders.map((code): t.ToyProcess => ({ body: () => send(code) })), ...takers.map(takes)],
    marks: { a: at('a'), b: at('b') },
    kinds: { post: at('post'), take: at('take'), store: at('store') },
    finals: at('end'),
  };
}
