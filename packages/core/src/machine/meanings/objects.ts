/** Life of page frames and page tables, walks in software, and the visible steps of claims. */
import { isTable, isValid, POISON, showEntry, tableOf } from '../../words/entry.ts';
import { ghosts } from '../../words/ghosts.ts';
import { levelAt } from '../../words/geometry.ts';
import { pageCells, tableCells } from '../../words/objects.ts';
import { type Meaning, Mistake, type Store } from '@shootdown/explorer';
import { hw } from '../hardware.ts';
import { argAt, cellAt, reader, touches, type Meanings, type Parts } from '../parts.ts';
import { widest } from '../translation.ts';

/** Life of a frame or table: allocated, freed, freed once too often. */
const ALLOCATED = 1;
const FREED = 2;
const FREED_TWICE = 3;

/** First frame (table) of a CPU's pool; 0 is never given out, and frames of a pool are aligned to huge pages. */
export const firstFrame = (p: Parts, cpu: number): number => (cpu + 1) * p.pool.frames;
export const firstTable = (p: Parts, cpu: number): number => 1 + cpu * p.pool.tables;

/** A step of a hook's contract, and what it carries. */
export interface HookStep {
  readonly hook: string;
  readonly args: readonly unknown[];
  readonly result?: unknown;
  /** Locks the thread holds: cell name and how. */
  readonly held: readonly { readonly name: string; readonly mode: 'held' | 'read' | 'write' }[];
}

/** What an allocation observes where the pool of its CPU is empty: memory is not used again within one exploration. */
export const NOTHING_LEFT = -1;

export function objectMeanings(p: Parts): Meanings {
  const { get, set } = reader(p);
  const frames = (pfn: number, order: number): number[] => Array.from({ length: 2 ** order }, (_, i) => pfn + i);
  const entries = (table: number) => Array.from({ length: widest(p) }, (_, i) => tableCells.entry(table, i));
  const poolFrames = (cpu: number): number[] => Array.from({ length: p.pool.frames }, (_, i) => firstFrame(p, cpu) + i);
  /** Cells of what a CPU is inside of. */
  const insideCells = (cpu: number): number[] =>
    [
      ghosts.inside(cpu),
      ...Array.from({ length: p.layout.sizes.nesting }, (_, depth) => ghosts.interrupted(cpu, depth)),
    ].map((r) => p.layout.cell(r));
  const hookStep = (verb: string, apply: (cpu: number, store: Store) => void): Meaning => ({
    apply(step, store) {
      apply(step.cpu, store);
      return 0;
    },
    footprint: (step) => touches([p.layout.cell(ghosts.inside(step.cpu))], insideCells(step.cpu)),
    tell: (step) => `${verb} ${(step.info as HookStep).hook}`,
  });

  return {
    /** args: order. Observes the first frame. */
    'page.alloc': {
      apply(step, store) {
        const size = 2 ** argAt(step, 0);
        const taken = Math.ceil(get(store, hw.framesTaken(step.cpu)) / size) * size;
        if (taken + size > p.pool.frames) return NOTHING_LEFT;
        const pfn = firstFrame(p, step.cpu) + taken;
        set(store, hw.framesTaken(step.cpu), taken + size);
        // Frames stand side by side, and so do the words of a table.
        const life = p.layout.cell(pageCells.life(pfn));
        for (let i = 0; i < size; i++) store.set(life + i, ALLOCATED);
        set(store, pageCells.refcount(pfn), 1);
        set(store, pageCells.order(pfn), argAt(step, 0));
        return pfn;
      },
      footprint: (step) => {
        const c = [
          p.layout.cell(hw.framesTaken(step.cpu)),
          ...poolFrames(step.cpu).flatMap((f) =>
            [pageCells.life(f), pageCells.refcount(f), pageCells.order(f)].map((r) => p.layout.cell(r)),
          ),
        ];
        return touches(c, c);
      },
      tell: (step, observed) =>
        `allocates ${argAt(step, 0) ? 'a huge page' : 'a page'}: ${observed === NOTHING_LEFT ? 'none is left' : `P${observed}`}`,
    },
    /** args: first frame. */
    'page.free': {
      apply(step, store) {
        const pfn = argAt(step, 0);
        for (const f of frames(pfn, get(store, pageCells.order(pfn))))
          set(store, pageCells.life(f), get(store, pageCells.life(f)) === FREED ? FREED_TWICE : FREED);
        return get(store, pageCells.life(pfn)) === FREED_TWICE ? 1 : 0;
      },
      footprint: (step) => {
        const c = frames(argAt(step, 0), p.geometry.bits.pte)
          .filter((f) => f < p.layout.sizes.page)
          .map((f) => p.layout.cell(pageCells.life(f)));
        return touches([...c, p.layout.cell(pageCells.order(argAt(step, 0)))], c);
      },
      tell: (step) => `frees P${argAt(step, 0)}`,
    },
    /** args: level. Observes the table. */
    'table.alloc': {
      apply(step, store) {
        const taken = get(store, hw.tablesTaken(step.cpu));
        if (taken >= p.pool.tables) return NOTHING_LEFT;
        const table = firstTable(p, step.cpu) + taken;
        set(store, hw.tablesTaken(step.cpu), taken + 1);
        set(store, tableCells.life(table), ALLOCATED);
        return table;
      },
      footprint: (step) => {
        const c = [
          hw.tablesTaken(step.cpu),
          ...Array.from({ length: p.pool.tables }, (_, i) => tableCells.life(firstTable(p, step.cpu) + i)),
        ].map((r) => p.layout.cell(r));
        return touches(c, c);
      },
      tell: (step, observed) =>
        `allocates a ${levelAt(argAt(step, 0))} table: ${observed === NOTHING_LEFT ? 'none is left' : `T${observed}`}`,
    },
    /** args: table. Its words are no entries any more. */
    'table.free': {
      apply(step, store) {
        const table = argAt(step, 0);
        const twice = get(store, tableCells.life(table)) === FREED;
        const first = p.layout.cell(tableCells.entry(table, 0));
        for (let i = 0; i < widest(p); i++) store.set(first + i, POISON);
        set(store, tableCells.life(table), twice ? FREED_TWICE : FREED);
        return twice ? 1 : 0;
      },
      footprint: (step) => {
        const table = argAt(step, 0);
        const c = [tableCells.life(table), ...entries(table)].map((r) => p.layout.cell(r));
        return touches(c, c);
      },
      tell: (step) => `frees table T${argAt(step, 0)}`,
    },
    /** cells: entry. args: level. A walk without locks reads an entry. */
    'walk.lockless': {
      apply(step, store) {
        const entry = store.get(cellAt(step, 0));
        if (p.layout.keeps(ghosts.walking) && isTable(entry) && isValid(entry))
          set(store, ghosts.walking(step.cpu, argAt(step, 0)), tableOf(entry));
        return entry;
      },
      footprint: (step) =>
        touches(
          [cellAt(step, 0)],
          p.layout.keeps(ghosts.walking) ? [p.layout.cell(ghosts.walking(step.cpu, argAt(step, 0)))] : [],
        ),
      tell: (step, observed, names) => `reads ${names.name(cellAt(step, 0))} without lock -> ${showEntry(observed)}`,
    },
    /** cells: entry. args: 1 leaf, 2 table. A read through a pointer that was typed earlier. */
    'walk.typed': {
      apply: (step, store) => store.get(cellAt(step, 0)),
      footprint: (step) => touches([cellAt(step, 0)]),
      tell: (step, observed, names) =>
        `reads ${names.name(cellAt(step, 0))} as a ${argAt(step, 0) === 1 ? 'leaf' : 'table'} -> ${showEntry(observed)}`,
    },
    'hook.enter': hookStep('enters', (cpu, store) => {
      const inside = get(store, ghosts.inside(cpu));
      if (inside + 1 >= p.layout.sizes.nesting)
        throw new Mistake(
          'SD_BAD_SCENARIO',
          `hooks that are judged call each other ${inside + 1} deep.`,
          'Ask claims of fewer hooks at a time.',
        );
      set(store, ghosts.interrupted(cpu, inside), 0);
      set(store, ghosts.inside(cpu), inside + 1);
    }),
    /** What was noted for the hook stays until it is judged; what was noted for those it called goes. */
    'hook.leave': hookStep('leaves', (cpu, store) => {
      const inside = get(store, ghosts.inside(cpu)) - 1;
      set(store, ghosts.interrupted(cpu, inside + 1), 0);
      set(store, ghosts.inside(cpu), inside);
    }),
    wild: { apply: () => 0, footprint: () => touches([]), tell: (step) => `goes nowhere: ${step.why ?? ''}` },
    bug: { apply: () => 0, footprint: () => touches([]), tell: (step) => `BUG: ${step.why ?? ''}` },
    refused: { apply: () => 0, footprint: () => touches([]), tell: (step) => `refused: ${step.why ?? ''}` },
    unbalanced: {
      apply: () => 0,
      footprint: () => touches([]),
      tell: (step) => step.why ?? 'gives back what it does not hold',
    },
    bound: { apply: () => 0, footprint: () => touches([]), tell: (step) => `gives up: ${step.why ?? ''}` },
  };
}
