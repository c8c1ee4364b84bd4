/** Does a guest or a device still translate to a page that the host has freed? */
import { region } from '../words/cells.ts';
import { pageCells } from '../words/objects.ts';
import { follow } from './notes.ts';
import { allPages, pageName, type Page } from './pages.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

const FREED = 2;
/** 1 + frame that a secondary MMU translates the page to. */
const copied = region('ghost.copied', ['mm', 'block'], { ghost: true });

export const secondary: Watch = {
  claim: 'no secondary MMU translates to a page that was freed',
  breach: 'secondary-uaf',
  inReference: 'page-uaf',
  ghosts: [copied],
  follows: {
    steps: follow({
      'ghost.copy': (book, { mm, page, frame }) => book.note(copied(mm.id, page), frame === undefined ? 0 : frame + 1),
    }),
  },
  kinds: [],
  // Only once everything has ended: whoever inserts a translation late leaves it there.
  holdsAtEnd: (seen) => leftBehind(seen) === undefined,
  explainAtEnd(seen) {
    const left = leftBehind(seen);
    if (!left) return '';
    const frame = seen.facts.value(copied(left.mm.id, left.page)) - 1;
    return [
      `a guest translates ${pageName(seen, left)} to P${frame}`,
      ', which was freed ',
      since(seen.facts.cellOf(pageCells.life(frame))),
    ];
  },
};

function leftBehind(seen: AtEnd): Page | undefined {
  for (const page of allPages(seen)) {
    const frame = seen.facts.value(copied(page.mm.id, page.page));
    if (frame !== 0 && seen.facts.value(pageCells.life(frame - 1)) >= FREED) return page;
  }
  return undefined;
}
