/** Does a walker take a table for a leaf, or something else for a table? */
import { isNone, isTable } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import type { Step } from '@shootdown/explorer';
import type { Watch } from '../words/watch.ts';

const AS_LEAF = 1;

export const wrongType: Watch = {
  claim: 'no walker takes a page table for a leaf, or anything else for a page table',
  breach: 'wrong-type-walk',
  ghosts: [],
  kinds: ['walk.typed'],
  // A leaf that has gone is noticed by whoever looks at its value; a table that has gone is a wild pointer.
  holdsAfter: (_facts, step, observed) => (step.args[0] === AS_LEAF ? !isTable(observed) : isTable(observed)),
  explain(facts, step, observed) {
    const there = isNone(observed) ? 'nothing' : isTable(observed) ? 'a table' : 'no table';
    return `CPU${step.cpu} used a pointer to ${cellName(facts, step)} as one to a ${step.args[0] === AS_LEAF ? 'leaf' : 'table'}, but ${there} stands there now`;
  },
};

function cellName(facts: Facts, step: Step): string {
  const [table, index] = facts.refOf(step.cells[0] ?? 0).at;
  return `T${table}[${index}]`;
}
