/**
 * Fast GUP against the collapse of a huge page, with one shared access per step: the model that other model checkers were measured on.
 * N CPUs walk K times with interrupts off and check again; one user CPU has a TLB entry and sets dirty; one thread collapses.
 */
import type { Cell } from '../api/cell.ts';
import { allOf, nonzero, waitsFor, zero } from '../api/condition.ts';
import type { Meaning, Op, Step, Store } from '../api/step.ts';
import type { Check, Replica, Process, System } from '../api/system.ts';

/** Sizes and variants. */
export interface GupCollapse {
  /** CPUs that walk. */
  readonly walkers: number;
  /** How often each walks (default 2). */
  readonly rounds?: number;
  /** `ipi`: interrupts all CPUs. `no kick`: only the TLB entry is invalidated, which is a bug. `kick`: both. */
  readonly flush: 'ipi' | 'no kick' | 'kick';
}

// What the PMD holds.
const NONE = 0;
const TABLE = 1;
const HUGE = 2;

const SHARED = [
  'pmd',
  'pte',
  'dirty',
  'ref',
  'table freed',
  'lock',
  'data',
  'huge data',
  'called',
  'copied',
  'user pending',
  'user busy',
  'tlb',
] as const;
const [PMD, PTE, DIRTY, REF, FREED, LOCK, DATA, HUGE_DATA, CALLED, COPIED, USER_PENDING, USER_BUSY, TLB] = SHARED.map(
  (_, cell) => cell,
) as [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell];
const pending = (walker: number): Cell => SHARED.length + 2 * walker;
const irqOff = (walker: number): Cell => pending(walker) + 1;

/** Builds the system. Its state counts without reductions are 1302, 29516, 742620 and 20160152 for 1 to 4 walkers (`ipi`). */
export function gupCollapse({ walkers, rounds = 2, flush }: GupCollapse): System {
  const all = Array.from({ length: walkers }, (_, i) => i);
  const main = (name: string, cpu: number, body: () => Op<unknown>): Process => ({ name, cpu, role: 'main', body });
  const handler = (cpu: number, handle: Cell, off: Cell, also: readonly Cell[]): Process => ({
    name: `cpu${cpu} irq`,
    cpu,
    role: 'daemon',
    body: function* () {
      yield step('handle', [handle, off, ...also]);
    },
  });
  const alike = all.map((i): Replica => ({ processes: [i, walkers + i], cells: [pending(i), irqOff(i)] }));
  return {
    processes: [
      ...all.map((i) => main(`gup${i}`, i, () => gup(i, rounds))),
      ...all.map((i) => handler(i, pending(i), irqOff(i), [])),
      main('user', walkers, user),
      handler(walkers, USER_PENDING, USER_BUSY, [TLB]),
      main('collapse', walkers + 1, () => collapse(walkers, flush)),
    ],
    cellCount: SHARED.length + 2 * walkers,
    initial: (cell) => (cell === PMD ? TABLE : cell === PTE || cell === REF ? 1 : 0),
    meaning: (kind) => MEANINGS[kind as keyof typeof MEANINGS],
    names: {
      name: (cell) =>
        SHARED[cell] ?? `${cell % 2 === SHARED.length % 2 ? 'pending' : 'irq off'} ${(cell - SHARED.length) >> 1}`,
      value: (_cell, value) => String(value),
    },
    checksAt: (s) => CLAIMS[s.kind] ?? [],
    finals: [],
    where: () => [],
    ...(walkers > 1 && { symmetry: { classes: [alike] } }),
  };
}

function* gup(i: number, rounds: number): Op {
  for (let k = 0; k < rounds; k++) {
    yield step('irq off', [irqOff(i)]);
    if (yield* walk()) {
      yield step('irq on', [irqOff(i)]);
      yield step('use', [REF]);
      yield step('put', [REF]);
    } else {
      yield step('irq on', [irqOff(i)]);
    }
  }
}

/** Takes a reference to the page, if all is as it was. */
function* walk(): Op<boolean> {
  if ((yield step('load', [PMD])) !== TABLE) return false;
  if ((yield step('walk', [PTE])) === 0) return false;
  if ((yield step('get', [REF])) === 0) return false;
  if ((yield step('load', [PMD])) === TABLE && (yield step('walk', [PTE])) === 1) return true;
  yield step('put', [REF]);
  return false;
}

function* user(): Op {
  for (;;) {
    const went = yield step('access', [TLB, PMD, DATA, HUGE_DATA, USER_BUSY]);
    if (went === WALKS) {
      if ((yield step('fill', [PTE, TLB, USER_BUSY])) === 0) return;
    } else if (went === WROTE) {
      yield step('set dirty', [DIRTY, USER_BUSY]);
      return;
    } else if (went === ENDS) return;
  }
}

function* collapse(walkers: number, flush: GupCollapse['flush']): Op {
  yield step('lock', [LOCK]);
  if ((yield step('load', [PMD])) === TABLE) {
    yield step('store', [PMD], [NONE]);
    if (flush !== 'ipi') {
      yield step('store', [CALLED], [1]);
      yield step('store', [USER_PENDING], [1]);
      yield step('await all', [USER_PENDING], [0]);
    }
    if (flush !== 'no kick') {
      yield step('store', [CALLED], [walkers + 1]);
      yield step('interrupt all', [USER_PENDING], [walkers]);
      yield step('await all', [USER_PENDING], [walkers]);
    }
    if ((yield step('load', [REF])) === 1) {
      yield step('store', [PTE], [0]);
      yield step('copy', [COPIED, DATA]);
      yield step('copy', [HUGE_DATA, COPIED]);
      yield step('store', [REF], [0]);
      yield step('store', [FREED], [1]);
      yield step('store', [PMD], [HUGE]);
    } else {
      yield step('store', [PMD], [TABLE]);
    }
  }
  yield step('store', [LOCK], [0]);
}

/** What an access of the user CPU comes to: it walks on, it is translated huge, it wrote through the small page, it is over. */
const WALKS = 1;
const TRANSLATED = 2;
const WROTE = 3;
const ENDS = 0;

const step = (kind: keyof typeof MEANINGS, cells: readonly Cell[], args: readonly number[] = []): Step => ({
  kind,
  cpu: 0,
  cells,
  args,
});
const at = (s: Step, n: number): Cell => s.cells[n]!;
const does = (apply: (s: Step, store: Store) => number | void, more: Partial<Meaning> = {}): Meaning => ({
  apply: (s, store) => apply(s, store) ?? 0,
  tell: (s, observed, names) =>
    `${s.kind} ${s.cells.map((cell) => names.name(cell)).join(', ')}${observed ? ` -> ${observed}` : ''}`,
  ...more,
});

const MEANINGS = {
  load: does((s, store) => store.get(at(s, 0))),
  walk: does((s, store) => store.get(at(s, 0))),
  store: does((s, store) => s.cells.forEach((cell) => store.set(cell, s.args[0]!))),
  /** One step on a set of CPUs: `args[0]` walkers and the user CPU. */
  'interrupt all': does((s, store) => {
    for (let i = 0; i < s.args[0]!; i++) store.set(pending(i), 1);
    store.set(at(s, 0), 1);
  }),
  copy: does((s, store) => store.set(at(s, 0), store.get(at(s, 1)))),
  lock: does(
    (s, store) => store.set(at(s, 0), 1),
    waitsFor((s) => zero(at(s, 0))),
  ),
  /** Waits for the flag of each CPU of such a set, as smp_call_function_many does. */
  'await all': does(
    () => 0,
    waitsFor((s) => allOf(zero(at(s, 0)), ...Array.from({ length: s.args[0]! }, (_, i) => zero(pending(i))))),
  ),
  'irq off': does((s, store) => store.set(at(s, 0), 1)),
  'irq on': does((s, store) => store.set(at(s, 0), 0)),
  /** Takes a reference unless there is none. */
  get: does((s, store) => {
    const ref = store.get(at(s, 0));
    if (ref > 0) store.set(at(s, 0), ref + 1);
    return ref > 0 ? 1 : 0;
  }),
  use: does(() => 0),
  /** Observes 1 when there was a reference to put. */
  put: does((s, store) => {
    const ref = store.get(at(s, 0));
    store.set(at(s, 0), Math.max(0, ref - 1));
    return Math.min(1, ref);
  }),
  /** cells: pending, interrupts off, then what the handler clears. */
  handle: does(
    (s, store) => {
      store.set(at(s, 0), 0);
      for (const cell of s.cells.slice(2)) store.set(cell, 0);
    },
    waitsFor((s) => allOf(nonzero(at(s, 0)), zero(at(s, 1)))),
  ),
  /** One instruction of the user CPU: looks up the TLB, else begins a walk, during which no interrupt comes. */
  access: does((_s, store) => {
    const tlb = store.get(TLB);
    if (tlb === TABLE) {
      store.set(DATA, 1);
      store.set(USER_BUSY, 1);
      return WROTE;
    }
    if (tlb === HUGE) {
      store.set(HUGE_DATA, 1);
      return ENDS;
    }
    const pmd = store.get(PMD);
    if (pmd === TABLE) store.set(USER_BUSY, 1);
    if (pmd === HUGE) store.set(TLB, HUGE);
    return pmd === TABLE ? WALKS : pmd === HUGE ? TRANSLATED : ENDS;
  }),
  fill: does((_s, store) => {
    const pte = store.get(PTE);
    if (pte === 1) store.set(TLB, TABLE);
    store.set(USER_BUSY, 0);
    return pte;
  }),
  'set dirty': does((_s, store) => {
    store.set(DIRTY, 1);
    store.set(USER_BUSY, 0);
  }),
} as const;

const never = (claim: string, wrong: (store: Store, s: Step, observed: number) => boolean): readonly Check[] => [
  { claim, on: 'violation', holds: (store, s, observed) => !wrong(store, s, observed) },
];
const tables = never('nobody reads a freed page table', (store) => store.get(FREED) !== 0);
const pages = never('nobody uses a page without a reference', (store) => store.get(REF) === 0);
const CLAIMS: Readonly<Record<string, readonly Check[]>> = {
  walk: tables,
  fill: tables,
  'set dirty': tables,
  use: pages,
  put: never('nobody puts a reference that is gone', (_store, _s, observed) => observed === 0),
  access: never(
    'nobody uses a page without a reference',
    (store, _s, observed) => observed === WROTE && store.get(REF) === 0,
  ),
};
