/** Runs a litmus test on the machine, over every interleaving and everything its memory model allows. */
import { perMm, type Cpu, type Op, type Ref } from '@shootdown/core/plugin';
import { bareSystem, exploreSync } from '@shootdown/core/testing';
import type { Instruction, InstructionSet, ThreadState } from './instruction-set.ts';
import { badLitmus } from './mistakes.ts';
import { placeName, type LitmusTest, type Place, type Proposition, type Word } from './litmus-test.ts';

/** What the observed places hold at an end, in decimal, by `placeName`. */
export type End = Readonly<Record<string, string>>;

/** What came out. */
export interface Outcome {
  readonly name: string;
  readonly isa: string;
  readonly memory: 'sc' | 'tso';
  /** `exists` and `~exists`: is the proposition `Allowed` or `Forbidden`? `forall`: is it `Required` or `NotRequired`? */
  readonly verdict: 'Allowed' | 'Forbidden' | 'Required' | 'NotRequired';
  /** Does the condition hold as it is written? */
  readonly holds: boolean;
  readonly condition: string;
  /** Every end there is, in order. */
  readonly ends: readonly End[];
  /** How many of them the proposition is true of. */
  readonly witnesses: number;
  /** States of the exploration; `false`: it did not come to its end. */
  readonly states: number;
  readonly complete: boolean;
}

export interface RunOptions {
  /** Another memory model than that of the instruction set. */
  readonly memory?: 'sc' | 'tso';
  readonly maxStates: number;
}

/** 64-bit words in cells: small ones as they are, others by number. */
class Words {
  private readonly wide: bigint[] = [];
  private static readonly LIMIT = 2 ** 30;
  encode = (word: bigint): number => {
    if (word < BigInt(Words.LIMIT)) return Number(word);
    if (!this.wide.includes(word)) this.wide.push(word);
    return Words.LIMIT + this.wide.indexOf(word);
  };
  decode = (value: number): bigint => (value < Words.LIMIT ? BigInt(value) : (this.wide[value - Words.LIMIT] ?? 0n));
}

/**
 * @param test one of `set.isas`
 * @param file its name, for messages
 * @throws Mistake SD_BAD_LITMUS when an instruction is not known or makes no sense
 */
export function runLitmus(test: LitmusTest, set: InstructionSet, file: string, { memory = set.memory, maxStates }: RunOptions): Outcome {
  const words = new Words();
  const cells = new Map<string, Ref>();
  const named = (name: string, make: () => Ref): Ref => {
    if (!cells.has(name)) cells.set(name, make());
    return cells.get(name)!;
  };
  const cell = (location: string): Ref => named(`[${location}]`, () => perMm(`[${location}]`)(0));
  const last = (place: Place): Ref => ('location' in place ? cell(place.location) : named(placeName(place), () => perMm(placeName(place))(0)));
  const programs = test.threads.map((thread) => thread.map((text) => understood(text, set, test, file)));
  for (const { place, value } of test.initial) for (const at of [place, value]) if (typeof at !== 'bigint' && 'location' in at) cell(at.location);
  for (const thread of test.threads) for (const text of thread) for (const [, location] of text.matchAll(/[([](\w+)[)\]]/g)) cell(location!);
  const observed = test.observed.map((place) => ({ name: placeName(place), at: last(place) }));

  const fail = (what: string): never => {
    throw badLitmus(file, what, 'Does every register hold what its instruction needs?');
  };
  const firstOf = (thread: number): Map<string, Word> =>
    new Map(test.initial.flatMap(({ place, value }) => ('thread' in place && place.thread === thread ? [[place.register, value] as const] : [])));
  const registersOf = (thread: number) => test.observed.flatMap((place) => ('thread' in place && place.thread === thread ? [place] : []));
  /** Runs the program, and says at its end what the observed registers hold. */
  const body = (thread: number) =>
    function* (cpu: Cpu): Op {
      const state: ThreadState = { registers: firstOf(thread), cell, encode: words.encode, decode: words.decode, fail };
      for (let i = 0; i < programs[thread]!.length; i++) yield* programs[thread]![i]!(cpu, state);
      const seen = registersOf(thread);
      const values = seen.map(({ register }) => valueOf(state.registers.get(register) ?? 0n, file));
      if (seen.length > 0) yield* cpu.special('litmus.registers', seen.map(last), values.map(words.encode));
    };

  const ends = new Map<string, End>();
  const system = bareSystem({
    threads: test.threads.map((_, thread) => body(thread)),
    cells: [...cells.values()].map((at) => at.region),
    memory,
    start: test.initial.flatMap(({ place, value }) => ('location' in place ? [[cell(place.location), words.encode(valueOf(value, file))] as const] : [])),
    spec: { steps: () => ({ 'litmus.registers': { apply: (step, store) => (step.cells.forEach((at, i) => store.set(at, step.args[i] ?? 0)), 0), footprint: (step) => ({ reads: [], writes: step.cells, adds: [] }), tell: () => 'has run' } }) },
    atEnd: {
      'ends are noted': (value) => {
        const end = Object.fromEntries(observed.map(({ name, at }) => [name, String(words.decode(value(at)))]));
        ends.set(observed.map(({ name }) => end[name]).join(), end);
        return true;
      },
    },
  });
  const found = exploreSync(system, { stopAtFirst: false, maxStates });
  const all = [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, end]) => end);
  const witnesses = all.filter((end) => isTrue(test.proposition, end)).length;
  const every = witnesses === all.length;
  return {
    name: test.name, isa: test.isa, memory, condition: `${test.quantifier} ${test.condition}`, ends: all, witnesses, states: found.states, complete: found.outcome === 'complete',
    verdict: test.quantifier === 'forall' ? (every ? 'Required' : 'NotRequired') : witnesses > 0 ? 'Allowed' : 'Forbidden',
    holds: test.quantifier === 'forall' ? every : (witnesses > 0) === (test.quantifier === 'exists'),
  };
}

function understood(text: string, set: InstructionSet, test: LitmusTest, file: string): Instruction {
  const instruction = set.read(text, test.isa);
  if (!instruction) throw badLitmus(file, `"${text}" is no instruction that is known of ${test.isa}`, 'Known are moves, exchanges, arithmetic, LOCK and fences; no jumps.');
  return instruction;
}

function valueOf(word: Word, file: string): bigint {
  if (typeof word !== 'bigint') throw badLitmus(file, `the address of ${word.location} is used as a number`, 'Addresses may be held by registers only.');
  return word;
}

export function isTrue(p: Proposition, end: End): boolean {
  if ('is' in p) return end[placeName(p.is)] === String(p.value);
  if ('not' in p) return !isTrue(p.not, end);
  return 'every' in p ? p.every.every((q) => isTrue(q, end)) : p.some.some((q) => isTrue(q, end));
}
