/** Places whose last values tell ends apart: those of the condition, and those listed under `locations`. */
import { didYouMean } from '@shootdown/core';
import type { Program } from './instruction-set.ts';
import { placeName, placesOf, type LitmusTest, type Place, type Proposition, type ValueInTest } from './litmus-test.ts';
import type { Location } from './memory.ts';
import { badLitmus } from './mistakes.ts';
import { rangeOf, shownValue, widthOf, type View } from './shown.ts';
import { readType, type Type } from './types.ts';

/** A place that is looked at where everything has ended. */
export interface Observed extends View {
  /** Where its word is: a location, or a register (by its key) of a thread. */
  readonly of: { readonly location: string } | { readonly thread: number; readonly key: string };
}

const near = (name: string, known: Iterable<string>): string => {
  const one = didYouMean(name, known);
  return one === undefined ? '' : `: did you mean ${one}?`;
};

/**
 * Finds out what a place of the file is.
 * @throws Mistake SD_BAD_LITMUS when nothing in the test has that name
 */
export function placeReader(
  test: LitmusTest,
  programs: readonly Program[],
  locations: ReadonlyMap<string, Location>,
  addressBits: number,
  file: string,
): (place: Place) => Observed {
  const wrong = (what: string): never => {
    throw badLitmus(file, what, 'Is the name right? A place is [x], or 0:rax for a register of P0.');
  };
  return (place) => {
    const name = placeName(place);
    if ('location' in place) {
      const location = locations.get(place.location);
      return location
        ? { ...location, of: { location: place.location } }
        : wrong(`nothing in the test is named ${place.location}${near(place.location, locations.keys())}`);
    }
    const program = programs[place.thread];
    if (!program) return wrong(`${name} belongs to no thread: there are ${programs.length}`);
    const register = program.register(place.register);
    if (!register) return wrong(`P${place.thread} has no ${place.register}${near(place.register, program.registers)}`);
    const declared = test.initial.flatMap(({ place: one, type }) =>
      'thread' in one &&
      one.thread === place.thread &&
      program.register(one.register)?.key === register.key &&
      type !== undefined
        ? [typeNamed(type)]
        : [],
    )[0];
    const type = register.type ?? declared;
    return {
      name,
      bits: register.bits,
      shift: register.shift,
      addressBits,
      ...(type && { type }),
      of: { thread: place.thread, key: register.key },
    };
  };

  function typeNamed(text: string): Type {
    const type = readType(text, addressBits);
    return typeof type === 'string' ? wrong(type) : type;
  }
}

/** Every place that is looked at, once, in order of its name. */
export function observedOf(test: LitmusTest, reader: (place: Place) => Observed): readonly Observed[] {
  const all = new Map(
    [...placesOf(test.proposition), ...test.listed, ...(test.filter ? placesOf(test.filter) : [])].map((place) => [
      placeName(place),
      reader(place),
    ]),
  );
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of places that are looked at only to see whether an end counts. */
export function filteredBy({ filter, proposition, listed }: LitmusTest): readonly string[] {
  const shown = new Set([...placesOf(proposition), ...listed].map(placeName));
  return filter
    ? placesOf(filter)
        .map(placeName)
        .filter((name) => !shown.has(name))
    : [];
}

/** A condition whose values are as ends show them. */
export type Judge = (end: Readonly<Record<string, string>>) => boolean;

/**
 * Reads the values of a condition as their places do.
 * @throws Mistake SD_BAD_LITMUS where a place can never hold what it is compared with
 */
export function judgeOf(p: Proposition, reader: (place: Place) => Observed, file: string): Judge {
  if ('not' in p) {
    const judge = judgeOf(p.not, reader, file);
    return (end) => !judge(end);
  }
  if ('every' in p) {
    const judges = p.every.map((q) => judgeOf(q, reader, file));
    return (end) => judges.every((judge) => judge(end));
  }
  if ('some' in p) {
    const judges = p.some.map((q) => judgeOf(q, reader, file));
    return (end) => judges.some((judge) => judge(end));
  }
  const place = reader(p.is);
  if ('location' in p.value) reader(p.value);
  const wanted = shownValue(place, p.value);
  if (wanted === undefined)
    throw badLitmus(
      file,
      `${place.name} is compared with ${numberOf(p.value)}, which it can never hold`,
      `It has ${place.type?.name ?? `${widthOf(place)} bits`}: ${rangeOf(place)}.`,
    );
  return (end) => end[place.name] === wanted;
}

const numberOf = (value: ValueInTest): string => ('location' in value ? value.location : String(value.number));
