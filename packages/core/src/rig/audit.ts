/**
 * Does every step touch only what it may? Nobody says which cells a step reads and writes: they are learned by watching. What they may be
 * follows from what a step names and from its CPU; the few kinds of steps that touch more are listed here.
 */
import { exploreSync, type Cell, type Meaning, type Step, type Store, type System } from '@shootdown/explorer';
import { hw } from '../machine/hardware.ts';
import { Layout } from '../machine/layout.ts';
import { steps } from '../machine/steps/index.ts';
import { drain } from '../machine/memory/tso.ts';
import type { Ref, Region } from '../words/cells.ts';
import { ghosts } from '../words/ghosts.ts';
import { pageCells, tableCells } from '../words/objects.ts';
import { watches } from '../watch/index.ts';

/** Beyond the cells that a step names and those of its own CPU. */
interface Touches {
  readonly reads?: readonly Region[];
  readonly writes?: readonly Region[];
  /** Narrower: is it a cell of what the step's operands name? */
  readonly of?: (step: Step, at: Ref) => boolean;
}
export type AlsoTouches = Readonly<Record<string, Touches>>;

const READERS = [hw.irqOff, hw.inIrq, hw.rcuNest];
/** Grace periods, which stop waiting for a CPU where one of its sections ends. */
const GRACE = { writes: [hw.rcuWaits, hw.rcuSync] };
/** Frames of the page that the step names. */
const ofPage = (step: Step, { at: [pfn = -1] }: Ref): boolean => {
  const { frame } = steps.page_free.of(step);
  return pfn >= frame && pfn < frame + LARGEST;
};
const LARGEST = 2 ** 9;

const BEYOND: AlsoTouches = {
  [steps.local_irq_save.kind]: GRACE,
  [steps.local_irq_restore.kind]: GRACE,
  [steps.hard_irq_disable.kind]: GRACE,
  [steps.hard_irq_enable.kind]: GRACE,
  [steps.rcu_read_lock.kind]: GRACE,
  [steps.rcu_read_unlock.kind]: GRACE,
  [steps.irq_exit.kind]: GRACE,
  [steps.irq_enter.kind]: { writes: [ghosts.interrupted], reads: [ghosts.inside] },
  [steps.call_rcu.kind]: { reads: READERS, writes: [hw.rcuQueue, hw.rcuWaits] },
  [steps.rcu_invoke.kind]: { reads: [hw.rcuWaits], writes: [hw.rcuQueue] },
  [steps.rcu_sync.kind]: { reads: READERS },
  [steps.mmu_lookup.kind]: { writes: [pageCells.data] },
  [steps.mmu_finish.kind]: { writes: [pageCells.data] },
  [steps.page_alloc.kind]: { writes: [pageCells.life, pageCells.refcount, pageCells.order, pageCells.head] },
  [steps.page_free.kind]: { reads: [pageCells.order], writes: [pageCells.life], of: ofPage },
  [steps.table_alloc.kind]: { writes: [tableCells.life] },
  [steps.table_free.kind]: {
    writes: [tableCells.life, tableCells.entry],
    of: (step, { at: [table] }) => table === steps.table_free.of(step).table,
  },
};
/** It carries out what another step named. */
const ANY_CELL: readonly string[] = [drain.kind];
/** Kinds of steps that watchers follow: what they look at is their own affair, and they write ghosts. */
const FOLLOWED = new Set([
  ...watches.flatMap(({ follows }) => Object.keys(follows?.steps ?? {})),
  ...(watches.some(({ follows }) => follows?.access) ? [steps.mmu_lookup.kind, steps.mmu_finish.kind] : []),
]);

/**
 * Explores a system of the machine, and compares what each step read and wrote with what it may.
 * @param also what steps of an architecture touch beyond that, by kind
 * @returns one line per kind of step and cell that it has no business with; empty when all is in order
 */
export function auditAccesses(system: System, maxStates: number, also: AlsoTouches = {}): string[] {
  const { names: layout } = system;
  if (!(layout instanceof Layout)) throw new Error('this is no system of the machine');
  const errors = new Set<string>();
  const table = { ...BEYOND, ...also };
  const mayTouch = (step: Step, cell: Cell, how: 'reads' | 'writes'): boolean => {
    if (step.cells.includes(cell) || ANY_CELL.includes(step.kind)) return true;
    const at = layout.refOf(cell);
    if (at.region.dims.some((dim, i) => dim === 'cpu' && at.at[i] === step.cpu)) return true;
    if (FOLLOWED.has(step.kind) && (how === 'reads' || at.region.ghost)) return true;
    const { reads = [], writes = [], of } = table[step.kind] ?? {};
    if (!writes.includes(at.region) && !(how === 'reads' && reads.includes(at.region))) return false;
    return of?.(step, at) ?? true;
  };
  const watched = (step: Step, store: Store): Store => {
    const check = (cell: Cell, how: 'reads' | 'writes'): void => {
      if (!mayTouch(step, cell, how))
        errors.add(`${step.kind} ${how} ${layout.name(cell)}, which is neither named by it nor of its CPU`);
    };
    return {
      get: (cell) => (check(cell, 'reads'), store.get(cell)),
      set(cell, value) {
        if (store.get(cell) !== value) check(cell, 'writes');
        store.set(cell, value);
      },
    };
  };
  const cache = new Map<string, Meaning>();
  const meaning = (kind: string): Meaning => {
    let found = cache.get(kind);
    if (!found) {
      const plain = system.meaning(kind);
      found = {
        ...plain,
        ...(plain.enabled && { enabled: (step, store) => plain.enabled!(step, watched(step, store)) }),
        ...(plain.choices && { choices: (step, store) => plain.choices!(step, watched(step, store)) }),
        apply: (step, store, choice) => plain.apply(step, watched(step, store), choice),
      };
      cache.set(kind, found);
    }
    return found;
  };
  exploreSync({ ...system, meaning }, { stopAtFirst: false, maxStates });
  return [...errors];
}
