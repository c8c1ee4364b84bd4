/** Does the kernel know of every page that user code has written to? What it takes for clean, it may drop. */
import { region } from '../words/cells.ts';
import { pte_dirty } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import type { Book } from '../words/follow.ts';
import { pageCells, type Mm } from '../words/objects.ts';
import { follow } from './notes.ts';
import { headOf } from './trees.ts';
import { mappedPages, pageName, pagesIn, type Page } from './pages.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

/** Has user code stored to this page since the kernel last declared it clean? */
const modified = region('ghost.modified', ['mm', 'block'], { shape: 'flag', ghost: true });

export const lostDirty: Watch = {
  claim: 'every page that user code stored to is known to be dirty',
  breach: 'lost-dirty',
  ghosts: [modified],
  follows: {
    access(book, { mm, page, kind }) {
      if (kind === 'write') book.note(modified(mm.id, page), 1);
    },
    steps: follow({
      'ghost.clean': (book, { mm, ...range }) => forget(book, mm, pagesIn(book.facts.geometry, range)),
      // What was removed need not be known of. A store that came too late for the removal was made to a page of its own.
      'ghost.removed': (book, { mm, ...range }) => forget(book, mm, pagesIn(book.facts.geometry, range)),
      'ghost.moved'(book, { mm, to, ...range }) {
        const [first] = pagesIn(book.facts.geometry, { start: to, end: to + 1 });
        for (const [i, page] of pagesIn(book.facts.geometry, range).entries()) {
          book.note(modified(mm.id, first! + i), book.value(modified(mm.id, page)));
          book.note(modified(mm.id, page), 0);
        }
      },
    }),
  },
  kinds: [],
  // Only once everything has ended: a flag may be on its way from an entry to its page.
  holdsAtEnd: (seen) => takenForClean(seen) === undefined,
  explainAtEnd(seen) {
    const page = takenForClean(seen);
    if (!page) return '';
    const { facts } = seen;
    return [
      `user code stored to ${pageName(seen, page)} `,
      since(facts.cellOf(modified(page.mm.id, page.page))),
      `, and neither its entry nor P${facts.mappedFrame(page.mm, page.va) ?? 0}, which it maps, is dirty`,
    ];
  },
};

function forget(book: Book, mm: Mm, pages: readonly number[]): void {
  for (const page of pages) book.note(modified(mm.id, page), 0);
}

function takenForClean(seen: AtEnd): Page | undefined {
  for (const page of mappedPages(seen))
    if (seen.facts.value(modified(page.mm.id, page.page)) !== 0 && !knownDirty(seen.facts, page.mm, page.va))
      return page;
  return undefined;
}

/** By its entry, or by its page; also when it is not mapped any more. */
function knownDirty(facts: Facts, mm: Mm, va: number): boolean {
  const leaf = facts.mappedLeaf(mm, va);
  const frame = facts.mappedFrame(mm, va);
  if (leaf === undefined || frame === undefined || pte_dirty(leaf)) return true;
  const head = headOf(facts, frame);
  return facts.value(pageCells.dirty(frame)) !== 0 || facts.value(pageCells.dirty(head)) !== 0;
}
