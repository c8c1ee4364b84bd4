/** Locations of a test: how wide each is, of which type, and where in the machine. */
import { perMm, type Ref } from '@shootdown/core/plugin';
import { Arrays } from './arrays.ts';
import type { InstructionSet, Program, SrcuCells } from './instruction-set.ts';
import { locationName, type LitmusTest, type ValueInTest, type Word } from './litmus-test.ts';
import { badLitmus, NotModelled } from './mistakes.ts';
import { rangeOf, widthOf, type View } from './shown.ts';
import { readType, type Type } from './types.ts';

/** One location. */
export interface Location extends View {
  readonly at: Ref;
  /** What its cell holds first. */
  readonly first: Word;
  /** As somebody declares it, or as it is used. */
  readonly declared: Type;
  /** Present: it is a `struct srcu_struct`. */
  readonly readers?: SrcuCells;
  /** Nobody declares it, and only pointers lead there: it is what the first of them says, and the others have to agree. */
  readonly open?: true;
}

/** A location that pointers alone lead to. Its cell has room for all that they may say it is. */
const OPEN: Type = { name: 'a word', bits: 64, signed: true };
/** Types without a name: of places that nobody declares. */
export const plain = (bits: number): Type => ({ name: `a word of ${bits} bits`, bits, signed: false });
const alike = (a: Type, b: Type): boolean =>
  a.bits === b.bits && a.signed === b.signed && (a.is ?? '') === (b.is ?? '');

/**
 * Finds out how wide the locations are. All instructions that name a location have to touch as much of it: the machine keeps a location
 * in one cell, and has no accesses of parts of a word.
 * @throws Mistake SD_BAD_LITMUS where declarations contradict each other, NotModelled
 */
export function locationsOf(
  test: LitmusTest,
  programs: readonly Program[],
  set: InstructionSet,
  file: string,
): ReadonlyMap<string, Location> {
  const wrong = (what: string): never => {
    throw badLitmus(file, what, 'A location has one type, and one first value.');
  };
  const addressBits = set.addressBits(test.isa);
  const arrays = arraysOf(test, set, file);
  const all = programs.flatMap(({ accesses }) =>
    accesses.map(({ location, displacement = 0n, ...access }) => ({
      ...access,
      location:
        arrays.at(location, displacement) ??
        notThere(
          `no location begins ${displacement} bytes from ${location}: the machine has no accesses of parts of a word`,
        ),
    })),
  );
  const named = new Set([
    ...test.initial
      .flatMap(({ place, value }) => [place, value])
      .flatMap((one) => (one && 'location' in one ? [one.location] : [])),
    ...all.map(({ location }) => location),
  ]);
  return new Map([...named].map((name) => [name, locationOf(name)]));

  function locationOf(name: string): Location {
    const firsts = test.initial.filter(({ place }) => 'location' in place && place.location === name);
    const accesses = all.filter(({ location }) => location === name);
    const types = [
      ...firsts.flatMap(({ type }) => (type === undefined ? [] : [typeNamed(type)])),
      ...accesses.flatMap(({ type }) => type ?? []),
    ];
    const open = types.length === 0 && accesses.length === 0 && firsts.every(({ value }) => isSmall(value));
    const type =
      types[0] ??
      (open ? OPEN : firsts.some(({ value }) => value && 'location' in value) ? plain(addressBits) : set.usual);
    const other = types.find((one) => !alike(one, types[0]!));
    if (other) wrong(`${name} is ${types[0]!.name} in one place and ${other.name} in another`);
    const touched = new Set(accesses.flatMap(({ bits }) => bits ?? []));
    if (touched.size > 1)
      throw new NotModelled(
        `${name} is touched in words of ${[...touched].sort((a, b) => a - b).join(' and ')} bits: the machine has no accesses of parts of a word`,
      );
    const bits = [...touched][0] ?? type?.bits ?? addressBits;
    if (type && bits > type.bits)
      throw new NotModelled(
        `${name} is ${type.name}, and an instruction touches ${bits} bits: those beyond it belong to no location`,
      );
    if (accesses.length > 0 && touched.size === 0 && !type && test.isa !== 'X86')
      wrong(`nothing says how wide ${name} is: give it a type, or an instruction a suffix`);
    const view: View = { name: locationName(name), bits, shift: 0, addressBits, ...(type && { type }) };
    const values = firsts.flatMap(({ value }) => value ?? []);
    if (new Set(values.map((value) => ('location' in value ? value.location : value.number))).size > 1)
      wrong(`${name} has two first values`);
    return {
      ...view,
      ...split(view, values[0]),
      at: perMm(view.name)(0),
      declared: type ?? plain(bits),
      ...(type?.is === 'srcu' && { readers: readersOf(view.name) }),
      ...(open && { open }),
    };
  }

  function typeNamed(text: string): Type {
    const type = readType(text, addressBits);
    return typeof type === 'string' ? wrong(type) : type;
  }

  /** The first value: what the cell holds, and what stands above. */
  function split(view: View, value: ValueInTest | undefined): { readonly first: Word; readonly above?: bigint } {
    const wide = view.type !== undefined && view.type.bits > view.bits;
    const whole = firstWord(wide ? { ...view, above: 0n } : view, value, wrong);
    if (!wide) return { first: whole };
    if (typeof whole !== 'bigint')
      throw new NotModelled(`instructions touch a part of ${view.name}, which holds an address`);
    return { first: BigInt.asUintN(view.bits, whole), above: whole >> BigInt(view.bits) };
  }
}

function readersOf(name: string): SrcuCells {
  const cell = (part: string): Ref => perMm(`${name}.${part}`)(0);
  return {
    idx: cell('srcu_idx'),
    counts: [cell('readers of 0'), cell('readers of 1')],
    gpMutex: cell('srcu_gp_mutex'),
  };
}

/** Every cell of a location. */
export const cellsOf = ({ at, readers }: Location): readonly Ref[] =>
  readers ? [at, readers.idx, ...readers.counts, readers.gpMutex] : [at];

function notThere(what: string): never {
  throw new NotModelled(what);
}

/** @throws Mistake SD_BAD_LITMUS where the type of an array is not known */
export function arraysOf(test: LitmusTest, set: InstructionSet, file: string): Arrays {
  return new Arrays(test.arrays, (text) => {
    const type = readType(text, set.addressBits(test.isa));
    if (typeof type === 'string') throw badLitmus(file, type, 'An array has elements of one type.');
    return type.bits / 8;
  });
}

/** Is it the same in every type that has 31 bits for it? */
const isSmall = (value: ValueInTest | undefined): boolean =>
  value === undefined || ('number' in value && value.number >= 0n && value.number < 1n << 31n);

/** The bits of a first value. */
export function firstWord(view: View, value: ValueInTest | undefined, wrong: (what: string) => never): Word {
  if (value === undefined) return 0n;
  const width = widthOf(view);
  if ('location' in value) {
    if (width < view.addressBits)
      throw new NotModelled(`${view.name} has ${width} bits, and an address has ${view.addressBits}`);
    return { location: value.location };
  }
  const { number } = value;
  if (view.type?.is === 'bool') return number === 0n ? 0n : 1n;
  if (number >= 1n << BigInt(width) || number < -(1n << BigInt(width - 1)))
    return wrong(`${number} does not fit in ${view.name}: it has room for ${rangeOf(view)}`);
  return BigInt.asUintN(width, number);
}
