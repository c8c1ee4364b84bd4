/**
 * Types of pages. A page is a page table of one level for as long as something holds it as such: an entry above, a vCPU
 * that has it loaded, its pin. The first to hold it has it validated, the last to let go makes it ordinary memory again.
 */
import {
  entriesOf,
  isTable,
  isValid,
  levelBelow,
  levelIndex,
  tableCells,
  tableOf,
  walkLevels,
  type Entry,
  type Level,
  type StepTools,
  type Store,
  type Table,
} from '@shootdown/core/plugin';
import { xen } from './cells.ts';
import { rule } from './rules.ts';

/** In `xen.type`. */
export const typeOf = (level: Level): number => 1 + levelIndex(level);
/** The lowest type: a table whose entries map memory. */
export const L1 = typeOf('pte');

/** What a step of the hypervisor does with types. Each function changes one store at once, as part of one step. */
export interface Typing {
  /** Holds the table as one of `level`. @returns the rule that forbids it, or 0 */
  get_page_type(store: Store, table: Table, level: Level): number;
  /** Lets it go. */
  put_page_type(store: Store, table: Table): void;
  levelOf(type: number): Level;
}

export function typing(t: StepTools): Typing {
  const levels = walkLevels(t.geometry);
  const levelOf = (type: number): Level => levels.find((l) => typeOf(l) === type) ?? 'pte';
  const entries = (store: Store, table: Table, level: Level): Entry[] =>
    Array.from({ length: entriesOf(t.geometry, level) }, (_, i) => t.get(store, tableCells.entry(table, i)));
  const children = (store: Store, table: Table, level: Level): Table[] =>
    level === 'pte'
      ? []
      : entries(store, table, level)
          .filter((e) => isValid(e) && isTable(e))
          .map(tableOf);

  function get_page_type(store: Store, table: Table, level: Level): number {
    const count = t.get(store, xen.typeCount(table));
    if (count > 0 && t.get(store, xen.type(table)) !== typeOf(level)) return rule('one type');
    if (count === 0) {
      const broken = validate(store, table, level);
      if (broken) return broken;
      t.set(store, xen.type(table), typeOf(level));
    }
    t.set(store, xen.typeCount(table), count + 1);
    return 0;
  }

  function validate(store: Store, table: Table, level: Level): number {
    if (t.get(store, xen.readOnly(table)) === 0) return rule('pin read-only');
    const below = levelBelow(t.geometry, level);
    if (below === undefined) return 0;
    if (entries(store, table, level).some((e) => isValid(e) && !isTable(e))) return rule('no huge pages');
    for (const child of children(store, table, level)) {
      const broken = get_page_type(store, child, below);
      if (broken) return broken;
    }
    return 0;
  }

  function put_page_type(store: Store, table: Table): void {
    const count = t.get(store, xen.typeCount(table)) - 1;
    t.set(store, xen.typeCount(table), count);
    if (count > 0) return;
    const level = levelOf(t.get(store, xen.type(table)));
    t.set(store, xen.type(table), 0);
    for (const child of children(store, table, level)) put_page_type(store, child);
  }

  return { get_page_type, put_page_type, levelOf };
}
