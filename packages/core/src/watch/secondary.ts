/** Does a guest or a device still translate to a page that the host has freed? */
import { ghosts } from '../words/ghosts.ts';
import { blockOf, spaceOf } from '../words/geometry.ts';
import { pageCells } from '../words/objects.ts';
import type { Watch } from './watch.ts';

const FREED = 2;

export const secondary: Watch = {
  claim: 'no secondary MMU translates to a page that was freed',
  breach: 'page-uaf',
  ghosts: [ghosts.copied],
  kinds: [],
  // Only once everything has ended: whoever inserts a translation late leaves it there.
  holdsAtEnd({ facts, mms }) {
    for (const mm of mms)
      for (let block = 0; block < blockOf(facts.geometry, 'pte', spaceOf(facts.geometry)); block++) {
        const copied = facts.value(ghosts.copied(mm.id, block));
        if (copied !== 0 && facts.value(pageCells.life(copied - 1)) >= FREED) return false;
      }
    return true;
  },
};
