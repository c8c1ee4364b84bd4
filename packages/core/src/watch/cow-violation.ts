/** Does one process see what another stored after a fork has parted them? */
import { region } from '../words/cells.ts';
import type { Book } from '../words/follow.ts';
import { pageCells, type Mm } from '../words/objects.ts';
import { ACCESSES, breach, seenBy, unbroken } from './breaches.ts';
import { follow } from './notes.ts';
import { mappedPages, pageName, pagesIn, type Page } from './pages.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

/** Tokens that a process has stored to this page since it last forked, or was made: nobody else may find them. */
const own = region('ghost.stored since fork', ['mm', 'block'], { shape: 'record', ghost: true });

export const cowViolation: Watch = {
  claim: 'no process sees what another stored after fork',
  breach: 'cow-violation',
  ghosts: [own, breach.foreign],
  follows: {
    access(book, { mm, page, kind, token }) {
      if (book.mms.length < 2) return;
      if (kind === 'write') book.noteList(own(mm.id, page), [...(book.list(own(mm.id, page)) ?? []), token]);
      else if (whose(book, book.mms, mm, page, token)) book.note(breach.foreign(), 1 + token);
    },
    steps: follow({
      'ghost.fork'(book, { from, mm }) {
        // What the parent stored before is the child's too.
        for (let page = 0; page < book.pages; page++)
          for (const one of [from, mm]) book.noteList(own(one.id, page), undefined);
      },
      'ghost.moved'(book, { mm, start, end, to }) {
        const target = pagesIn(book.facts.geometry, { start: to, end: to + end - start });
        pagesIn(book.facts.geometry, { start, end }).forEach((page, i) => {
          book.noteList(own(mm.id, target[i]!), book.list(own(mm.id, page)));
          book.noteList(own(mm.id, page), undefined);
        });
      },
    }),
  },
  kinds: ACCESSES,
  holdsAfter: unbroken('foreign'),
  holdsAtEnd: (seen) => foreign(seen) === undefined,
  explain: (facts, step) =>
    `CPU${step.cpu} read ${seenBy(facts, 'foreign')}, which another process stored after fork had parted them`,
  explainAtEnd(seen) {
    const found = foreign(seen);
    if (!found) return '';
    const { page, from, token } = found;
    const frame = seen.facts.mappedFrame(page.mm, page.va) ?? 0;
    return [
      `${pageName(seen, page)} is mapped to P${frame} `,
      since(seen.facts.entryCell(page.mm, page.va)),
      `, which holds ${token} `,
      since(seen.facts.cellOf(pageCells.data(frame))),
      `: address space ${from.id} stored that after fork had parted them`,
    ];
  },
};

/** The other process that stored the token to the page, if this one has not. */
function whose(book: Pick<Book, 'list'>, mms: readonly Mm[], mm: Mm, page: number, token: number): Mm | undefined {
  if (book.list(own(mm.id, page))?.includes(token)) return undefined;
  return mms.find((other) => other.id !== mm.id && book.list(own(other.id, page))?.includes(token));
}

function foreign(seen: AtEnd): { readonly page: Page; readonly from: Mm; readonly token: number } | undefined {
  for (const page of mappedPages(seen)) {
    const frame = seen.facts.mappedFrame(page.mm, page.va);
    if (frame === undefined) continue;
    const token = seen.facts.value(pageCells.data(frame));
    const from = token === 0 ? undefined : whose(seen.facts, seen.mms, page.mm, page.page, token);
    if (from) return { page, from, token };
  }
  return undefined;
}
