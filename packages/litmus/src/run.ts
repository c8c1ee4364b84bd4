/** Runs a litmus test on the machine, over every interleaving and everything its memory model allows. */
import { perMm, type Cpu, type Op, type Ref } from '@shootdown/core/plugin';
import { ALL_REDUCTIONS, bareSystem, exploreSync } from '@shootdown/core/testing';
import type { Instruction, InstructionSet, ThreadState } from './instruction-set.ts';
import { badLitmus } from './mistakes.ts';
import { placeName, showWord, type LitmusTest, type Place, type Proposition, type Word } from './litmus-test.ts';

/** What the observed places hold at an end, in decimal, by `placeName`. */
export type End = Readonly<Record<string, string>>;

/** What came out. */
export interface Outcome {
  readonly name: string;
  readonly isa: string;
  readonly memory: 'sc' | 'tso';
  /**
   * `exists` and `~exists`: is the proposition `Allowed` or `Forbidden`? `forall`: is it `Required` or `NotRequired`? `Unknown`: the
   * exploration did not come to its end, and nothing was found so far.
   */
  readonly verdict: 'Allowed' | 'Forbidden' | 'Required' | 'NotRequired' | 'Unknown';
  /** Does the condition hold as it is written? Says nothing where the verdict is `Unknown`. */
  readonly holds: boolean;
  readonly condition: string;
  /** Every end there is, in order. */
  readonly ends: readonly End[];
  /** How many of them the proposition is true of. */
  readonly witnesses: number;
  readonly states: number;
  /** Did the exploration come to its end? */
  readonly complete: boolean;
}

export interface RunOptions {
  /** Another memory model than that of the instruction set. */
  readonly memory?: 'sc' | 'tso';
  readonly maxStates: number;
}

/** Words in cells: small ones as they are, others and addresses by number. */
class Words {
  private readonly others: Word[] = [];
  private static readonly LIMIT = 2 ** 30;
  encode = (word: Word): number => {
    if (typeof word === 'bigint' && word >= 0n && word < BigInt(Words.LIMIT)) return Number(word);
    const known = this.others.findIndex((other) => showWord(other) === showWord(word));
    return Words.LIMIT + (known < 0 ? this.others.push(word) - 1 : known);
  };
  decode = (value: number): Word => (value < Words.LIMIT ? BigInt(value) : (this.others[value - Words.LIMIT] ?? 0n));
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
  for (const thread of test.threads) for (const text of thread) for (const location of set.locations(text)) cell(location);
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
      if (seen.length > 0) yield* cpu.special('litmus.registers', seen.map(last), seen.map(({ register }) => words.encode(state.registers.get(register) ?? 0n)));
    };

  const ends = new Map<string, End>();
  const system = bareSystem({
    threads: test.threads.map((_, thread) => body(thread)),
    cells: [...cells.values()].map((at) => at.region),
    memory,
    start: test.initial.flatMap(({ place, value }) => ('location' in place ? [[cell(place.location), words.encode(value)] as const] : [])),
    spec: { steps: () => ({ 'litmus.registers': { apply: (step, store) => (step.cells.forEach((at, i) => store.set(at, step.args[i] ?? 0)), 0), footprint: (step) => ({ reads: [], writes: step.cells, adds: [] }), tell: () => 'has run' } }) },
    atEnd: {
      'ends are noted': (value) => {
        const end = Object.fromEntries(observed.map(({ name, at }) => [name, showWord(words.decode(value(at)))]));
        ends.set(observed.map(({ name }) => end[name]).join(), end);
        return true;
      },
    },
  });
  const found = exploreSync(system, { stopAtFirst: false, maxStates, reduce: ALL_REDUCTIONS });
  const all = [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, end]) => end);
  const witnesses = all.filter((end) => isTrue(test.proposition, end)).length;
  const every = witnesses === all.length;
  const complete = found.outcome === 'complete';
  const verdict = test.quantifier === 'forall' ? (every ? 'Required' : 'NotRequired') : witnesses > 0 ? 'Allowed' : 'Forbidden';
  return {
    name: test.name, isa: test.isa, memory, condition: `${test.quantifier} ${test.condition}`, ends: all, witnesses, states: found.states, complete,
    // One end is enough to allow; that there is none is known of all ends only.
    verdict: complete || verdict === 'Allowed' || verdict === 'NotRequired' ? verdict : 'Unknown',
    holds: test.quantifier === 'forall' ? every : (witnesses > 0) === (test.quantifier === 'exists'),
  };
}

function understood(text: string, set: InstructionSet, test: LitmusTest, file: string): Instruction {
  const instruction = set.read(text, test.isa);
  if (typeof instruction === 'string') throw badLitmus(file, instruction, 'What is known stands in the file of the instruction set, packages/litmus/src.');
  return instruction;
}

export function isTrue(p: Proposition, end: End): boolean {
  if ('is' in p) return end[placeName(p.is)] === showWord(p.value);
  if ('not' in p) return !isTrue(p.not, end);
  return 'every' in p ? p.every.every((q) => isTrue(q, end)) : p.some.some((q) => isTrue(q, end));
}
