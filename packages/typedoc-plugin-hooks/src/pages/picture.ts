/** A picture within a page. */
import { embedded, type Book } from '@shootdown/viewer';
import type { Knowledge } from '../knowledge.ts';
import { code, heading } from '../markdown.ts';

/**
 * @param book what is drawn; a page has one
 * @param command shows the same in a terminal
 */
export const picture = (book: Book | undefined, command = book?.command): string =>
  book
    ? embedded('picture', book, `<p>This picture is drawn by a script. In a terminal: <code>${command}</code></p>`)
    : '';

/** What a function does to the page tables, in one execution that goes through it. */
export function pictureOf(name: string, { pictures }: Knowledge): string[] {
  const book = pictures.functions[name];
  return book
    ? [
        heading('Seen'),
        `What one call of ${code(name)} does to the page tables and to what CPUs remember of them; and the execution that it is part of, step by step.`,
        picture(book),
      ]
    : [];
}
