/** Does user code reach a page that was freed? */
import { pageCells } from '../words/objects.ts';
import { ACCESSES, breach, seenBy, unbroken } from './breaches.ts';
import type { Watch } from '../words/watch.ts';

const ALLOCATED = 1;

export const pageLifetime: Watch = {
  claim: 'no user access reaches a page after it was freed',
  breach: 'page-uaf',
  ghosts: [breach.freed],
  follows: {
    access(book, { frame }) {
      if (book.value(pageCells.life(frame)) !== ALLOCATED) book.note(breach.freed(), 1 + frame);
    },
  },
  kinds: ACCESSES,
  holdsAfter: unbroken('freed'),
  explain: (facts, step) =>
    `CPU${step.cpu} reached P${seenBy(facts, 'freed')}, which was freed, through a translation that should be gone`,
};
