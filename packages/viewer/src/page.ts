/** One file that can be sent: data, script and style in it, and nothing from anywhere else. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Book } from './book.ts';
import { escaped, plainTables } from './plain.ts';

/** From this size on data is packed, in bytes. */
const PACKED_FROM = 400_000;

/** The script and the style that draw a book. */
export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** As they were built. */
export const assets = (): Assets => ({ script: built('browser.js'), style: built('browser.css') });
const built = (name: string): string => readFileSync(new URL(`../dist/${name}`, import.meta.url), 'utf8');

/**
 * The page of a book. Whatever stands in the book is shown as text: names of plugins cannot become markup or code.
 * @param made script and style (default: as they were built)
 */
export function page(book: Book, made: Assets = assets()): string {
  const { script, style } = made;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    // Positions of lanes and rows are set by script, on elements; that needs no leave.
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(book.title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<div data-shootdown="book"><div class="sd">${plainTables(book)}</div></div>`,
    dataElement('book', book),
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/**
 * A place in somebody else's page at which a book is drawn, where `assets` are loaded there.
 * @param id unique in that page
 * @param otherwise what is seen where no script runs, as markup
 */
export const embedded = (id: string, book: Book, otherwise: string): string =>
  `<div data-shootdown="${escaped(id)}" data-embedded>${otherwise}</div>\n\n${dataElement(id, book, 0)}`;

/** An element that holds data and is no code. @param packedFrom bytes from which on it is packed */
export function dataElement(id: string, book: Book, packedFrom = PACKED_FROM): string {
  const text = JSON.stringify(book);
  return text.length < packedFrom
    ? `<script type="application/json" id="${escaped(id)}">${text.replaceAll('<', '\\u003c')}</script>`
    : `<script type="text/plain" data-packed id="${escaped(id)}">${gzipSync(text, { level: 9 }).toString('base64')}</script>`;
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
