/** Each row of the order tables is needed: some program ends otherwise than the axioms say where it is left out. */
import { describe, expect, test } from '@jest/globals';
import { arm64Order } from '@shootdown/arch-arm64';
import { ppc64Order } from '@shootdown/arch-ppc64';
import type { FlatOrder, Keeps, OrderTable, ScatteredFence, ScatteredOrder } from '@shootdown/core/plugin';
import { readyAssembly } from '../src/assembly-run.ts';
import { parseLitmus } from '../src/parse.ts';
import { allowedEnds, type Program } from './judge/axioms.ts';
import { endText, OWN, textOf } from './judge/order-programs.ts';
import { idiomsOf, shapesOf } from './judge/shapes.ts';

type Isa = 'AArch64' | 'PPC';
function endsOf(
  program: Program,
  isa: Isa,
  order: OrderTable | 'sc' | 'tso' | 'own',
  orders: 'one' | 'all' = 'one',
): Set<string> {
  const { search, outcome } = readyAssembly(parseLitmus(textOf(program, isa), 't'), 't', order, {
    maxStates: 300_000,
    orders,
  });
  while (search.advance());
  const { ends, complete } = outcome();
  if (!complete) throw new Error('too many states');
  return new Set(ends.map((end) => endText(program, isa, end)));
}
const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((one) => b.has(one));

/** What each program may end with, as the axioms say. */
const expected = new Map<string, Set<string> | undefined>();
const allowed = (name: string, program: Program, isa: Isa): Set<string> | undefined => {
  const key = `${isa} ${name}`;
  if (!expected.has(key)) expected.set(key, allowedEnds(program, OWN[isa]));
  return expected.get(key);
};

const programsOf = (isa: Isa) => [...idiomsOf(isa), ...shapesOf(isa)];
describe.each(['AArch64', 'PPC'] as const)('%s', (isa) => {
  const shapes = programsOf(isa);
  test(`${shapes.length} shapes end as the axioms say`, () => {
    const wrong = shapes.filter(([name, program]) => !same(endsOf(program, isa, 'own'), allowed(name, program, isa)!));
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
  test('what a stronger order allows, a weaker one allows', () => {
    for (const [name, program] of shapes) {
      const [sc, tso, own] = (['sc', 'tso', 'own'] as const).map((order) => endsOf(program, isa, order)) as [
        Set<string>,
        Set<string>,
        Set<string>,
      ];
      const lost = [[...sc].filter((end) => !tso.has(end)), [...tso].filter((end) => !own.has(end))];
      expect([name, ...lost]).toEqual([name, [], []]);
    }
  });
});

test('events of POWER that commute need not be tried in every order', () => {
  const different = programsOf('PPC').filter(
    ([, program]) => !same(endsOf(program, 'PPC', 'own'), endsOf(program, 'PPC', 'own', 'all')),
  );
  expect(different.map(([name]) => name)).toEqual([]);
});

/** A table without one of its rows. */
type Mutant = readonly [string, OrderTable];
const without = <T>(list: readonly T[], one: T): T[] => list.filter((other) => other !== one);

/** Pairs of a barrier that are not kept any more; of one that reaches everybody, what it knows and holds back. */
function lessOf(fence: ScatteredFence): readonly (readonly [string, ScatteredFence])[] {
  return fence.keeps.flatMap((row, i): readonly (readonly [string, ScatteredFence])[] => {
    const others = fence.keeps.filter((_, k) => k !== i);
    const put = (...rows: readonly Keeps[]): ScatteredFence => ({ ...fence, keeps: [...others, ...rows] });
    if (fence.everywhere)
      return [
        ...row.before.map(
          (kind) => [`without ${kind}s before`, put({ ...row, before: without(row.before, kind) })] as const,
        ),
        ...row.after.map(
          (kind) => [`without ${kind}s behind`, put({ ...row, after: without(row.after, kind) })] as const,
        ),
      ];
    return row.before.flatMap((before) =>
      row.after.map((after) => {
        const rest: Keeps = { before: without(row.before, before), after: row.after };
        return [
          `${before} before ${after}`,
          put(rest, { before: [before], after: without(row.after, after) }),
        ] as const;
      }),
    );
  });
}
const withoutKeeps = (order: OrderTable): Mutant[] =>
  Object.entries(order.fences).flatMap(([name, fence]: [string, ScatteredFence]) => {
    const put = (changed: ScatteredFence): OrderTable => ({ ...order, fences: { ...order.fences, [name]: changed } });
    const { context, everywhere, keeps } = fence;
    return [
      ...lessOf(fence).map(([what, changed]): Mutant => [`${name}: ${what}`, put(changed)]),
      ...(context ? [[`${name}: context`, put({ keeps })] as Mutant] : []),
      ...(everywhere ? [[`${name}: everywhere`, put({ keeps })] as Mutant] : []),
    ];
  });
const lists = ['acquire', 'release', 'acquireRelease'] as const;
const flags = ['releaseThenAcquire', 'addressesAreContext', 'forwardedDependencies', 'forwardedExclusive'] as const;
const armMutants = (order: FlatOrder): Mutant[] => [
  ...withoutKeeps(order),
  ...lists.flatMap((list) =>
    order[list].map((kind): Mutant => [
      `${list}: ${kind}`,
      { ...order, [list]: (order[list] as readonly string[]).filter((one) => one !== kind) },
    ]),
  ),
  ...flags.map((flag): Mutant => [flag, { ...order, [flag]: false }]),
  ...Object.entries(order.dependencies).flatMap(([name, kinds]: [string, readonly string[]]) =>
    kinds.map((kind): Mutant => [
      `${name} before ${kind}`,
      { ...order, dependencies: { ...order.dependencies, [name]: kinds.filter((one) => one !== kind) } },
    ]),
  ),
];
const powerMutants = (order: ScatteredOrder): Mutant[] => [
  ...withoutKeeps(order),
  ...order.preserves.map((rule): Mutant => [
    rule,
    { ...order, preserves: order.preserves.filter((one) => one !== rule) },
  ]),
];

/** Who ends otherwise than allowed: which program. */
function noticedBy(order: OrderTable, isa: Isa): string | undefined {
  return programsOf(isa).find(
    ([name, program]) => !same(endsOf(program, isa, order), allowed(name, program, isa)!),
  )?.[0];
}
describe('left out, it is noticed: Arm', () => {
  test.each(armMutants(arm64Order))('%s', (_name, order) => expect(noticedBy(order, 'AArch64')).toBeDefined());
});
describe('left out, it is noticed: POWER', () => {
  test.each(powerMutants(ppc64Order))('%s', (_name, order) => expect(noticedBy(order, 'PPC')).toBeDefined());
});
