/** Does anybody reach a page through an address from which it was removed, after the removal has returned? */
import { region } from '../words/cells.ts';
import { ACCESSES, breach, seenBy, unbroken } from './breaches.ts';
import { pageWithContents } from './missed-unmap.ts';
import { follow } from './notes.ts';
import { pagesIn } from './pages.ts';
import type { Watch } from '../words/watch.ts';

/** 1 + frame that was mapped for this page when the removal that this CPU carries out began. */
const going = region('ghost.being removed', ['cpu', 'mm', 'block'], { ghost: true });
/** Frames that removals which have returned took away from this page. None of them is used again within one exploration. */
const gone = region('ghost.gone', ['mm', 'block'], { shape: 'record', ghost: true });

export const staleTranslation: Watch = {
  claim: 'nobody reaches a page after its removal has returned',
  breach: 'stale-translation',
  inReference: 'page-uaf',
  ghosts: [going, gone, breach.removed],
  follows: {
    access(book, { mm, page, frame }) {
      if (book.list(gone(mm.id, page))?.includes(frame)) book.note(breach.removed(), 1 + frame);
    },
    steps: follow({
      'ghost.removal'(book, { mm, ...range }, cpu) {
        for (const page of pagesIn(book.facts.geometry, range))
          book.note(going(cpu, mm.id, page), 1 + (pageWithContents(book.facts, mm, page) ?? -1));
      },
      'ghost.removed'(book, { mm, ...range }, cpu) {
        for (const page of pagesIn(book.facts.geometry, range)) {
          const frame = book.value(going(cpu, mm.id, page));
          book.note(going(cpu, mm.id, page), 0);
          if (frame !== 0) book.noteList(gone(mm.id, page), [...(book.list(gone(mm.id, page)) ?? []), frame - 1]);
        }
      },
      'ghost.moved'(book, { mm, start, end, to }) {
        for (const page of pagesIn(book.facts.geometry, { start: to, end: to + end - start })) {
          const frame = pageWithContents(book.facts, mm, page);
          const left = book.list(gone(mm.id, page))?.filter((one) => one !== frame);
          book.noteList(gone(mm.id, page), left?.length ? left : undefined);
        }
      },
    }),
  },
  kinds: ACCESSES,
  holdsAfter: unbroken('removed'),
  explain: (facts, step) =>
    `CPU${step.cpu} reached P${seenBy(facts, 'removed')} through an address from which it was removed, after the removal had returned`,
};
