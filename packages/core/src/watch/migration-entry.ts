/** Does a migration entry stay behind when the migration is over? Whoever comes upon it waits for ever. */
import { F, frameOf, hasAny } from '../words/entry.ts';
import { entryRef } from '../words/objects.ts';
import { treesOf, type Leaf } from './trees.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

export const staleMigrationEntry: Watch = {
  claim: 'no migration entry outlives its migration',
  breach: 'stale-migration-entry',
  ghosts: [],
  kinds: [],
  // Where everything has ended nobody migrates.
  holdsAtEnd: (seen) => left(seen) === undefined,
  explainAtEnd(seen) {
    const leaf = left(seen);
    if (!leaf) return '';
    const { table, index } = leaf.slot;
    return [
      `T${table}[${index}] holds a migration entry for P${frameOf(leaf.entry)} `,
      since(seen.facts.cellOf(entryRef(leaf.slot))),
      ', and nobody migrates any more',
    ];
  },
};

const left = (seen: AtEnd): Leaf | undefined => treesOf(seen).leaves.find(({ entry }) => hasAny(entry, F.SWAP));
