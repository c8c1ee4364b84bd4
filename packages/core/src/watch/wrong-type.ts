/** Does a walker take a table for a leaf, or a leaf for a table? */
import { isLeaf, isTable } from '../words/entry.ts';
import type { Watch } from './watch.ts';

const AS_LEAF = 1;

export const wrongType: Watch = {
  claim: 'no walker takes a page table for a leaf, or a leaf for a page table',
  breach: 'wrong-type-walk',
  ghosts: [],
  kinds: ['walk.typed'],
  holdsAfter: (_facts, step, observed) => !(step.args[0] === AS_LEAF ? isTable(observed) : isLeaf(observed)),
  explain: (_facts, step) => `cpu${step.cpu} used a pointer as one to a ${step.args[0] === AS_LEAF ? 'leaf' : 'table'}, but a ${step.args[0] === AS_LEAF ? 'table' : 'leaf'} stands there now`,
};
