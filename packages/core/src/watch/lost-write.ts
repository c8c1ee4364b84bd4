/** Is every user store found again by later loads, whatever the kernel moved meanwhile? */
import { pageCells } from '../words/objects.ts';
import { ACCESSES, breach, seenBy, unbroken } from './breaches.ts';
import {
  cleaningBegins,
  cleaningEnds,
  expectation,
  forkBegins,
  forkEnds,
  found,
  moveBegins,
  moveEnds,
  removalBegins,
  removalEnds,
  stored,
  tokensOf,
} from './expectation.ts';
import { follow } from './notes.ts';
import { mappedPages, pageName, pagesIn, type Page } from './pages.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

export const lostWrite: Watch = {
  claim: 'no user store is lost',
  breach: 'lost-write',
  ghosts: [...Object.values(expectation), breach.lost],
  follows: {
    access(book, { mm, page, kind, token }) {
      if (kind === 'write') stored(book, mm, page, token);
      else if (tokensOf(book, mm, page).includes(token)) found(book, mm, page, token);
      else book.note(breach.lost(), 1 + token);
    },
    steps: follow({
      'ghost.removal': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => removalBegins(book, cpu, mm, page)),
      'ghost.removed': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => removalEnds(book, cpu, mm, page)),
      'ghost.cleaning': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => cleaningBegins(book, cpu, mm, page)),
      'ghost.clean': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => cleaningEnds(book, cpu, mm, page)),
      'ghost.moving': (book, { mm, to, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page, i) =>
          moveBegins(book, cpu, mm, page, pagesIn(book.facts.geometry, { start: to, end: to + 1 })[0]! + i),
        ),
      'ghost.moved': (book, { mm, to, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page, i) =>
          moveEnds(book, cpu, mm, page, pagesIn(book.facts.geometry, { start: to, end: to + 1 })[0]! + i),
        ),
      'ghost.forking': (book, { from, mm }) => forkBegins(book, from, mm),
      'ghost.fork': (book, { from }) => forkEnds(book, from),
    }),
  },
  kinds: ACCESSES,
  holdsAfter: unbroken('lost'),
  holdsAtEnd: (seen) => lost(seen) === undefined,
  explain: (facts, step) => `CPU${step.cpu} read ${seenBy(facts, 'lost')}, which is not what was stored last`,
  explainAtEnd(seen) {
    const page = lost(seen);
    if (!page) return '';
    const frame = seen.facts.mappedFrame(page.mm, page.va);
    const right = tokensOf(seen.facts, page.mm, page.page).join(' or ');
    const entry = seen.facts.entryCell(page.mm, page.va);
    return [
      frame === undefined ? `${pageName(seen, page)} maps nothing ` : `${pageName(seen, page)} maps P${frame} `,
      since(entry),
      `, so that a load finds ${holds(seen, page)}, and ${right} was stored last`,
    ];
  },
};

/** What a load of the page would find. */
function holds({ facts }: AtEnd, { mm, va }: Page): number {
  const frame = facts.mappedFrame(mm, va);
  return frame === undefined ? 0 : facts.value(pageCells.data(frame));
}

function lost(seen: AtEnd): Page | undefined {
  for (const page of mappedPages(seen))
    if (!tokensOf(seen.facts, page.mm, page.page).includes(holds(seen, page))) return page;
  return undefined;
}
