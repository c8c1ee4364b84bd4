/** Is a page that GUP took a reference to for good still the page that the process maps there? */
import { region } from '../words/cells.ts';
import type { Pfn } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import type { Book } from '../words/follow.ts';
import { pageCells, type Mm } from '../words/objects.ts';
import { follow } from './notes.ts';
import { headOf } from './trees.ts';
import { allPages, pageName, pagesIn, type Page } from './pages.ts';
import { at, since, type AtEnd, type Watch } from '../words/watch.ts';

/** 1 + frame of the reference that this CPU's last GUP of the page took, as long as it has to stay the page that is mapped. */
const pinned = region('ghost.pinned', ['cpu', 'mm', 'block'], { ghost: true });
/**
 * Since this CPU could have begun a GUP, something happened to the page that takes it from the process on purpose: GUP may have
 * found the page before, and tell of it after.
 */
const disturbed = region('ghost.pin disturbed', ['cpu', 'mm', 'block'], { shape: 'flag', ghost: true });

/**
 * What is promised. A reference for writing, and one for reading to a page that is the process's own (PG_anon_exclusive), are to
 * the page that the process goes on to use, however it is moved, split or protected. One for reading to a page that others share, the
 * zero page above all, promises nothing: the process gets a copy when it writes (FOLL_UNSHARE is for FOLL_PIN alone, and GUP takes
 * plain references here). fork ends every promise: who writes first gets the copy (FOLL_PIN is left out). Before 5.19 so did
 * mprotect, after which a write fault counted references.
 */
export const stalePin: Watch = {
  claim: 'a pinned page is the page that the process maps',
  breach: 'stale-pin',
  ghosts: [pinned, disturbed],
  follows: {
    steps: {
      // GUP begins with one of these: without locks, or with mmap_lock.
      local_irq_save: (book, step) => begins(book, step.cpu),
      down_read: (book, step) => begins(book, step.cpu),
      ...follow({
        'ghost.pin'(book, { mm, page, frame, intent }, cpu) {
          const lasting = intent === 'write' || isExclusive(book.facts, frame);
          if (lasting && book.value(disturbed(cpu, mm.id, page)) === 0) book.note(pinned(cpu, mm.id, page), 1 + frame);
        },
        'ghost.unpin': (book, { frame }, cpu) => givesBack(book, frame, cpu),
        // Both: a GUP may find the page after the one, and lose it before the other.
        'ghost.removal': (book, { mm, ...range }) => ends(book, mm, pagesIn(book.facts.geometry, range)),
        'ghost.removed': (book, { mm, ...range }) => ends(book, mm, pagesIn(book.facts.geometry, range)),
        'ghost.forking': (book, { from }) => ends(book, from, everyPage(book)),
        'ghost.fork': (book, { from }) => ends(book, from, everyPage(book)),
        'ghost.protecting': (book, { mm, ...range }) => {
          if (!book.has('anon_exclusive')) ends(book, mm, pagesIn(book.facts.geometry, range));
        },
        'ghost.moved'(book, { mm, start, end, to }) {
          const target = pagesIn(book.facts.geometry, { start: to, end: to + end - start });
          pagesIn(book.facts.geometry, { start, end }).forEach((page, i) => moves(book, mm, page, target[i]!));
        },
      }),
    },
  },
  kinds: [],
  holdsAtEnd: (seen) => stale(seen) === undefined,
  explainAtEnd(seen) {
    const found = stale(seen);
    if (!found) return '';
    const { facts } = seen;
    const { page, cpu } = found;
    const frame = facts.mappedFrame(page.mm, page.va);
    const pin = pinned(cpu, page.mm.id, page.page);
    return [
      `CPU${cpu} pinned P${facts.value(pin) - 1} `,
      at(facts.cellOf(pin)),
      `; ${pageName(seen, page)} is mapped to ${frame === undefined ? 'nothing' : `P${frame}`} `,
      since(facts.entryCell(page.mm, page.va)),
    ];
  },
};

const everyPage = (book: Book): number[] => Array.from({ length: book.pages }, (_, page) => page);

/** Is the frame the process's own? Of a huge page its head says so. */
function isExclusive(facts: Facts, frame: Pfn): boolean {
  const head = headOf(facts, frame);
  return facts.value(pageCells.anon_exclusive(frame)) !== 0 || facts.value(pageCells.anon_exclusive(head)) !== 0;
}

function begins(book: Book, cpu: number): void {
  if (!book.cpus.includes(cpu)) return; // RCU callbacks pin nothing
  for (const mm of book.mms) for (const page of everyPage(book)) book.note(disturbed(cpu, mm.id, page), 0);
}

/** The process gives the pages up, or comes to share them: what was pinned need not be what it maps. */
function ends(book: Book, mm: Mm, pages: readonly number[]): void {
  for (const page of pages)
    for (const cpu of book.cpus) {
      book.note(pinned(cpu, mm.id, page), 0);
      book.note(disturbed(cpu, mm.id, page), 1);
    }
}

/** What is pinned goes with the page. */
function moves(book: Book, mm: Mm, from: number, to: number): void {
  for (const cpu of book.cpus) {
    book.note(pinned(cpu, mm.id, to), book.value(pinned(cpu, mm.id, from)));
    book.note(pinned(cpu, mm.id, from), 0);
    for (const page of [from, to]) book.note(disturbed(cpu, mm.id, page), 1);
  }
}

/** A reference is given back: that of this CPU, or else, where references are handed on, anybody's. */
function givesBack(book: Book, frame: Pfn, cpu: number): void {
  const own = holders(book, frame, [cpu]);
  for (const pin of own.length > 0 ? own : holders(book, frame, book.cpus)) book.note(pin, 0);
}
const holders = (book: Book, frame: Pfn, cpus: readonly number[]) =>
  cpus
    .flatMap((cpu) => book.mms.flatMap((mm) => everyPage(book).map((page) => pinned(cpu, mm.id, page))))
    .filter((pin) => book.value(pin) === 1 + frame);

function stale(seen: AtEnd): { readonly page: Page; readonly cpu: number } | undefined {
  for (const page of allPages(seen))
    for (const cpu of seen.facts.cpus) {
      const pin = seen.facts.value(pinned(cpu, page.mm.id, page.page));
      if (pin !== 0 && seen.facts.mappedFrame(page.mm, page.va) !== pin - 1) return { page, cpu };
    }
  return undefined;
}
