/** Does an access go through that was forbidden before it began? */
import { region } from '../words/cells.ts';
import type { AccessMade, Book } from '../words/follow.ts';
import type { Mm } from '../words/objects.ts';
import { blockOf } from '../words/geometry.ts';
import { HIT } from '../words/mmu-results.ts';
import { ACCESSES, breach, seenBy, unbroken } from './breaches.ts';
import { follow } from './notes.ts';
import { pagesIn } from './pages.ts';
import type { Watch } from '../words/watch.ts';

/** What is forbidden: nothing, to write, or anything. */
const FORBIDS = { 'read-write': 0, 'read-only': 1, none: 2 } as const;

/** What an mprotect that has returned forbids for this page. */
const forbidden = region('ghost.forbidden', ['mm', 'block'], { ghost: true });
/** 1 + what was forbidden when the instruction began that this CPU carries out. */
const asItBegan = region('ghost.forbidden as it began', ['cpu'], { ghost: true });

export const stalePermission: Watch = {
  claim: 'no access goes through that was forbidden before it began',
  breach: 'stale-permission',
  ghosts: [forbidden, asItBegan, breach.forbidden],
  follows: {
    access(book, access) {
      const { cpu, mm, page } = access;
      const now = book.value(forbidden(mm.id, page));
      const began = book.value(asItBegan(cpu));
      if (mayNot(access, began === 0 ? now : Math.min(now, began - 1))) book.note(breach.forbidden(), 1 + page);
    },
    steps: {
      'mmu.lookup'(book, step, observed) {
        if (observed === HIT) return;
        const mm = book.facts.loaded(step.cpu);
        if (mm)
          book.note(
            asItBegan(step.cpu),
            1 + book.value(forbidden(mm.id, blockOf(book.facts.geometry, 'pte', step.args[0] ?? 0))),
          );
      },
      'mmu.finish': (book, step, observed) => {
        if (observed !== 0) book.note(asItBegan(step.cpu), 0);
      },
      'mmu.fault': (book, step) => book.note(asItBegan(step.cpu), 0),
      ...follow({
        // What is given is given at once, what is taken away only once it has returned.
        'ghost.protecting': (book, { mm, prot, ...range }) =>
          each(book, mm, pagesIn(book.facts.geometry, range), (was) => Math.min(was, FORBIDS[prot])),
        'ghost.protected': (book, { mm, prot, ...range }) =>
          each(book, mm, pagesIn(book.facts.geometry, range), () => FORBIDS[prot]),
        // The next area there begins anew.
        'ghost.removal': (book, { mm, by, ...range }) => {
          if (by !== 'dontneed') each(book, mm, pagesIn(book.facts.geometry, range), () => 0);
        },
        'ghost.moved'(book, { mm, start, end, to }) {
          const target = pagesIn(book.facts.geometry, { start: to, end: to + end - start });
          pagesIn(book.facts.geometry, { start, end }).forEach((page, i) =>
            book.note(forbidden(mm.id, target[i]!), book.value(forbidden(mm.id, page))),
          );
        },
        'ghost.forking'(book, { from, mm }) {
          for (let page = 0; page < book.pages; page++)
            book.note(forbidden(mm.id, page), book.value(forbidden(from.id, page)));
        },
      }),
    },
  },
  kinds: ACCESSES,
  holdsAfter: unbroken('forbidden'),
  explain: (facts, step) =>
    `CPU${step.cpu} went through to page ${seenBy(facts, 'forbidden')} with a permission that mprotect had taken away before it began`,
};

const mayNot = ({ kind }: AccessMade, forbids: number): boolean =>
  forbids === FORBIDS.none || (forbids === FORBIDS['read-only'] && kind === 'write');

function each(book: Book, mm: Mm, pages: readonly number[], value: (was: number) => number): void {
  for (const page of pages) book.note(forbidden(mm.id, page), value(book.value(forbidden(mm.id, page))));
}
