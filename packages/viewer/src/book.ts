/** What a page shows: plain data, embedded in it. */
import type { Ablated, Comparison, Frequency, Measured, Parting, Trace, Verdict } from '@shootdown/core';

/** The contract of a hook, as sentences, with who answers for it where. */
export interface ContractPage {
  readonly hook: string;
  readonly group: string;
  readonly does: string;
  readonly waits: string;
  readonly locks: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly mayDiffer: readonly string[];
  readonly source: { readonly version: string; readonly file: string; readonly symbol: string };
  readonly answers: readonly { readonly arch: string; readonly layer: string }[];
}

/** What an operation costs: the counts alone, without the calls that they come from. */
export type Counted = Pick<Measured, 'operation' | 'arch' | 'mode' | 'columns' | 'notModelled'>;

/** Everything on one page. What is absent was not asked. */
export interface Book {
  readonly title: string;
  /** The command that makes the same page again. */
  readonly command: string;
  /** Version of shootdown. */
  readonly version: string;
  /** A race by an architecture is a cell of the matrix. */
  readonly comparison?: Comparison;
  /** Races that were not judged, because their searches are long. */
  readonly leftOut?: readonly string[];
  /** What stories need: each step that was left out, with what broke. */
  readonly ablated?: readonly Ablated[];
  /** Verdicts that belong to no comparison. */
  readonly verdicts?: readonly Verdict[];
  readonly partings?: readonly Parting[];
  readonly contracts?: readonly ContractPage[];
  readonly frequencies?: readonly Frequency[];
  readonly measured?: readonly Counted[];
  /** One execution, of no verdict. */
  readonly replay?: Pick<Verdict, 'workload' | 'variant' | 'configuration' | 'arch'> & {
    readonly token: string;
    readonly geometry: string;
    readonly trace: Trace;
    /** Step that is shown first. Absent: the first that matters. */
    readonly start?: number;
    /** Function of which a call is drawn before and after. */
    readonly within?: string;
  };
  /** Pictures move by themselves when they come up. */
  readonly plays?: boolean;
  /** Long titles of races, by name. */
  readonly titles?: Readonly<Record<string, string>>;
}

/** Every verdict of a book. */
export const verdictsIn = ({ comparison, ablated = [], verdicts = [] }: Book): readonly Verdict[] => [
  ...(comparison?.rows ?? []).flatMap(({ cells }) => cells.flatMap(({ before, after }) => [before, after])),
  ...ablated.flatMap(({ removals }) => removals.flatMap(({ word, verdict }) => (word === 'needed' ? [verdict] : []))),
  ...verdicts,
];

/** Names a verdict within a book, and in the address of a page. */
export const keyOf = ({ workload, variant, arch }: Pick<Verdict, 'workload' | 'variant' | 'arch'>): string =>
  `${workload}/${variant}/${arch}`;

/** What a counterexample is followed on, by name: the kernel after the fix, or another architecture. */
export const besideOf = ({ archs, leader, fixed }: Parting): string =>
  fixed ? 'the fix' : (archs.find((arch) => arch !== leader) ?? '');
