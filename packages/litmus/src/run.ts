/** Runs a litmus test on the machine, over every interleaving and everything its memory model allows. */
import type { Progress } from '@shootdown/core';
import { ALL_REDUCTIONS, type Exploration, type ExploreOptions, type System } from '@shootdown/core/testing';
import type { InstructionSet } from './instruction-set.ts';
import type { LitmusTest } from './litmus-test.ts';
import { locationsOf } from './memory.ts';
import { NotModelled } from './mistakes.ts';
import { filteredBy, judgeOf, observedOf, placeReader, type Observed } from './observed.ts';
import type { Deadlocked, End, Kept, Outcome } from './outcome.ts';
import { shown, type View } from './shown.ts';
import { systemOf, type AtEnd, type Parts } from './system.ts';

export interface RunOptions {
  /** Another memory model than that of the instruction set, which is `own`. */
  readonly memory?: 'sc' | 'tso' | 'own';
  /** Gives up once there are more states than this. */
  readonly maxStates: number;
  /** Gives up once states take more bytes than this. */
  readonly maxBytes?: number;
  /** Gives up after so much time. */
  readonly deadlineMs?: number;
  /** Ends the search; the outcome says what was found by then. */
  readonly signal?: AbortSignal;
  /** Called now and then with how far the search has come. */
  onProgress?(now: Progress): void;
}

/** CPUs that the machine can have: sets of them are bits of a number. */
const MOST_THREADS = 31;

/** A test that is ready to be explored, and what the exploration tells of it. */
export interface Ready {
  readonly system: System;
  readonly options: ExploreOptions;
  outcome(found: Exploration): Outcome;
}

/**
 * @param test one of `set.isas`
 * @param file its name, for messages
 * @throws Mistake SD_BAD_LITMUS when an instruction is not known or makes no sense. The exploration throws it too
 * @throws NotModelled; the exploration throws it too, as a cause
 */
export function readyLitmus(
  test: LitmusTest,
  set: InstructionSet,
  file: string,
  { memory: asked = 'own', ...bounds }: RunOptions,
): Ready {
  const memory = asked === 'own' ? set.memory : asked;
  if (test.threads.length > MOST_THREADS)
    throw new NotModelled(`it has ${test.threads.length} threads: the machine has at most ${MOST_THREADS} CPUs`);
  const programs = test.threads.map((thread) =>
    set.read(thread, test.isa, (line, column) => `${file}:${line}:${column}`),
  );
  const locations = locationsOf(test, programs, set, file);
  const reader = placeReader(test, programs, locations, set.addressBits(test.isa), file);
  for (const { place } of test.initial) reader(place);
  const observed = observedOf(test, reader);
  const judge = judgeOf(test.proposition, reader, file);
  const counts = test.filter && judgeOf(test.filter, reader, file);
  const seen = new Seen({ test, set, programs, locations, observed, file, memory });
  return {
    system: systemOf(seen.parts, seen.note),
    options: { stopAtFirst: false, reduce: ALL_REDUCTIONS, ...bounds },
    outcome(found) {
      const ends = counts ? without(filteredBy(test), seen.ends().filter(counts)) : seen.ends();
      return outcomeOf(test, memory, ends, ends.filter(judge).length, found, seen.kept());
    },
  };
}

/** The ends without some of their places: those that differ in nothing else are one. */
export function without(names: readonly string[], ends: readonly End[]): readonly End[] {
  if (names.length === 0) return ends;
  const byText = new Map<string, End>();
  for (const end of ends) {
    const kept = Object.fromEntries(Object.entries(end).filter(([name]) => !names.includes(name)));
    byText.set(Object.values(kept).join(), kept);
  }
  return [...byText.values()];
}

/** The ends that were come to. */
class Seen {
  private readonly byText = new Map<string, End>();
  private readonly unreturned = new Map<string, Kept>();

  constructor(readonly parts: Parts) {}

  note = (at: AtEnd): void => {
    const { observed, programs } = this.parts;
    const texts = observed.map((place) => shown(viewAt(place, at), at.word(place)));
    const end: End = Object.fromEntries(observed.map(({ name }, i) => [name, texts[i]!]));
    this.byText.set(texts.join(), end);
    programs.forEach((_, thread) => {
      const what = at.kept(thread);
      if (what !== undefined) this.unreturned.set(`${thread} ${what}`, { thread: `P${thread}`, what });
    });
  };

  ends = (): readonly End[] => [...this.byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, end]) => end);
  kept = (): readonly Kept[] => [...this.unreturned].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kept]) => kept);
}

const viewAt = (place: Observed, at: AtEnd): View => {
  const type = at.type(place);
  return type ? { ...place, type, bits: type.bits } : place;
};

function outcomeOf(
  test: LitmusTest,
  memory: 'sc' | 'tso',
  ends: readonly End[],
  witnesses: number,
  found: Exploration,
  kept: readonly Kept[],
): Outcome {
  const every = witnesses === ends.length;
  const complete = found.outcome === 'complete' && found.gaveUp.length === 0;
  const stuck = found.deadlock ?? found.neverEnds;
  const deadlock: readonly Deadlocked[] = (stuck?.stuck ?? []).flatMap(({ process, waitsFor }) => {
    const [, thread] = /^cpu(\d+)$/.exec(process) ?? [];
    return thread === undefined ? [] : [{ thread: `P${thread}`, waitsFor }];
  });
  const verdict =
    test.quantifier === 'forall' ? (every ? 'Required' : 'NotRequired') : witnesses > 0 ? 'Allowed' : 'Forbidden';
  // One end is enough to allow; that there is none is known of all ends only, and only where every execution comes to one.
  const shownByOne = verdict === 'Allowed' || verdict === 'NotRequired';
  const holds = test.quantifier === 'forall' ? every : witnesses > 0 === (test.quantifier === 'exists');
  return {
    name: test.name,
    isa: test.isa,
    memory,
    condition: `${test.quantifier} ${test.condition}`,
    ends,
    witnesses,
    states: found.states,
    complete,
    verdict: shownByOne ? verdict : stuck ? 'Deadlock' : complete ? verdict : 'Unknown',
    holds: holds && !stuck && kept.length === 0,
    ...(stuck && { deadlock }),
    ...(kept.length > 0 && { kept }),
    ...(found.cut && { cut: found.cut.by }),
  };
}
