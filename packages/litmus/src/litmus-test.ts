/** A litmus test, as it was read. */

/** A register of a thread as it is written, or a location of memory: `x`, an element `x[1]`, or `%x`, a register that each thread has. */
export type Place = { readonly thread: number; readonly register: string } | { readonly location: string };

/** A word of memory or a register: its bits as a number that is not negative, or the address of a location. */
export type Word = bigint | { readonly location: string };

/** A value that stands in the file: a number, and whether it is decimal (others are patterns of bits), or the address of a location. */
export type ValueInTest = { readonly number: bigint; readonly decimal: boolean } | { readonly location: string };

/** What a condition says of an end. Nothing (`every: []`) is true of all of them. */
export type Proposition =
  | { readonly is: Place; readonly value: ValueInTest }
  | { readonly not: Proposition }
  | { readonly every: readonly Proposition[] }
  | { readonly some: readonly Proposition[] };

/** What a place holds first. */
export interface First {
  readonly place: Place;
  /** Absent: 0. */
  readonly value?: ValueInTest;
  /** As it stands before the place, such as `uint64_t` or `int *`. */
  readonly type?: string;
}

/** Where a text stands in the file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What one thread does. */
export interface Thread {
  /** The number in its name: `P2` is 2. */
  readonly number: number;
  /** Instructions in program order, as they stand in the file; of C, the body of the function as one text. */
  readonly lines: readonly { readonly text: string; readonly at: Position }[];
  /** Of C: locations whose addresses the function is given, with the types of the pointers. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
}

/** Locations that lie beside each other: `x[0]`, `x[1]` and so on are places of their own. `x` is the first of them. */
export interface ArrayOfLocations {
  readonly name: string;
  /** Of an element, as it stands in the file. Absent: `int`. */
  readonly type?: string;
  readonly length: number;
}

export interface LitmusTest {
  /** First word of the file: which instructions its threads are written in, such as `X86_64`. */
  readonly isa: string;
  readonly name: string;
  /** Of every element of an array too. */
  readonly initial: readonly First[];
  readonly arrays: readonly ArrayOfLocations[];
  /** By their numbers, from 0, whatever the order in the file. */
  readonly threads: readonly Thread[];
  /** Places listed under `locations`. */
  readonly listed: readonly Place[];
  /** Ends of which it is not true do not count. Absent: all count. */
  readonly filter?: Proposition;
  /** `exists`: may an end be so? `~exists`: none may. `forall`: every one must. */
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: Proposition;
  /** The condition as it stands in the file. */
  readonly condition: string;
}

/** In decimal, or the name of the location. */
export const showWord = (word: Word): string => (typeof word === 'bigint' ? String(word) : word.location);

/** `[x]`, or `x[1]` for an element of an array. */
export const locationName = (location: string): string => (location.endsWith(']') ? location : `[${location}]`);

/** `0:EAX`, `[x]` or `x[1]`. */
export const placeName = (place: Place): string =>
  'location' in place ? locationName(place.location) : `${place.thread}:${place.register}`;

/** Every place a proposition speaks of. */
export function placesOf(p: Proposition): Place[] {
  if ('is' in p) return [p.is];
  return 'not' in p ? placesOf(p.not) : ('every' in p ? p.every : p.some).flatMap(placesOf);
}
