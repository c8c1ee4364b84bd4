/** Is everything gone that was there when its removal began? */
import { region } from '../words/cells.ts';
import { has, F, frameOf } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import { hugeZeroCells, type Mm } from '../words/objects.ts';
import { follow } from './notes.ts';
import { allPages, pageName, pagesIn, type Page } from './pages.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

/** 1 + frame that was mapped for this page when its removal (MADV_DONTNEED, munmap) began last. */
const removed = region('ghost.removed', ['mm', 'block'], { ghost: true });

export const missedUnmap: Watch = {
  claim: 'no page is still mapped where it was when its removal began',
  breach: 'missed-unmap',
  ghosts: [removed],
  follows: {
    steps: follow({
      'ghost.removal'(book, { mm, ...range }) {
        for (const page of pagesIn(book.facts.geometry, range))
          book.note(removed(mm.id, page), 1 + (pageWithContents(book.facts, mm, page) ?? -1));
      },
      // A page that comes to this place by mremap comes on purpose, even if it was here before.
      'ghost.moved'(book, { mm, start, end, to }) {
        for (const page of pagesIn(book.facts.geometry, { start: to, end: to + end - start }))
          book.note(removed(mm.id, page), 0);
      },
    }),
  },
  kinds: [],
  // Not when the removal returns: an entry that is being changed may read as none then, and come back. A frame is never used
  // again within one exploration, so the same frame is the same page with the same contents.
  holdsAtEnd: (seen) => missed(seen) === undefined,
  explainAtEnd(seen) {
    const page = missed(seen);
    if (!page) return '';
    const { facts } = seen;
    return [
      `the removal of ${pageName(seen, page)} began when P${facts.value(removed(page.mm.id, page.page)) - 1} was mapped there (noted `,
      { word: 'at', cell: facts.cellOf(removed(page.mm.id, page.page)) },
      '), and P',
      String(facts.mappedFrame(page.mm, page.va)),
      ' is mapped there still, by an entry that stands ',
      since(facts.entryCell(page.mm, page.va)),
    ];
  },
};

/** The frame that is mapped for a page. The zero pages come and go by nobody's doing: only pages with contents can be missed. */
export function pageWithContents(facts: Facts, mm: Mm, page: number): number | undefined {
  const va = page * PAGE_SIZE(facts.geometry);
  const leaf = facts.mappedLeaf(mm, va);
  if (leaf === undefined || has(leaf, F.SPECIAL) || frameOf(leaf) === facts.value(hugeZeroCells.page()))
    return undefined;
  return facts.mappedFrame(mm, va);
}

function missed(seen: AtEnd): Page | undefined {
  for (const page of allPages(seen)) {
    const frame = seen.facts.value(removed(page.mm.id, page.page));
    if (frame !== 0 && seen.facts.mappedFrame(page.mm, page.va) === frame - 1) return page;
  }
  return undefined;
}
