/** The page tables as they are in one state, with what CPUs remember of them. */
import type { Trace } from '@shootdown/core';
import { numberIn, type Referent, type State, type Value } from './states.ts';

type CellFacts = Trace['cells'][string];

/** One entry of a table. */
export interface EntryView {
  readonly cell: string;
  readonly index: number;
  readonly text: string;
  readonly refers?: Referent;
  readonly flags?: readonly string[];
  /** The step that is shown changed it, from this. */
  readonly was?: string;
}
export type Life = 'unused' | 'used' | 'freed';
export interface TableView {
  readonly n: number;
  readonly entries: readonly EntryView[];
  readonly life: Life;
  /** Does the tree of an address space lead to it? */
  readonly linked: boolean;
  /** Address spaces whose top table it is. */
  readonly rootOf: readonly number[];
}
export interface FrameView {
  readonly n: number;
  readonly life: Life;
  readonly refcount: number;
  readonly mapcount: number;
  readonly changed: boolean;
}
/** A translation, or a step of one, that a CPU remembers. */
export interface CachedView {
  readonly cell: string;
  readonly kind: 'tlb' | 'walk cache';
  readonly cpu: number;
  readonly mm: number;
  /** `page 0`, `pages 0..1`. */
  readonly pages: string;
  readonly text: string;
  readonly refers?: Referent;
  readonly flags?: readonly string[];
  /** What the tree says instead, where it says something else. */
  readonly stale?: string;
  readonly was?: string;
}
export interface TreeView {
  /** From the top level down; tables that are nowhere linked stand where they were, or will be. */
  readonly levels: readonly { readonly name: string; readonly tables: readonly TableView[] }[];
  readonly frames: readonly FrameView[];
  readonly cached: readonly CachedView[];
  /** Translations that the chosen step removed. */
  readonly dropped: readonly CachedView[];
}

/** What of the tree is the same for a whole trace. */
export interface Shape {
  /** Names of levels from the top down. */
  readonly levels: readonly string[];
  /** Entries of a table of each. */
  readonly entries: readonly number[];
  readonly levelOf: ReadonlyMap<number, number>;
  readonly tables: ReadonlyMap<number, readonly { readonly cell: string; readonly index: number }[]>;
  readonly frames: readonly number[];
  readonly find: Find;
}

const NAMES: Readonly<Record<number, readonly string[]>> = {
  2: ['pmd', 'pte'],
  3: ['pgd', 'pmd', 'pte'],
  4: ['pgd', 'pud', 'pmd', 'pte'],
  5: ['pgd', 'p4d', 'pud', 'pmd', 'pte'],
};
/** Index of a level as cells have it, from the leaf up. */
const LEVELS = ['pte', 'pmd', 'pud', 'p4d', 'pgd'];

/** @param geometry entries of a table from the top level down, such as `2x2x2` */
export function shapeOf(trace: Trace, geometry: string): Shape {
  const entries = geometry.split('x').map(Number);
  const levels = NAMES[entries.length] ?? entries.map((_, i) => `level ${entries.length - i}`);
  const values = [
    ...trace.initial.map(({ cell, refers }) => ({ cell, refers })),
    ...trace.events.flatMap(({ changes }) => changes.map(({ cell, refers }) => ({ cell, refers }))),
  ];
  const levelOf = new Map<number, number>();
  for (const { cell, refers } of values) if (trace.cells[cell]?.region === 'mm.pgd' && refers) levelOf.set(refers.n, 0);
  // A table is one level below whatever ever pointed to it.
  for (let changed = true; changed;) {
    changed = false;
    for (const { cell, refers } of values) {
      const from = trace.cells[cell];
      const parent = from?.region === 'entry' ? levelOf.get(from.at[0] ?? 0) : cachedLevel(from, levels);
      if (refers?.to !== 'table' || parent === undefined || levelOf.has(refers.n)) continue;
      levelOf.set(refers.n, Math.min(parent + 1, levels.length - 1));
      changed = true;
    }
  }
  const find = finderIn(trace);
  const tables = new Map<number, { cell: string; index: number }[]>();
  const frames = new Set<number>();
  for (const { region, at } of Object.values(trace.cells)) {
    if (region === 'entry') tables.set(at[0] ?? 0, []);
  }
  // A frame that nothing maps and nothing changes is no part of the picture.
  for (const { changes } of trace.events)
    for (const { cell, ghost } of changes) {
      const facts = trace.cells[cell];
      if (!ghost && facts?.dims[0] === 'page') frames.add(facts.at[0] ?? 0);
    }
  for (const { refers } of values) {
    if (refers?.to === 'page') frames.add(refers.n);
    if (refers?.to === 'table') tables.set(refers.n, []);
  }
  for (const [n, list] of tables) {
    const count = entries[levelOf.get(n) ?? entries.length - 1] ?? 2;
    for (let index = 0; index < count; index++)
      list.push({ cell: find('entry', n, index) ?? `T${n}[${index}]`, index });
  }
  return { levels, entries, levelOf, tables, frames: [...frames].filter((n) => n > 0).sort((a, b) => a - b), find };
}

/** Names of cells by region and indices. */
export type Find = (region: string, ...at: readonly number[]) => string | undefined;
export function finderIn({ cells }: Trace): Find {
  const names = new Map(Object.entries(cells).map(([name, { region, at }]) => [`${region} ${at.join()}`, name]));
  return (region, ...at) => names.get(`${region} ${at.join()}`);
}

/** The level, from the top, of the upper entry that a walk cache remembers. */
const cachedLevel = (cell: CellFacts | undefined, levels: readonly string[]): number | undefined =>
  cell?.region === 'walk cache' ? levels.indexOf(LEVELS[cell.at[2] ?? 0] ?? '') : undefined;

const LIVES: readonly Life[] = ['unused', 'used', 'freed'];
const lifeOf = (value: number): Life => LIVES[value] ?? 'unused';

/**
 * @param state after the step that is shown
 * @param changes of that step
 */
export function treeAt(
  trace: Trace,
  shape: Shape,
  state: State,
  changes: Trace['events'][number]['changes'],
): TreeView {
  const was = new Map(changes.map(({ cell, from }) => [cell, from]));
  const number = (region: string, n: number): number => numberIn(state, shape.find(region, n) ?? '');
  const roots = rootsOf(trace, state);
  const linked = linkedIn(shape, state, [...roots.values()]);
  const tables = [...shape.tables].map(([n, cells]): TableView => ({
    n,
    life: lifeOf(number('table.life', n)),
    linked: linked.has(n),
    rootOf: [...roots].filter(([, table]) => table === n).map(([mm]) => mm),
    entries: cells.map(({ cell, index }): EntryView => {
      const value = state.get(cell);
      return { cell, index, text: value?.text ?? 'none', ...only(value, was.get(cell)) };
    }),
  }));
  const changed = new Set(
    changes.flatMap(({ cell }) => (trace.cells[cell]?.dims[0] === 'page' ? [trace.cells[cell].at[0]] : [])),
  );
  const cached = cachedIn(trace, shape, state, roots, was);
  return {
    levels: shape.levels.map((name, i) => ({
      name,
      tables: tables
        .filter(
          ({ n, life }) =>
            (shape.levelOf.get(n) ?? shape.levels.length - 1) === i && (life !== 'unused' || linked.has(n)),
        )
        .sort((a, b) => Number(b.linked) - Number(a.linked) || a.n - b.n),
    })),
    frames: shape.frames
      .map((n): FrameView => ({
        n,
        life: lifeOf(number('page.life', n)),
        refcount: number('refcount', n),
        mapcount: number('mapcount', n),
        changed: changed.has(n),
      }))
      .filter(
        ({ n, life }) =>
          life !== 'unused' ||
          tables.some(({ entries }) => entries.some(({ refers }) => refers?.to === 'page' && refers.n === n)),
      ),
    cached,
    dropped: changes.flatMap(({ cell, from, after }): CachedView[] => {
      const facts = trace.cells[cell];
      return after === 0 && facts && (facts.region === 'tlb' || facts.region === 'walk cache')
        ? [{ ...placeOf(cell, facts, shape), text: from, was: from }]
        : [];
    }),
  };
}

const only = (value: Value | undefined, was: string | undefined) => ({
  ...(value?.refers && { refers: value.refers }),
  ...(value?.flags && { flags: value.flags }),
  ...(was !== undefined && { was }),
});

/** The top table of each address space. */
function rootsOf({ cells }: Trace, state: State): Map<number, number> {
  const roots = new Map<number, number>();
  for (const [name, { region, at }] of Object.entries(cells)) {
    const table = region === 'mm.pgd' ? state.get(name)?.refers?.n : undefined;
    if (table !== undefined) roots.set(at[0] ?? 0, table);
  }
  return roots;
}

function linkedIn(shape: Shape, state: State, roots: readonly number[]): Set<number> {
  const linked = new Set<number>();
  const visit = (n: number): void => {
    if (linked.has(n)) return;
    linked.add(n);
    for (const { cell } of shape.tables.get(n) ?? []) {
      const refers = state.get(cell)?.refers;
      if (refers?.to === 'table') visit(refers.n);
    }
  };
  roots.forEach(visit);
  return linked;
}

/** Pages that one entry of a level, counted from the top, covers. */
const pagesOf = (shape: Shape, level: number): number => shape.entries.slice(level + 1).reduce((a, b) => a * b, 1);

function placeOf(cell: string, { region, at }: CellFacts, shape: Shape): Omit<CachedView, 'text'> {
  const [cpu = 0, mm = 0, leafUp = 0, block = 0] = at;
  const level = shape.levels.indexOf(LEVELS[leafUp] ?? '');
  const size = pagesOf(shape, level);
  const pages = size === 1 ? `page ${block}` : `pages ${block * size}..${(block + 1) * size - 1}`;
  return { cell, kind: region === 'tlb' ? 'tlb' : 'walk cache', cpu, mm, pages };
}

function cachedIn(
  trace: Trace,
  shape: Shape,
  state: State,
  roots: ReadonlyMap<number, number>,
  was: ReadonlyMap<string, string>,
): CachedView[] {
  return Object.entries(trace.cells).flatMap(([cell, facts]): CachedView[] => {
    const value = state.get(cell);
    if (!value || value.value === 0 || (facts.region !== 'tlb' && facts.region !== 'walk cache')) return [];
    const stale = staleness(shape, state, roots, facts, value);
    return [
      {
        ...placeOf(cell, facts, shape),
        text: value.text,
        ...only(value, was.get(cell)),
        ...(stale !== undefined && { stale }),
      },
    ];
  });
}

/** What the tree says where a CPU remembers something else; undefined where it says the same, or grants more. */
function staleness(
  shape: Shape,
  state: State,
  roots: ReadonlyMap<number, number>,
  { at }: CellFacts,
  value: Value,
): string | undefined {
  const [, mm = 0, leafUp = 0, block = 0] = at;
  const level = shape.levels.indexOf(LEVELS[leafUp] ?? '');
  let table = roots.get(mm);
  for (let i = 0; i <= level; i++) {
    if (table === undefined) return 'there are no tables';
    const index = Math.floor((block * pagesOf(shape, level)) / pagesOf(shape, i)) % (shape.entries[i] ?? 1);
    const cell = shape.find('entry', table, index);
    const entry = cell === undefined ? undefined : state.get(cell);
    const says = `T${table}[${index}] is ${entry?.text ?? 'none'}`;
    if (i === level) return agrees(value, entry) ? undefined : says;
    if (entry?.refers?.to !== 'table') return says;
    table = entry.refers.n;
  }
  return undefined;
}

function agrees(value: Value, entry: Value | undefined): boolean {
  if (entry?.refers?.to !== value.refers?.to || entry?.refers?.n !== value.refers?.n) return false;
  const has = (flags: readonly string[] | undefined, flag: string): boolean => flags?.includes(flag) ?? false;
  if (value.refers?.to === 'table') return has(entry?.flags, 'present');
  return has(entry?.flags, 'present') && (!has(value.flags, 'write') || has(entry?.flags, 'write'));
}
