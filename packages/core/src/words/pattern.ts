/** What a value has to look like that somebody wrote by hand: which keys it has, and what is in each. Says where it differs. */
import { didYouMean } from '@shootdown/explorer';

/** What is wrong with a value. */
export interface Flaw {
  /** Where, from the top of the value: `threads[1].does`. Empty: the value itself. */
  readonly at: string;
  /** What is wrong there, as the rest of a sentence: `is no text`, `has a key dose, which means nothing`. */
  readonly what: string;
  /** What to do about it, a sentence. */
  readonly hint: string;
}

/** Looks at a value; undefined where nothing is wrong. */
export type Pattern = (value: unknown, at: string) => Flaw | undefined;

type NeededKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K }[keyof T];
type OtherKeys<T> = Exclude<keyof T, NeededKeys<T>>;

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'object' && value !== null
      ? Array.isArray(value)
        ? 'a list'
        : 'an object'
      : typeof value === 'function'
        ? 'a function'
        : String(value);

/** A pattern of single values. */
const plain =
  (fits: (value: unknown) => boolean, hint: string): Pattern =>
  (value, at) =>
    fits(value) ? undefined : { at, what: `is ${shown(value)}`, hint };

/** A text with something in it. */
export const text = plain((value) => typeof value === 'string' && value !== '', 'Write a text.');
/** A text, perhaps an empty one. */
export const anyText = plain((value) => typeof value === 'string', 'Write a text.');
export const flag = plain((value) => typeof value === 'boolean', 'Write true or false.');
export const number = plain((value) => Number.isFinite(value), 'Write a number.');
export const code = plain((value) => typeof value === 'function', 'Write a function.');
export const anything: Pattern = () => undefined;

/** A whole number. */
export const whole = (from = 0, to = Number.MAX_SAFE_INTEGER): Pattern =>
  plain(
    (value) => Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to,
    to === Number.MAX_SAFE_INTEGER
      ? `Write a whole number, ${from} or more.`
      : `Write a whole number from ${from} to ${to}.`,
  );

/** One of these words. */
export const word =
  (...words: readonly string[]): Pattern =>
  (value, at) =>
    typeof value === 'string' && words.includes(value)
      ? undefined
      : { at, what: `is ${shown(value)}`, hint: nearOr(value, words, `Write one of ${words.join(', ')}.`) };

/** Either of two patterns; what is said is what the second one says. */
export const either =
  (one: Pattern, other: Pattern): Pattern =>
  (value, at) =>
    one(value, at) === undefined ? undefined : other(value, at);

/** A list of such values. */
export const listOf =
  (one: Pattern, least = 0): Pattern =>
  (value, at) => {
    if (!Array.isArray(value)) return { at, what: `is ${shown(value)}`, hint: 'Write a list.' };
    if (value.length < least) return { at, what: 'is empty', hint: 'Something has to be in it.' };
    return firstOf(value, (item, i) => one(item, `${at}[${i}]`));
  };

/** Such values under names of any kind, or of the known ones. */
export const recordOf =
  (one: Pattern, known?: readonly string[]): Pattern =>
  (value, at) => {
    if (!isObject(value)) return { at, what: `is ${shown(value)}`, hint: 'Write an object.' };
    const strange = known && Object.keys(value).find((key) => !known.includes(key));
    return strange !== undefined
      ? unknownKey(strange, known!, at)
      : firstOf(Object.entries(value), ([key, item]) => one(item, inside(at, key)));
  };

/**
 * An object with these keys and no others.
 * @param needed keys that have to be there
 * @param may keys that may be left out. What is undefined counts as left out
 */
export const object = <T>(
  needed: Readonly<Record<NeededKeys<T>, Pattern>>,
  may: Readonly<Record<OtherKeys<T>, Pattern>>,
): Pattern => {
  const all: Readonly<Record<string, Pattern>> = { ...needed, ...may };
  const keys = Object.keys(all);
  return (value, at) => {
    if (!isObject(value))
      return { at, what: `is ${shown(value)}`, hint: `Write an object with ${Object.keys(needed).join(', ')}.` };
    const strange = Object.keys(value).find((key) => !Object.hasOwn(all, key));
    if (strange !== undefined) return unknownKey(strange, keys, at);
    const missing = Object.keys(needed).find((key) => value[key] === undefined);
    if (missing !== undefined)
      return { at, what: `has no ${missing}`, hint: `It needs ${Object.keys(needed).join(', ')}.` };
    return firstOf(keys, (key) => (value[key] === undefined ? undefined : all[key]!(value[key], inside(at, key))));
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const inside = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

/** A key that means nothing, with what was meant perhaps. */
export const unknownKey = (key: string, known: readonly string[], at = ''): Flaw => ({
  at,
  what: `has a key ${key}, which means nothing`,
  hint: nearOr(key, known, `Keys are ${known.join(', ')}.`),
});

function nearOr(name: unknown, known: readonly string[], otherwise: string): string {
  const near = typeof name === 'string' ? didYouMean(name, known) : undefined;
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}

function firstOf<T>(items: readonly T[], flawOf: (item: T, i: number) => Flaw | undefined): Flaw | undefined {
  for (const [i, item] of items.entries()) {
    const flaw = flawOf(item, i);
    if (flaw) return flaw;
  }
  return undefined;
}
