/** Is every page table somewhere: in a tree, deposited for a split, or given back? */
import type { Table } from '../words/entry.ts';
import { tableCells } from '../words/objects.ts';
import { treesOf } from './trees.ts';
import { at, type AtEnd, type Watch } from '../words/watch.ts';

const ALLOCATED = 1;

export const lostTable: Watch = {
  claim: 'no page table is lost',
  breach: 'lost-table',
  ghosts: [],
  kinds: [],
  // Only once everything has ended: whoever has taken a table out of a tree is about to free it, or to put it back.
  holdsAtEnd: (seen) => lost(seen) === undefined,
  explainAtEnd(seen) {
    const table = lost(seen);
    if (table === undefined) return '';
    return [
      `T${table} was allocated `,
      at(seen.facts.cellOf(tableCells.life(table))),
      '; no tree leads to it, it is not deposited, and it was not freed',
    ];
  },
};

function lost(seen: AtEnd): Table | undefined {
  const { facts } = seen;
  const { tables } = treesOf(seen);
  const kept = facts.tablesKept();
  for (let table = 1; table < facts.tables; table++)
    if (facts.value(tableCells.life(table)) === ALLOCATED && !tables.has(table) && !kept.has(table)) return table;
  return undefined;
}
