/** Is everything gone that was there when its removal began? */
import { ghosts } from '../words/ghosts.ts';
import { blockOf, PAGE_SIZE, spaceOf } from '../words/geometry.ts';
import type { Watch } from './watch.ts';

export const missedUnmap: Watch = {
  claim: 'no page is still mapped where it was when its removal began',
  breach: 'missed-unmap',
  ghosts: [ghosts.removed],
  kinds: [],
  // Not when the removal returns: an entry that is being changed may read as none then, and come back. A frame is never used
  // again within one exploration, so the same frame is the same page with the same contents.
  holdsAtEnd({ facts, mms }) {
    const size = PAGE_SIZE(facts.geometry);
    for (const mm of mms)
      for (let page = 0; page < blockOf(facts.geometry, 'pte', spaceOf(facts.geometry)); page++) {
        const removed = facts.value(ghosts.removed(mm.id, page));
        if (removed !== 0 && facts.mappedFrame(mm, page * size) === removed - 1) return false;
      }
    return true;
  },
};
