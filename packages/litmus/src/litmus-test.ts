/** A litmus test, as it was read. */

/** A register of a thread, or a location of memory. `EAX` is the register `rax`, `written` EAX. */
export type Place = { readonly thread: number; readonly register: string; readonly written?: string } | { readonly location: string };

/** A word of memory or a register: 64 bits, or the address of a location. */
export type Word = bigint | { readonly location: string };

/** What a condition says of an end. */
export type Proposition =
  | { readonly is: Place; readonly value: Word }
  | { readonly not: Proposition }
  | { readonly every: readonly Proposition[] }
  | { readonly some: readonly Proposition[] };

export interface LitmusTest {
  /** First word of the file: which instructions its threads are written in, such as `X86_64`. */
  readonly isa: string;
  readonly name: string;
  /** What places hold first; 0 where nothing is said. */
  readonly initial: readonly { readonly place: Place; readonly value: Word }[];
  /** Instructions of each thread in program order, as they stand in the file; of C, one piece of text. */
  readonly threads: readonly (readonly string[])[];
  /** Places whose last values tell ends apart: those of the condition, and those listed under `locations`. */
  readonly observed: readonly Place[];
  /** `exists`: may an end be so? `~exists`: none may. `forall`: every one must. */
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: Proposition;
  /** The condition as it stands in the file. */
  readonly condition: string;
}

/** In decimal, or the name of the location. */
export const showWord = (word: Word): string => (typeof word === 'bigint' ? String(word) : word.location);

/** `0:EAX` or `[x]`, as the file has it. */
export const placeName = (place: Place): string => ('location' in place ? `[${place.location}]` : `${place.thread}:${place.written ?? place.register}`);

/** Every place a proposition speaks of. */
export function placesOf(p: Proposition): Place[] {
  if ('is' in p) return [p.is];
  return 'not' in p ? placesOf(p.not) : ('every' in p ? p.every : p.some).flatMap(placesOf);
}
