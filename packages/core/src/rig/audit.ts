/** Does every step touch only the cells its footprint names? Explores a system with a store that keeps count. */
import { type Footprint, type Meaning, type Step, type Store, type System, exploreSync } from '@shootdown/explorer';
import type { Cell } from '../words/cells.ts';

/**
 * Explores the system and compares what each step read and wrote with its footprint.
 * @returns one line per kind of step and cell that a footprint lacks; empty when all are right
 */
export function auditFootprints(system: System, maxStates: number): string[] {
  const errors = new Set<string>();
  const known = new Map<Step, { footprint: Footprint; reads: ReadonlySet<Cell>; writes: ReadonlySet<Cell> }>();
  const footprintOf = (meaning: Meaning, step: Step) => {
    let entry = known.get(step);
    if (!entry) {
      const footprint = meaning.footprint(step);
      const writes = new Set([...footprint.writes, ...footprint.adds]);
      known.set(step, (entry = { footprint, writes, reads: new Set([...footprint.reads, ...writes]) }));
    }
    return entry;
  };
  const watched = (meaning: Meaning, step: Step, store: Store): Store => {
    const { reads, writes } = footprintOf(meaning, step);
    const missing = (what: string, cell: Cell): void =>
      void errors.add(`${step.kind} ${what} ${system.names.name(cell)}, which its footprint does not name`);
    return {
      get(cell) {
        if (!reads.has(cell)) missing('reads', cell);
        return store.get(cell);
      },
      set(cell, value) {
        if (!writes.has(cell) && store.get(cell) !== value) missing('writes', cell);
        store.set(cell, value);
      },
    };
  };
  const audited = (meaning: Meaning): Meaning => ({
    ...meaning,
    ...(meaning.enabled
      ? { enabled: (step: Step, store: Store) => meaning.enabled?.(step, watched(meaning, step, store)) ?? true }
      : {}),
    ...(meaning.choices
      ? { choices: (step: Step, store: Store) => meaning.choices?.(step, watched(meaning, step, store)) ?? 1 }
      : {}),
    apply: (step, store, choice) => meaning.apply(step, watched(meaning, step, store), choice),
  });
  const cache = new Map<string, Meaning>();
  const meaning = (kind: string): Meaning => {
    let found = cache.get(kind);
    if (!found) cache.set(kind, (found = audited(system.meaning(kind))));
    return found;
  };
  exploreSync({ ...system, meaning }, { stopAtFirst: false, maxStates });
  return [...errors];
}
