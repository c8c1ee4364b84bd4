/**
 * What a load of a page may find. Mostly one token, that of the last store. More than one while kernel code takes pages away, moves or
 * copies them: then a load may find what was there, or what will be there, and any store that was made meanwhile.
 */
import { region } from '../words/cells.ts';
import type { Book } from '../words/follow.ts';
import type { Mm } from '../words/objects.ts';

export const expectation = {
  /** The token that a load must find; the smallest of them where there are several. */
  expected: region('ghost.expected', ['mm', 'block'], { ghost: true }),
  /** All of them, where there are several. */
  several: region('ghost.expected too', ['mm', 'block'], { shape: 'record', ghost: true }),
  /** By the CPU whose system call is under way on the page: the tokens that are right no more once it has returned. */
  until: region('ghost.expected until', ['cpu', 'mm', 'block'], { shape: 'record', ghost: true }),
  /** MADV_FREE has returned: the page may read as zeroes from any moment on, until the next store. */
  droppable: region('ghost.droppable', ['mm', 'block'], { shape: 'flag', ghost: true }),
  /** While mremap moves it: 1 + the page that shares the memory of this one. */
  partner: region('ghost.moves with', ['mm', 'block'], { ghost: true }),
  /** While fork copies it: 1 + the address space that is made. */
  copy: region('ghost.is copied to', ['mm'], { ghost: true }),
};
const { expected, several, until, droppable, partner, copy } = expectation;

/** What a page reads as where nobody has stored to it. */
const ZEROES = 0;

/** Tokens that a load may find now. */
export const tokensOf = (book: Pick<Book, 'value' | 'list'>, mm: Mm, page: number): readonly number[] =>
  book.list(several(mm.id, page)) ?? [book.value(expected(mm.id, page))];

function expect(book: Book, mm: Mm, page: number, tokens: readonly number[]): void {
  const all = [...new Set(tokens)].sort((a, b) => a - b);
  book.note(expected(mm.id, page), all[0] ?? ZEROES);
  book.noteList(several(mm.id, page), all.length > 1 ? all : undefined);
}

/** User code has stored a token. */
export function stored(book: Book, mm: Mm, page: number, token: number): void {
  const other = book.value(partner(mm.id, page));
  const child = book.value(copy(mm.id));
  const busy = isBusy(book, mm, page);
  if (busy || other !== 0) expect(book, mm, page, [...tokensOf(book, mm, page), token]);
  else {
    expect(book, mm, page, [token]);
    book.note(droppable(mm.id, page), 0);
  }
  stays(book, mm, page, token);
  if (other !== 0) {
    expect(book, mm, other - 1, [...tokensOf(book, mm, other - 1), token]);
    stays(book, mm, other - 1, token);
  }
  if (child !== 0) expect(book, { id: child - 1 }, page, [...tokensOf(book, { id: child - 1 }, page), token]);
}

/** A token that was found is the one that stands there, unless something is under way. */
export function found(book: Book, mm: Mm, page: number, token: number): void {
  if (book.list(several(mm.id, page)) === undefined) return;
  if (isBusy(book, mm, page) || book.value(partner(mm.id, page)) !== 0 || book.value(droppable(mm.id, page)) !== 0)
    return;
  expect(book, mm, page, [token]);
}

/** A removal begins: until it has returned a load finds what was there, or zeroes. */
export function removalBegins(book: Book, cpu: number, mm: Mm, page: number): void {
  const there = tokensOf(book, mm, page);
  book.noteList(
    until(cpu, mm.id, page),
    there.filter((token) => token !== ZEROES),
  );
  expect(book, mm, page, [...there, ZEROES]);
}

/** What was there when it began is gone; what was stored since may be there, or have gone with it. */
export function removalEnds(book: Book, cpu: number, mm: Mm, page: number): void {
  ends(book, cpu, mm, page);
  book.note(droppable(mm.id, page), 0);
}

/** MADV_FREE begins: from now on zeroes are right too, and nothing of what was there is wrong. */
export function cleaningBegins(book: Book, cpu: number, mm: Mm, page: number): void {
  book.noteList(until(cpu, mm.id, page), []);
  book.note(droppable(mm.id, page), 1);
  expect(book, mm, page, [...tokensOf(book, mm, page), ZEROES]);
}
export const cleaningEnds = ends;

/** A page begins to move: until it has moved either place shows it, and the new one zeroes as well. */
export function moveBegins(book: Book, cpu: number, mm: Mm, from: number, to: number): void {
  const moving = tokensOf(book, mm, from);
  const there = tokensOf(book, mm, to);
  book.noteList(
    until(cpu, mm.id, to),
    there.filter((token) => !moving.includes(token)),
  );
  expect(book, mm, to, [...there, ...moving]);
  book.note(droppable(mm.id, to), book.value(droppable(mm.id, from)));
  book.note(partner(mm.id, from), 1 + to);
  book.note(partner(mm.id, to), 1 + from);
}
export function moveEnds(book: Book, cpu: number, mm: Mm, from: number, to: number): void {
  ends(book, cpu, mm, to);
  book.note(partner(mm.id, from), 0);
  book.note(partner(mm.id, to), 0);
}

/** fork begins: the copy holds what the parent held at one moment of it. */
export function forkBegins(book: Book, from: Mm, mm: Mm): void {
  for (let page = 0; page < book.pages; page++) {
    expect(book, mm, page, tokensOf(book, from, page));
    book.note(droppable(mm.id, page), book.value(droppable(from.id, page)));
  }
  book.note(copy(from.id), 1 + mm.id);
}
export const forkEnds = (book: Book, from: Mm): void => book.note(copy(from.id), 0);

function ends(book: Book, cpu: number, mm: Mm, page: number): void {
  const gone = book.list(until(cpu, mm.id, page));
  if (gone === undefined) return;
  book.noteList(until(cpu, mm.id, page), undefined);
  expect(
    book,
    mm,
    page,
    tokensOf(book, mm, page).filter((token) => !gone.includes(token)),
  );
}

/** Is a system call under way that concerns the page? */
const isBusy = (book: Book, mm: Mm, page: number): boolean =>
  book.cpus.some((cpu) => book.value(until(cpu, mm.id, page)) !== 0);

/** It was stored after all those began: none of them makes it wrong. */
function stays(book: Book, mm: Mm, page: number, token: number): void {
  for (const cpu of book.cpus) {
    const gone = book.list(until(cpu, mm.id, page));
    if (gone?.includes(token))
      book.noteList(
        until(cpu, mm.id, page),
        gone.filter((one) => one !== token),
      );
  }
}
