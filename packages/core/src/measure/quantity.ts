/** Sizes and places in operation files: `H`, `page`, `3 page`, `N page`, `a`, `b + H - page`. */
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, type Geometry } from '../words/geometry.ts';

/** Places of one repetition, this many huge pages apart. */
export const PLACES = ['a', 'b', 'c', 'd'] as const;
type PlaceLetter = (typeof PLACES)[number];
export const APART = 8;

/** `page` is a base page, `H` a huge page, `N` how many base pages make a huge page. */
const UNIT = /^(?:(\d+|N) ?)?(page|H)$/;
const isPlace = (text: string): text is PlaceLetter => (PLACES as readonly string[]).includes(text);

interface Term {
  readonly sign: 1 | -1;
  readonly text: string;
}
function termsOf(text: string): Term[] | undefined {
  if (!/^[^+-]+(?:[+-][^+-]+)*$/.test(text)) return undefined;
  return [...text.matchAll(/([+-]?)([^+-]+)/g)].map(([, sign, term]) => ({
    sign: sign === '-' ? -1 : 1,
    text: (term ?? '').trim(),
  }));
}

/** Is it a size: sums and differences of base and huge pages? */
export const isSize = (text: string): boolean => termsOf(text)?.every((term) => UNIT.test(term.text)) ?? false;

/** Is it an address: a place, and what is added to it? */
export function isAddress(text: string): boolean {
  const [place, ...rest] = termsOf(text) ?? [];
  return place?.sign === 1 && isPlace(place.text) && rest.every((term) => UNIT.test(term.text));
}

/** Bytes of a size. */
export function bytesOf(text: string, g: Geometry): number {
  return (termsOf(text) ?? []).reduce((sum, { sign, text: term }) => {
    const [, count = '1', unit] = UNIT.exec(term) ?? [];
    const times = count === 'N' ? HPAGE_PMD_NR(g) : Number(count);
    return sum + sign * times * (unit === 'H' ? HPAGE_PMD_SIZE(g) : PAGE_SIZE(g));
  }, 0);
}

/**
 * The address that a text means in the n-th repetition. The reservation of all repetitions begins at `base`.
 * @param repetition counted from 0
 */
export function addressOf(text: string, g: Geometry, base: number, repetition: number): number {
  const [place, ...rest] = termsOf(text) ?? [];
  const slot = repetition * PLACES.length + PLACES.indexOf(place?.text as PlaceLetter);
  const more = rest.map(({ sign, text: term }) => `${sign < 0 ? '-' : '+'}${term}`).join('');
  return base + slot * APART * HPAGE_PMD_SIZE(g) + (more === '' ? 0 : bytesOf(`0 page${more}`, g));
}
