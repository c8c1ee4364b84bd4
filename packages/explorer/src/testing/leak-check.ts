/** A claim that nothing is left behind in terminal states. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import type { CellNames } from '../api/step.ts';
import type { Check } from '../api/system.ts';

/**
 * @param claim the sentence that is true when nothing is left behind
 * @param cells each with the value that it must hold in a terminal state, such as 0 for a reference count or a lock
 */
export function nothingLeft(claim: string, cells: ReadonlyMap<Cell, number>, names: CellNames): Check {
  const left = (store: Store): [Cell, number][] => [...cells].filter(([cell, value]) => store.get(cell) !== value);
  return {
    claim,
    on: 'violation',
    holds: (store) => left(store).length === 0,
    explain: (store) =>
      left(store)
        .map(([cell]) => `${names.name(cell)} is ${names.value(cell, store.get(cell))}`)
        .join(', '),
  };
}
