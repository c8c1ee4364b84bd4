/**
 * The shapes that memory orders are told apart by, with every way to keep the two accesses of a thread in order. Names are those of the
 * diy tools: MP is message passing, SB store buffering, LB load buffering, WRC write-to-read causality, IRIW independent reads.
 */
import type { Act, Program } from './axioms.ts';
import type { Isa } from './order-programs.ts';

type Kind = 'R' | 'W';
interface End {
  readonly kind: Kind;
  readonly at: number;
}
/** Two accesses of one thread, or one. */
type Line = readonly [End, End] | readonly [End];

const R = (at: number): End => ({ kind: 'R', at });
const W = (at: number): End => ({ kind: 'W', at });
const SHAPES: Readonly<Record<string, readonly Line[]>> = {
  MP: [
    [W(0), W(1)],
    [R(1), R(0)],
  ],
  SB: [
    [W(0), R(1)],
    [W(1), R(0)],
  ],
  LB: [
    [R(0), W(1)],
    [R(1), W(0)],
  ],
  S: [
    [W(0), W(1)],
    [R(1), W(0)],
  ],
  R: [
    [W(0), W(1)],
    [W(1), R(0)],
  ],
  '2+2W': [
    [W(0), W(1)],
    [W(1), W(0)],
  ],
  WRC: [[W(0)], [R(0), W(1)], [R(1), R(0)]],
  RWC: [[W(0)], [R(0), R(1)], [W(1), R(0)]],
  IRIW: [[W(0)], [R(0), R(1)], [W(1)], [R(1), R(0)]],
};

/** How the second access is kept behind the first: what stands between, and how they are marked. */
type Link = string;
const LINKS: Readonly<Record<Exclude<Isa, 'X86_64'>, Readonly<Record<string, readonly Link[]>>>> = {
  AArch64: {
    RR: ['po', 'dmb sy', 'dmb ld', 'dsb sy', 'dsb ld', 'address', 'control', 'control isb', 'acquire', 'weak acquire'],
    RW: ['po', 'dmb sy', 'dmb ld', 'dsb sy', 'dsb ld', 'address', 'data', 'control', 'acquire', 'release'],
    WW: ['po', 'dmb sy', 'dmb st', 'dsb sy', 'dsb st', 'release'],
    WR: ['po', 'dmb sy', 'dsb sy', 'dsb st', 'dmb ld', 'release acquire', 'release weak acquire'],
  },
  PPC: {
    RR: ['po', 'sync', 'lwsync', 'eieio', 'address', 'control', 'control isync'],
    RW: ['po', 'sync', 'lwsync', 'address', 'data', 'control'],
    WW: ['po', 'sync', 'lwsync', 'eieio'],
    WR: ['po', 'sync', 'lwsync'],
  },
};

function linked([a, b]: Line, link: Link, value: () => number): Act[] {
  const load = (end: End, more: Partial<Extract<Act, { do: 'load' }>> = {}, to = 0): Act => ({
    do: 'load',
    to,
    at: end.at,
    ...more,
  });
  const store = (end: End, more: Partial<Extract<Act, { do: 'store' }>> = {}): Act => ({
    do: 'store',
    at: end.at,
    value: { number: value() },
    ...more,
  });
  const words = link.split(' ');
  const first =
    a.kind === 'W'
      ? store(a, link.startsWith('release') && b?.kind === 'R' ? { release: true } : {})
      : load(a, link === 'acquire' ? { mark: 'A' } : link === 'weak acquire' ? { mark: 'Q' } : {});
  if (!b) return [first];
  const between: Act[] = /^d[ms]b/.test(link) ? [{ do: 'fence', name: link }] : [];
  if (['sync', 'lwsync', 'eieio'].includes(link)) between.push({ do: 'fence', name: link });
  if (words[0] === 'control') between.push({ do: 'branch', on: 0 });
  if (words[0] === 'control' && words[1]) between.push({ do: 'fence', name: words[1] });
  const index = link === 'address' ? { index: 0 } : {};
  const mark =
    link === 'release acquire' ? { mark: 'A' as const } : link === 'release weak acquire' ? { mark: 'Q' as const } : {};
  const to = a.kind === 'R' ? 1 : 0;
  const second =
    b.kind === 'R'
      ? load(b, { ...index, ...mark }, to)
      : link === 'data'
        ? store(b, { value: { number: value(), from: 0 } })
        : store(b, { ...index, ...(link === 'release' && { release: true as const }) });
  return [first, ...between, second];
}

/** Every shape with every pair of links: three threads and more with equal links, or with one that is weaker. */
export function shapesOf(isa: Exclude<Isa, 'X86_64'>): readonly (readonly [string, Program])[] {
  return Object.entries(SHAPES).flatMap(([name, lines]) => {
    const pairs = lines.filter((line) => line.length === 2);
    const choices = pairs.map(([a, b]) => LINKS[isa][`${a.kind}${b.kind}`]!);
    return choices[0]!.flatMap((one) =>
      choices[1]!.map((other): readonly [string, Program] => {
        const links = [one, other];
        const next = [0, 0];
        let pair = 0;
        const threads = lines.map((line) =>
          linked(line, line.length === 2 ? links[pair++]! : 'po', () => ++next[line.at(-1)!.at]!),
        );
        return [`${name}+${one}+${other}`, { locations: 2, threads }];
      }),
    );
  });
}

const fence = (name: string): Act => ({ do: 'fence', name });
const load = (to: number, at: number, more: Partial<Extract<Act, { do: 'load' }>> = {}): Act => ({
  do: 'load',
  to,
  at,
  ...more,
});
const store = (at: number, number: number, from?: number): Act => ({
  do: 'store',
  at,
  value: { number, ...(from !== undefined && { from }) },
});

/** Message passing with more between the two loads (or the load and the store) of the reader: location 2 is its own, or a third thread's. */
function passing(barrier: string, reader: readonly Act[], ...others: readonly (readonly Act[])[]): Program {
  return { locations: 3, threads: [[store(0, 1), fence(barrier), store(1, 1)], reader, ...others] };
}
/** What is between two accesses of different locations, and takes a third one to be seen. */
export function idiomsOf(isa: Exclude<Isa, 'X86_64'>): readonly (readonly [string, Program])[] {
  const barrier = isa === 'PPC' ? 'lwsync' : 'dmb st';
  const common: readonly (readonly [string, Program])[] = [
    ['data, own store, address', passing(barrier, [load(0, 1), store(2, 1, 0), load(1, 2), load(2, 0, { index: 1 })])],
    ['address, then a store', passing(barrier, [load(0, 1), load(1, 2, { index: 0 }), store(0, 2)])],
    [
      'a cell read twice',
      passing(barrier, [load(0, 1), load(1, 2, { index: 0 }), load(2, 2), load(3, 0, { index: 2 })], [store(2, 1)]),
    ],
    ['detour', passing(barrier, [load(0, 1), store(2, 1, 0), load(1, 2), load(2, 0, { index: 1 })], [store(2, 2)])],
    [
      'a cell written twice and read',
      passing(barrier, [load(0, 1), store(2, 1, 0), store(2, 2), load(1, 2), store(0, 2, 1)]),
    ],
  ];
  if (isa === 'PPC') return common;
  const swap = (at: number, to: number): Act => ({
    do: 'update',
    how: 'swap',
    to,
    at,
    value: 1,
    acquire: true,
    release: true,
  });
  const both = (a: readonly Act[], b: readonly Act[]): Program => ({ locations: 2, threads: [a, b] });
  return [
    ...common,
    ['swap with acquire and release, then a load', both([swap(0, 0), load(1, 1)], [swap(1, 0), load(1, 0)])],
    [
      'swap with acquire and release, then a store',
      both([swap(0, 0), store(1, 1)], [load(0, 1), fence('dmb ld'), load(1, 0)]),
    ],
    ['address, isb', passing(barrier, [load(0, 1), load(1, 2, { index: 0 }), fence('isb'), load(2, 0)])],
    [
      'exclusive pair, own store acquired',
      passing(barrier, [
        load(0, 1, { exclusive: true }),
        { do: 'store', at: 1, value: { number: 2 }, exclusive: 1 },
        load(2, 1, { mark: 'A' }),
        load(3, 0),
      ]),
    ],
    [
      'atomic operation without result',
      passing(barrier, [{ do: 'update', how: 'swap', at: 1, value: 2 }, fence('dmb ld'), load(0, 0)]),
    ],
    [
      'a compare-and-swap that fails for what comes of a later store',
      {
        locations: 2,
        threads: [
          [load(0, 0), store(1, 2, 0)],
          [{ do: 'update', how: 'cas', to: 0, at: 1, value: 1, expected: 0 }, fence('dmb st'), store(0, 1)],
        ],
      },
    ],
    [
      'chosen value, then a load',
      passing(barrier, [load(0, 1), { do: 'select', to: 1, on: 0 }, load(2, 0, { index: 1 })]),
    ],
    ['chosen value, then a store', passing(barrier, [load(0, 1), { do: 'select', to: 1, on: 0 }, store(0, 2, 1)])],
  ];
}
