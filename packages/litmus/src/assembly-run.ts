/** Litmus tests of machines that order memory loosely: from what was read to the outcome. */
import { arm64Order } from '@shootdown/arch-arm64';
import { ppc64Order } from '@shootdown/arch-ppc64';
import { didYouMean } from '@shootdown/core';
import type { OrderTable } from '@shootdown/core/plugin';
import * as aarch64 from './aarch64.ts';
import * as armRegisters from './aarch64-operands.ts';
import { isNumber, same, type Datum } from './assembly.ts';
import type { Assembly, NamedRegister } from './assembly-text.ts';
import { Cells, type Layout } from './cells.ts';
import { locationName, type LitmusTest, type Place, type Thread, type ValueInTest, type Word } from './litmus-test.ts';
import { badLitmus, NotModelled } from './mistakes.ts';
import { filteredBy, judgeOf, observedOf, type Observed } from './observed.ts';
import { sequential, totalStore } from './orders.ts';
import type { End, Outcome } from './outcome.ts';
import * as ppc from './ppc.ts';
import { without } from './run.ts';
import { FlatSearch } from './search-flat.ts';
import { ScatteredSearch } from './search-scattered.ts';
import type { Bounds, FoundEnd, Problem, Search } from './search.ts';
import { shown } from './shown.ts';
import { readType, type Type } from './types.ts';
import { verdictOf } from './verdict.ts';

/** What an instruction set of such a machine brings. */
interface AssemblySet {
  readonly name: Outcome['memory'];
  readonly order: OrderTable;
  readonly registers: readonly string[];
  readonly bigEndian: boolean;
  readonly addressBits: number;
  register(name: string): NamedRegister | undefined;
  read(thread: Thread, where: (line: number, column: number) => string): Assembly;
}

const SETS: Readonly<Record<string, AssemblySet>> = {
  AArch64: {
    name: 'armv8',
    order: arm64Order,
    registers: armRegisters.registerNames,
    bigEndian: false,
    addressBits: 64,
    register: armRegisters.registerOf,
    read: aarch64.readAArch64,
  },
  PPC: {
    name: 'power',
    order: ppc64Order,
    registers: ppc.registerNames,
    bigEndian: true,
    addressBits: 32,
    register: ppc.registerOf,
    read: ppc.readPpc,
  },
};
export const assemblyIsas: readonly string[] = Object.keys(SETS);

/** Signs of what lies beyond the order of plain memory, and what it is. */
const BEYOND: readonly (readonly [RegExp, string])[] = [
  [
    /\b(PTE|TTD|PA|PTEVAL)\s*\(|\bpte_\w|\bphy_\w|\bpteval_t\b|\boa:|\bTTHM\b|\bTLBI\b/,
    'page-table entries are not modelled in litmus tests',
  ],
  [/\b[Ff]aults?\s*\(|\bEL0\s*=|\bSVC\b|\bERET\b/, 'faults and exceptions are not modelled in litmus tests'],
  [/\bins_t\b|\binstr:|=\s*P?\d+:L|\bIC\s+I|\bDC\s+C/, 'code that changes is not modelled'],
  [/^\s*Variant\s*=\s*(?!\s*$)/m, 'it asks for a variant of the architecture'],
];

/** @param text of the file, without comments @returns what it needs that is not modelled */
export const beyond = (text: string): string | undefined => BEYOND.find(([sign]) => sign.test(text))?.[1];

export interface AssemblyRun {
  readonly search: Search;
  /** Once the search has come to its end, or was cut. */
  outcome(): Outcome;
}

/**
 * @param memory another order than that of the architecture: by name, or as a table
 * @throws Mistake SD_BAD_LITMUS, NotModelled; the search throws the second one too
 */
export function readyAssembly(
  test: LitmusTest,
  file: string,
  memory: 'sc' | 'tso' | 'own' | OrderTable,
  bounds: Bounds,
): AssemblyRun {
  const set = SETS[test.isa]!;
  const programs = test.threads.map((thread) => set.read(thread, (line, column) => `${file}:${line}:${column}`));
  const places = new Places(test, set, file);
  const cells = new Cells(places.layouts, set.bigEndian);
  // Read twice: first for what is observed at all, and whether all of it exists; then with what the search has found of widths.
  const observed = observedOf(test, (place) => places.observed(place, cells));
  const problem: Problem = {
    programs: programs.map(({ operations }) => operations),
    registers: places.registers,
    cells,
    observed: test.threads.map((_, thread) => [
      ...new Set(observed.flatMap(({ of }) => ('thread' in of && of.thread === thread ? [of.key] : []))),
    ]),
  };
  const order = orderOf(memory, set.order);
  const search =
    order.mechanism === 'flat' ? new FlatSearch(problem, order, bounds) : new ScatteredSearch(problem, order, bounds);
  const reader = (place: Place): Observed => places.observed(place, cells);
  return {
    search,
    outcome() {
      const all = endsOf(search.ends, observedOf(test, reader), cells, places.layouts);
      const counts = test.filter && judgeOf(test.filter, reader, file);
      const ends = counts ? without(filteredBy(test), all.filter(counts)) : all;
      const judge = judgeOf(test.proposition, reader, file);
      const { cut, states } = search;
      return {
        name: test.name,
        isa: test.isa,
        memory: memory === 'sc' || memory === 'tso' ? memory : set.name,
        condition: `${test.quantifier} ${test.condition}`,
        ends,
        witnesses: ends.filter(judge).length,
        states,
        complete: cut === undefined,
        ...verdictOf(test.quantifier, ends.length, ends.filter(judge).length, cut === undefined),
        ...(cut && { cut }),
      };
    },
  };
}

function orderOf(memory: 'sc' | 'tso' | 'own' | OrderTable, own: OrderTable): OrderTable {
  if (typeof memory === 'object') return memory;
  return memory === 'own' ? own : memory === 'sc' ? sequential(own) : totalStore(own);
}

/** Locations and registers: what they hold first, and how they are looked at. */
class Places {
  readonly layouts = new Map<string, Layout>();
  readonly registers: Map<string, Datum>[];
  private readonly types = new Map<string, Type>();

  constructor(
    private readonly test: LitmusTest,
    private readonly set: AssemblySet,
    private readonly file: string,
  ) {
    this.registers = test.threads.map(() => new Map<string, Datum>());
    for (const { name, type = 'int', length } of test.arrays)
      this.layouts.set(name, { length, first: [], bits: this.type(type).bits });
    for (const one of test.initial.flatMap(({ place, value }) => [place, value]))
      if (one && 'location' in one && !one.location.startsWith('%') && !this.layouts.has(nameOf(one.location)))
        this.layouts.set(nameOf(one.location), { length: 1, first: [] });
    for (const { place, value, type } of test.initial) {
      const first = value ? this.value(value) : 0n;
      if ('thread' in place) this.register(place, first, type);
      else if (place.location.startsWith('%'))
        this.registers.forEach((_, thread) => this.register({ thread, register: place.location }, first, type));
      else this.location(place.location, first, type);
    }
  }

  /** How a place is looked at, as far as is known of what accesses it. */
  observed(place: Place, cells: Cells): Observed {
    const { addressBits } = this.set;
    if ('location' in place && !place.location.startsWith('%')) {
      const { location } = place;
      const [name, element] = elementOf(location);
      const layout = this.layouts.get(name);
      if (!layout) throw this.wrong(`nothing in the test is named ${name}${near(name, this.layouts.keys())}`);
      if ((element ?? 0) >= layout.length) throw this.wrong(`${name} has ${layout.length} elements`);
      const cell = cells.find(name, element ?? 0);
      const type = this.types.get(name);
      const bits = layout.bits ?? (cell === undefined ? (type?.bits ?? 64) : cells.all[cell]!.bits);
      return { name: locationName(location), bits, shift: 0, addressBits, ...(type && { type }), of: { location } };
    }
    if ('location' in place) throw new NotModelled(`${place.location} is looked at, which each thread has for itself`);
    const name = `${place.thread}:${place.register}`;
    if (!this.test.threads[place.thread])
      throw this.wrong(`${name} belongs to no thread: there are ${this.test.threads.length}`);
    const register = this.set.register(place.register);
    if (!register)
      throw this.wrong(`P${place.thread} has no ${place.register}${near(place.register, this.set.registers)}`);
    const type = this.types.get(`${place.thread}:${register.key}`);
    return {
      name,
      bits: register.bits,
      shift: 0,
      addressBits,
      ...(type && { type }),
      of: { thread: place.thread, key: register.key },
    };
  }

  private location(location: string, value: Datum, text: string | undefined): void {
    const [name, element = 0] = elementOf(location);
    const type = text === undefined ? undefined : this.type(text);
    if (type) this.types.set(name, type);
    const layout = this.layouts.get(name)!;
    const first = layout.first.slice();
    while (first.length < element) first.push(0n);
    const bits = type?.bits ?? layout.bits;
    const cut = isNumber(value) && bits !== undefined ? BigInt.asUintN(bits, value) : value;
    if (first[element] !== undefined && !same(first[element], cut))
      throw this.wrong(`${location} has two first values`);
    first[element] = cut;
    this.layouts.set(name, { ...layout, first, ...(bits !== undefined && { bits }) });
  }

  private register(place: { thread: number; register: string }, value: Datum, text: string | undefined): void {
    const name = `${place.thread}:${place.register}`;
    const registers = this.registers[place.thread];
    if (!registers) throw this.wrong(`${name} belongs to no thread: there are ${this.test.threads.length}`);
    const register = this.set.register(place.register);
    if (!register || register.key === '')
      throw this.wrong(`P${place.thread} has no ${place.register}${near(place.register, this.set.registers)}`);
    if (registers.has(register.key)) throw this.wrong(`${name} has two first values`);
    registers.set(register.key, isNumber(value) ? BigInt.asUintN(register.bits, value) : value);
    if (text !== undefined) this.types.set(`${place.thread}:${register.key}`, this.type(text));
  }

  private type(text: string): Type {
    const type = readType(text, 64);
    if (typeof type === 'string') throw this.wrong(type);
    return type;
  }

  private value(value: ValueInTest): Datum {
    if ('number' in value) return BigInt.asUintN(64, value.number);
    const [name, element] = elementOf(value.location);
    const bytes = (this.layouts.get(name)?.bits ?? 0) / 8;
    return { location: name, offset: BigInt((element ?? 0) * bytes) };
  }

  private wrong(what: string): Error {
    return badLitmus(this.file, what, 'Is the name right? A place is [x], or 0:X1 for a register of P0.');
  }
}

const elementOf = (location: string): readonly [string, number | undefined] => {
  const [, name, element] = /^(\w+)\[(\d+)\]$/.exec(location) ?? [];
  return name === undefined ? [location, undefined] : [name, Number(element)];
};
const nameOf = (location: string): string => elementOf(location)[0];
const near = (name: string, known: Iterable<string>): string => {
  const one = didYouMean(name, known);
  return one === undefined ? '' : `: did you mean ${one}?`;
};

/** Ends as they are shown, each once, in order. */
function endsOf(
  found: readonly FoundEnd[],
  observed: readonly Observed[],
  cells: Cells,
  layouts: ReadonlyMap<string, Layout>,
): readonly End[] {
  const byText = new Map<string, End>();
  for (const { registers, memory } of found) {
    const texts = observed.map((view) => shown(view, wordOf(valueAt(view, registers, memory, cells, layouts), view)));
    byText.set(texts.join(), Object.fromEntries(observed.map(({ name }, i) => [name, texts[i]!])));
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, end]) => end);
}

function valueAt(
  { of }: Observed,
  registers: FoundEnd['registers'],
  memory: FoundEnd['memory'],
  cells: Cells,
  layouts: ReadonlyMap<string, Layout>,
): Datum {
  if ('thread' in of) return registers[of.thread]!.get(of.key) ?? 0n;
  const [name, element = 0] = elementOf(of.location);
  const cell = cells.find(name, element);
  // A cell that was found late holds its first value in the ends that were found before.
  if (cell === undefined) return layouts.get(name)!.first[element] ?? 0n;
  return cells.whole(cell, memory[cell] ?? cells.all[cell]!.first);
}

function wordOf(value: Datum, { name }: Observed): Word {
  if (isNumber(value)) return value;
  if (value.offset !== 0n) throw new NotModelled(`${name} ends as an address within ${value.location}`);
  return { location: value.location };
}
