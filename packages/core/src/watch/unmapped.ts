/** Is a folio unmapped when whoever unmapped it goes by that? Its counts are lowered after its entries are cleared. */
import { region } from '../words/cells.ts';
import { hugeZeroCells } from '../words/objects.ts';
import type { Watch } from '../words/watch.ts';
import { follow } from './notes.ts';
import { countedMappings, mappingsOf, treesOf } from './trees.ts';

/** How many mappings a folio counted that no table has, when it was taken for unmapped last. */
const counted = region('ghost.counted', ['page'], { ghost: true });

export const unmapReturns: Watch = {
  claim: 'when an unmap returns, no folio that nothing maps counts as mapped',
  breach: 'still-counted',
  inReference: 'mapcount-mismatch',
  ghosts: [counted],
  follows: {
    steps: follow({
      'ghost.unmapped'(book, { folio }) {
        const trees = treesOf({ facts: book.facts, mms: book.mms });
        // Where an entry maps it still, the unmap was refused: its caller sees that too, and rightly.
        const mapped = mappingsOf(book.facts, trees, book.facts.value(hugeZeroCells.page())).has(folio);
        book.note(counted(folio), mapped ? 0 : countedMappings(book.facts, folio));
      },
    }),
  },
  kinds: ['ghost.unmapped'],
  holdsAfter: (facts, step) => facts.value(counted((step.info as { folio: number }).folio)) === 0,
  explain(facts, step) {
    const { folio } = step.info as { folio: number };
    return `CPU${step.cpu} has unmapped P${folio} wherever it found it; no entry maps it, and it counts ${facts.value(counted(folio))} mappings`;
  },
};
