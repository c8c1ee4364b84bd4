/** Values that say how a run went: plain JSON, versioned, with the evidence beside the word. */
import type { Trace } from '@shootdown/explorer';

/** Version of the JSON forms. */
export const SCHEMA_VERSION = 3;

/**
 * How one scenario went on one architecture.
 * `clean`: no claim fails; `violates`: one does; `deadlock`: somebody waits for ever, and nobody can move; `never-ends`: somebody waits
 * for ever while others move; `n/a`: it does not apply;
 * `bound` and `interrupted`: nothing wrong was found as far as the search came. It came to a bound also where kernel code gave up
 * at something that is not modelled (`Evidence.limits`).
 */
export type Outcome = 'clean' | 'violates' | 'deadlock' | 'never-ends' | 'n/a' | 'bound' | 'interrupted';

/** Was the search cut short with nothing found, so that nothing is known? */
export const isOpen = ({ outcome }: { readonly outcome: Outcome }): boolean =>
  outcome === 'bound' || outcome === 'interrupted';

/** Where kernel code came to something that is not modelled, and gave up: nothing behind it was tried. */
export interface MetLimit {
  /** The reason, as the code says it. */
  readonly why: string;
  readonly process: string;
  /** Operations and hooks that were running, outermost first. */
  readonly where: readonly string[];
  /** States in which nothing moves any more and the code stands there; 0 where others never stop. */
  readonly states: number;
  /** What `replay` takes to show a way there. */
  readonly token?: string;
}

/** What a verdict knows of the thresholds that code compared with. */
export interface ThresholdEvidence {
  /**
   * Whose numbers were in force: the small ones of explorations, those of the machine itself, or both, by two searches or by one in which
   * no comparison would have come out otherwise.
   */
  readonly numbers: 'exploring' | 'machine' | 'both';
  /**
   * Thresholds of which one side only was reached, so that nothing is known of the other: `within` or `over`. `unseen`: code reads the
   * number and compares by itself, and which side it took cannot be told.
   */
  readonly oneSided: readonly { readonly name: string; readonly side: 'within' | 'over' | 'unseen' }[];
  /** Counts of the search with the machine's own numbers, where there were two. */
  readonly second?: {
    readonly states: number;
    readonly transitions: number;
    readonly depth: number;
    readonly seconds: number;
  };
}

/** What a verdict rests on. */
export interface Evidence {
  /** `proved`: every interleaving was tried within the printed sizes. `found`: there is a counterexample. `partial`: neither. */
  readonly grade: 'proved' | 'found' | 'partial' | 'none';
  readonly cpus: number;
  /** Entries per table, from the top level down. */
  readonly geometry: string;
  readonly memory: 'sc' | 'tso';
  readonly states: number;
  readonly transitions: number;
  /** Longest shortest path to a state, counted in states that were kept. */
  readonly depth: number;
  /** States in which nothing can move because kernel code gave up: they are neither an end nor a deadlock. */
  readonly gaveUp: number;
  /** What code gave up at. With any, nothing is proved: the outcome is `bound` where nothing was found. Absent: nothing did. */
  readonly limits?: readonly MetLimit[];
  readonly seconds: number;
  /** What cut the search short (or the one for a shortest execution, where there is a counterexample), and how many states it had not gone on from. */
  readonly cut?: { readonly by: 'states' | 'memory' | 'time' | 'interrupt'; readonly waiting: number };
  /**
   * States were told apart by 64-bit fingerprints, mixed by `seed`: `omissionRisk` is about the chance that one was missed, states^2 / 2^65.
   * Absent: states were compared in full, and none was missed.
   */
  readonly compact?: { readonly seed: number; readonly omissionRisk: number };
  /** Code whose local states could not be seen and were told apart by their history: right, but with more states. Absent when there is none. */
  readonly toldByHistory?: readonly string[];
  /** Absent where nothing was searched. */
  readonly thresholds?: ThresholdEvidence;
  /** Why CPUs whose threads are the same function were told apart after all. Absent: they were not, or there are none. */
  readonly unlike?: string;
}

/** A shortest execution in which something goes wrong. */
export interface Counterexample {
  /** Claim that fails; `deadlock` when somebody waits for ever. */
  readonly claim: string;
  /** Word of the reference data for it, such as `table-uaf`. */
  readonly breach: string;
  /** Steps. */
  readonly length: number;
  /** Times another process takes over. */
  readonly switches: number;
  /** What `replay` takes. */
  readonly token: string;
  readonly trace: Trace;
}

/** One cell of a comparison. */
export interface Verdict {
  readonly schemaVersion: number;
  readonly workload: string;
  /** Which kernel: of a race `before` or `after` its fix; else the release. */
  readonly variant: string;
  /** What that kernel is, in one sentence. */
  readonly configuration: string;
  readonly arch: string;
  readonly outcome: Outcome;
  /** Why it does not apply, where it does not. */
  readonly reason?: string;
  readonly asks: readonly string[];
  readonly layers: readonly string[];
  readonly evidence: Evidence;
  readonly counterexample?: Counterexample;
}

/** How often a claim held over the distinct states in which it was judged. */
export interface Frequency {
  readonly hook: string;
  readonly claim: string;
  readonly kind: 'must' | 'may';
  readonly arch: string;
  readonly word: 'always' | 'sometimes' | 'never' | 'not reached';
  readonly held: number;
  readonly failed: number;
  /** Replay tokens of shortest executions that show each. */
  readonly heldAt?: string;
  readonly failedAt?: string;
}

/** What the reference data say about one cell. */
export type Expected = 'violates' | 'clean' | 'unstated' | 'n/a';
/** How a verdict relates to them. */
export type Agreement = 'agree' | 'disagree' | 'open' | 'n/a';

/** `open`: the reference says nothing, so the verdict is a prediction. */
export function agreement(expected: Expected, outcome: Outcome): Agreement {
  if (expected === 'n/a' || outcome === 'n/a') return 'n/a';
  if (expected === 'unstated' || isOpen({ outcome })) return 'open';
  return (expected === 'violates') === (outcome === 'violates' || outcome === 'deadlock' || outcome === 'never-ends')
    ? 'agree'
    : 'disagree';
}

/** A race on one architecture, before and after its fix. */
export interface RaceCell {
  readonly arch: string;
  readonly before: Verdict;
  readonly after: Verdict;
  readonly expectedBefore: Expected;
  readonly expectedAfter: Expected;
  readonly agreement: Agreement;
}

/** Why a race was not judged: its code, or what it is declared with, is wrong. It costs this row, and no other. */
export interface RowMistake {
  /** Absent: on no architecture. */
  readonly arch?: string;
  /** Code of the mistake, such as `SD_BAD_SCENARIO`. */
  readonly code: string;
  readonly what: string;
  readonly hint: string;
  /** Exit code that belongs to the kind of mistake. */
  readonly exitClass: number;
}

/** A race on the architectures on which it could be judged. */
export interface RaceRow {
  readonly id: string;
  readonly title: string;
  readonly year: number;
  readonly cells: readonly RaceCell[];
  /** Why cells are missing. Absent: none is. */
  readonly mistakes?: readonly RowMistake[];
}

/** Races times architectures. */
export interface Comparison {
  readonly schemaVersion: number;
  readonly archs: readonly string[];
  readonly rows: readonly RaceRow[];
  readonly seconds: number;
  /** True when every cell was judged, and to the end. */
  readonly complete: boolean;
}
