/** Random systems of two or three processes alike, each with cells of its own, and one other: every order of the alike is a symmetry. */
import fc from 'fast-check';
import type { Op } from '../../src/api/step.ts';
import type { Check, Replica } from '../../src/api/system.ts';
import * as t from './toy.ts';

/** `got` is the last value observed: of the mask only whether it is empty, has the own bit, or another. */
type Instruction =
  | { do: 'load' | 'inc'; cell: number }
  | { do: 'store'; cell: number; value: number }
  | { do: 'own' | 'await own'; value: number }
  | { do: 'lock' | 'unlock' | 'up' | 'down' | 'look' | 'skip' | 'again' | 'store got' | 'mark' | 'flip' };

export interface RandomTwins {
  readonly copies: number;
  /** Nobody uses the mask. */
  readonly maskless: boolean;
  readonly code: readonly Instruction[];
  /** Code of a daemon beside each copy: waits for the copy's cell, clears it, works. `gated`: the copy stands still meanwhile. */
  readonly helper: { readonly gated: boolean; readonly code: readonly Instruction[] } | null;
  readonly other: readonly Instruction[];
  readonly claims: readonly {
    readonly at: 'mark' | 'store' | 'end';
    readonly cell: number;
    readonly value: number;
    readonly on: Check['on'];
  }[];
}

/** Cells: 0 and 1 data, 2 a lock, 3 the mask, then one per copy, one that gates it, and one for the other process. */
const MASK = 3;
const ownCell = (i: number): number => 4 + i;
const gateCell = (i: number): number => 8 + i;
const COUNT = 12;

const value = fc.integer({ min: 0, max: 2 });
const cell = fc.integer({ min: 0, max: 1 });
const one = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('load', 'inc'), cell }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('store'), cell, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('own', 'own', 'await own'), value }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'up',
        'up',
        'down',
        'look',
        'look',
        'skip',
        'again',
        'store got',
        'mark',
        'mark',
        'flip',
        'lock',
        'unlock',
      ),
    }),
  },
) as fc.Arbitrary<Instruction>;
const code = (most: number): fc.Arbitrary<Instruction[]> => fc.array(one, { minLength: 1, maxLength: most });

export const twins: fc.Arbitrary<RandomTwins> = fc.record({
  copies: fc.integer({ min: 2, max: 3 }),
  maskless: fc.boolean(),
  code: code(5),
  helper: fc.option(fc.record({ gated: fc.boolean(), code: code(2) })),
  other: code(3),
  claims: fc.uniqueArray(
    fc.record({
      at: fc.constantFrom('mark', 'store', 'end'),
      cell: fc.integer({ min: 0, max: 2 }),
      value,
      on: fc.constantFrom('violation', 'tally'),
    }) as fc.Arbitrary<RandomTwins['claims'][number]>,
    { minLength: 1, maxLength: 4, selector: (it) => JSON.stringify(it) },
  ),
});

function* run(code: readonly Instruction[], me: number, masks: boolean): Op {
  let got = 0;
  let again = true;
  for (let i = 0; i < code.length; i++) {
    const now = code[i]!;
    switch (now.do) {
      case 'load':
        got = yield* t.load(now.cell);
        break;
      case 'inc':
        yield* t.inc(now.cell, 1, 3);
        break;
      case 'store':
        yield* t.store(now.cell, now.value);
        break;
      case 'own':
        yield* t.store(ownCell(me), now.value);
        break;
      case 'await own':
        yield* t.awaitValue(ownCell(me), now.value);
        break;
      case 'lock':
        yield* t.lock(2);
        break;
      case 'unlock':
        yield* t.unlock(2);
        break;
      case 'up':
        yield* masks ? t.or(MASK, 1 << me) : t.store(ownCell(me), 1);
        break;
      case 'down':
        yield* t.leave(ownCell(me), me, masks ? [MASK] : []);
        break;
      case 'look':
        if (!masks) got = yield* t.load(ownCell(me));
        else {
          const mask = yield* t.load(MASK);
          got = mask === 0 ? 0 : (mask >> me) & 1 ? 1 : 2;
          break;
        }
      case 'store got':
        yield* t.store(1, got);
        break;
      case 'flip':
        got = yield* t.flip(2);
        break;
      case 'mark':
        yield* t.mark('a');
        break;
      case 'skip':
        if (got !== 0) i++;
        break;
      case 'again':
        if (again && got === 1) [i, again] = [-1, false];
        break;
    }
  }
}

/** The system of such processes. */
export function systemOf({ copies, maskless, code, helper, other, claims }: RandomTwins): t.Toy {
  const at = (where: string): Check[] =>
    claims
      .filter((c) => c.at === where)
      .map((c) => ({
        on: c.on,
        claim: `${where}: not c${c.cell} ${c.value} while the mask is empty (${c.on})`,
        holds: (cells) => cells.get(c.cell) !== c.value || cells.get(MASK) !== 0,
      }));
  const every = Array.from({ length: copies }, (_, i) => i);
  const member = (i: number): Replica => ({
    processes: helper ? [i, copies + i] : [i],
    cells: [ownCell(i), gateCell(i)],
    bit: i,
  });
  return {
    cellCount: COUNT,
    processes: [
      ...every.map((i): t.ToyProcess => ({
        ...(helper?.gated && { gates: [gateCell(i)] }),
        body: () => run(code, i, !maskless),
      })),
      ...(helper
        ? every.map((i): t.ToyProcess => ({
            role: 'daemon',
            *body() {
              yield* t.awaitValue(ownCell(i), 1);
              if (helper.gated) yield* t.store(gateCell(i), 1);
              yield* t.store(ownCell(i), 2);
              yield* run(helper.code, i, !maskless);
              if (helper.gated) yield* t.store(gateCell(i), 0);
            },
          }))
        : []),
      () => run(other, 3, !maskless),
    ],
    marks: { a: at('mark') },
    kinds: { store: at('store') },
    finals: at('end'),
    symmetry: { classes: [every.map(member)], masks: [MASK] },
  };
}
