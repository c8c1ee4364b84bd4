/** A litmus test as a system: one thread for each of its own, on a machine without a kernel. */
import { perMm, type Cpu, type Op, type Ref } from '@shootdown/core/plugin';
import { bareSystem, totalStoreOrder, type System } from '@shootdown/core/testing';
import type { InstructionSet, Program } from './instruction-set.ts';
import type { LitmusTest, Word } from './litmus-test.ts';
import { arraysOf, cellsOf, firstWord, type Location } from './memory.ts';
import { badLitmus } from './mistakes.ts';
import type { Observed } from './observed.ts';
import type { View } from './shown.ts';
import { State, type Shared } from './state.ts';
import { stepsOf } from './steps.ts';
import type { Type } from './types.ts';
import { Words } from './words.ts';

/** Programs have no loops, so a buffer needs no bound; and what a thread does behind a read-side section need not wait for its stores. */
const TSO = totalStoreOrder({ depth: Infinity, readSectionsEnd: 'with the stores before' });

/** Nobody sends interrupts, invalidations or callbacks: these processes never move. With fewer of them more threads can be searched with reductions. */
const IDLE = /^cpu\d+ (?:irq|tlb)$|^rcu$/;

/** What the test is made of, understood. */
export interface Parts {
  readonly test: LitmusTest;
  readonly set: InstructionSet;
  readonly programs: readonly Program[];
  readonly locations: ReadonlyMap<string, Location>;
  readonly observed: readonly Observed[];
  readonly file: string;
  readonly memory: 'sc' | 'tso';
}

/** What is found at an end. */
export interface AtEnd {
  /** What an observed place holds, whole. */
  word(place: Observed): Word;
  /** The type of a place that only pointers lead to, as they say. Absent: nobody went there, or it is declared. */
  type(place: Observed): Type | undefined;
  /** What a thread has not given back: a lock, or a read-side section. */
  kept(thread: number): string | undefined;
}

/**
 * Builds the system.
 * @param note is told of every end, more than once of some
 */
export function systemOf(parts: Parts, note: (end: AtEnd) => void): System {
  const { test, set, programs, locations, observed, memory, file } = parts;
  const words = new Words();
  const steps = stepsOf(words);
  const registers = new Map<string, Ref>();
  const refOf = (name: string): Ref => {
    const ref = registers.get(name) ?? perMm(name)(0);
    registers.set(name, ref);
    return ref;
  };
  const registerAt = (thread: number, key: string): Ref => refOf(`${thread}:${key}`);
  const keptAt = (thread: number): Ref => refOf(`P${thread} has not given back`);
  const keysOf = programs.map((_, thread) => [
    ...new Set(observed.flatMap(({ of }) => ('thread' in of && of.thread === thread ? [of.key] : []))),
  ]);
  programs.forEach((_, thread) => [keptAt(thread), ...keysOf[thread]!.map((key) => registerAt(thread, key))]);

  const shared: Shared = {
    steps,
    locations,
    arrays: arraysOf(test, set, file),
    words,
    uses: new Map(),
    types: new Map(),
    addressBits: set.addressBits(test.isa),
    file,
  };
  /** Runs the program, and notes at its end what the observed registers hold. */
  const body = (thread: number) =>
    function* (cpu: Cpu): Op {
      const state = new State(shared, firstRegisters(parts, thread));
      yield* programs[thread]!.run(cpu, state);
      const keys = keysOf[thread]!;
      const kept = state.held.length > 0 ? [keptAt(thread)] : [];
      if (keys.length === 0 && kept.length === 0) return;
      const values = [
        ...keys.map((key) => state.registers.get(key) ?? 0n),
        ...state.held.slice(0, kept.length).map((location) => ({ location })),
      ];
      yield* cpu.special(steps.note, {
        cells: [...keys.map((key) => registerAt(thread, key)), ...kept],
        values: values.map(words.encode),
      });
    };

  const system = bareSystem({
    threads: programs.map((_, thread) => body(thread)),
    cells: [
      ...[...locations.values()].flatMap(cellsOf).map((at) => at.region),
      ...[...registers.values()].map((at) => at.region),
    ],
    memory: memory === 'tso' ? TSO : memory,
    start: [...locations.values()].map(({ at, first }) => [at, words.encode(first)] as const),
    spec: { steps: Object.values(steps) },
    atEnd: {
      'ends are noted': (value) => {
        const at = (ref: Ref): Word => words.decode(value(ref));
        note({
          word: ({ of }) => at('location' in of ? locations.get(of.location)!.at : registerAt(of.thread, of.key)),
          type: ({ of }) => ('location' in of ? shared.types.get(of.location) : undefined),
          kept(thread) {
            const what = at(keptAt(thread));
            return typeof what === 'bigint' ? undefined : what.location;
          },
        });
        return true;
      },
    },
  });
  return { ...system, processes: system.processes.filter(({ name }) => !IDLE.test(name)) };
}

/** What registers hold first, by their keys. */
function firstRegisters({ test, set, programs, file }: Parts, thread: number): Map<string, Word> {
  const out = new Map<string, Word>();
  for (const { place, value } of test.initial) {
    if (!('thread' in place) || place.thread !== thread || value === undefined) continue;
    const wrong = (what: string): never => {
      throw badLitmus(
        file,
        what,
        set.firstsIn === 'head'
          ? 'A register has one first value.'
          : 'A variable of C gets its first value in the function.',
      );
    };
    const name = `${thread}:${place.register}`;
    const { key, bits, shift } = programs[thread]!.register(place.register)!;
    if (set.firstsIn === 'program') wrong(`${name} has a first value`);
    if (out.has(key)) wrong(`${name} has two first values`);
    const view: View = { name, bits, shift, addressBits: set.addressBits(test.isa) };
    const word = firstWord(view, value, wrong);
    out.set(key, typeof word === 'bigint' ? word << BigInt(shift) : word);
  }
  return out;
}
