/** Draws into a page what is embedded in it: a whole book, or single pictures. */
import { render } from 'preact';
import type { Book } from '../book.ts';
import { App } from './app.tsx';
import './viewer.css';

/** Data of an element: JSON as it is, or packed (gzip, in base64). */
async function dataOf(element: Element): Promise<unknown> {
  const text = element.textContent ?? '';
  if (element.getAttribute('data-packed') === null) return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

async function draw(): Promise<void> {
  for (const [i, place] of [...document.querySelectorAll('[data-shootdown]')].entries()) {
    const source = document.getElementById(place.getAttribute('data-shootdown') ?? '');
    if (!source) continue;
    const book = (await dataOf(source)) as Book;
    place.replaceChildren();
    render(<App book={book} embedded={place.hasAttribute('data-embedded')} id={`sd${i}`} />, place);
    performance.mark('shootdown-drawn');
    place.setAttribute('data-drawn', '');
  }
}

void draw();
