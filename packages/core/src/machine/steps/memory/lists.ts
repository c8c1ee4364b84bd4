/** Lists as values of cells: the number of a record; 0 for the empty list. */
import type { Parts } from '../../parts.ts';

/** The numbers that the list has, first one first. */
export const listAt = (p: Parts, id: number): readonly number[] => (id === 0 ? [] : (p.records.get(id) as number[]));

/** The value of a cell that holds this list. */
export const idOfList = (p: Parts, items: readonly number[]): number =>
  items.length === 0 ? 0 : p.records.idOf(items);
