/** What a command hands over to be said: values only, the same for text and JSON. */
import type {
  Ablated,
  Beside,
  Bisected,
  Broken,
  CodeCoverage,
  ComparedRow,
  Comparison,
  Frequency,
  HookFacts,
  Measured,
  NotCompared,
  Parting,
  Placement,
  Source,
  Sums,
  Trace,
  Verdict,
  Weighed,
} from '@shootdown/core';
import type { PatchResult } from './patch-result.ts';
import type { Agreement, Answer as LitmusTestAnswer } from '@shootdown/litmus';

/** How a value is rendered as text. */
export interface RenderOptions {
  /** Columns of the terminal. */
  readonly columns: number;
  readonly colour: boolean;
  /** Version of shootdown, for the line that says who reports. */
  readonly version: string;
  /** File without which what is said cannot be replayed. Absent: there is none. */
  readonly plugin?: string;
  /** Every step of a trace, nothing folded. */
  readonly full?: boolean;
  /** How the command line is called, in commands that are printed (default: `npx shootdown`). */
  readonly program?: string;
  /** Lines of the screen (default: 40). What is longer leaves out what `verbose` asks for. */
  readonly rows?: number;
  /** An observation for each race and a replay command for each number, however long it becomes. */
  readonly verbose?: boolean;
}

/** A replayed execution. */
export interface Replay {
  readonly token: string;
  readonly workload: string;
  readonly variant: string;
  readonly configuration: string;
  readonly arch: string;
  /** Entries of a table of each level, from the top down. */
  readonly geometry: string;
  readonly trace: Trace;
  /** What breaks in it first, with a short word for that, such as `table-uaf`. Absent: nothing. */
  readonly broken?: Broken;
}

/** Who answers for a hook on an architecture. */
export interface Answer {
  readonly arch: string;
  readonly layer: string;
  readonly source?: Source;
  /** Is it a layer of the architecture's own? */
  readonly own: boolean;
}

/** The contract of a hook, as sentences. */
export interface HookPage {
  readonly hook: string;
  readonly group: string;
  readonly does: string;
  readonly calledBy: readonly string[];
  readonly locks: readonly string[];
  readonly waits: string;
  readonly sleeps: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly mayDiffer: readonly string[];
  readonly doubts: readonly string[];
  readonly source: Source;
  readonly answers: readonly Answer[];
}

/** One line of a list: a name, and what it is. */
export interface Item {
  readonly name: string;
  readonly says: string;
  /** Facts beside it, such as the year of a race. */
  readonly facts: readonly string[];
}

/** What `new` wrote. Paths are from the top of the workspace; of a patch, from where one is. */
export interface Created {
  readonly name: string;
  /** What a patch replaces, with where it was found. Absent: it is an architecture. */
  readonly touches?: readonly string[];
  /** Architecture it begins like. */
  readonly like?: string;
  readonly wrote: readonly string[];
  readonly changed: readonly string[];
  /** Hooks it brings, because the kernel has no body for them. */
  readonly required?: readonly string[];
  /** How many it inherits. */
  readonly inherited?: number;
  /** What could not be done and is left to the user. */
  readonly left: readonly string[];
  /** What to do next, in order. */
  readonly next: readonly string[];
}

/** How a litmus test went, beside what a reference says of it where there is one. */
export type LitmusAnswer = LitmusTestAnswer & { readonly agreement?: Agreement };

/** How a list of litmus tests ended. */
export interface LitmusEnd {
  /** How many tests there were to answer. Absent: as many as there are answers. */
  readonly asked?: number;
  /** False: it was interrupted. What was not answered, or was cut short, is not known. */
  readonly complete?: boolean;
}

/** A page that was written. */
export interface WrittenPage {
  readonly file: string;
  readonly bytes: number;
  readonly races: number;
  readonly archs: number;
  /** Executions in which something breaks. */
  readonly pictures: number;
  /** Those of them that were followed on another architecture, or after the fix. */
  readonly followed: number;
  /** Verdicts that a bound or an interruption left open. */
  readonly open: number;
}

/** What is said. */
export type Content =
  | {
      readonly kind: 'comparison';
      readonly comparison: Comparison;
      /** Races that are judged only by name, because their searches are long. */
      readonly leftOut?: readonly string[];
    }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[]; readonly partings?: readonly Parting[] }
  /** For a shell: a script, or a word and what it is on each line. */
  | { readonly kind: 'completion'; readonly text: string }
  | { readonly kind: 'ablation'; readonly ablated: readonly Ablated[] }
  | { readonly kind: 'coverage'; readonly coverage: CodeCoverage }
  | { readonly kind: 'weighed'; readonly arch: string; readonly mode: string; readonly kernels: readonly Weighed[] }
  | { readonly kind: 'placement'; readonly placement: Placement }
  | { readonly kind: 'replay'; readonly replay: Replay }
  | { readonly kind: 'claims'; readonly frequencies: readonly Frequency[]; readonly facts: readonly HookFacts[] }
  | { readonly kind: 'hook'; readonly page: HookPage }
  | { readonly kind: 'list'; readonly what: string; readonly items: readonly Item[] }
  | { readonly kind: 'measurements' | 'why'; readonly measured: readonly Measured[] }
  | {
      readonly kind: 'counts';
      readonly rows: readonly ComparedRow[];
      readonly sums: readonly { readonly arch: string; readonly columns: Sums }[];
      /** Functions that are in the counts and are not compared. */
      readonly notCompared: readonly NotCompared[];
      readonly beside: readonly Beside[];
    }
  | ({ readonly kind: 'litmus'; readonly answers: readonly LitmusAnswer[]; readonly compared: boolean } & LitmusEnd)
  | { readonly kind: 'created'; readonly created: Created }
  | { readonly kind: 'bisected'; readonly bisected: readonly Bisected[] }
  | { readonly kind: 'page'; readonly page: WrittenPage }
  | { readonly kind: 'patched'; readonly result: PatchResult }
  | { readonly kind: 'export'; readonly form: string; readonly text: string };

/** A content, with the version of its JSON form. */
export type Report = { readonly schemaVersion: number } & Content;

/** A way to say a report. */
export interface Format {
  readonly name: string;
  say(report: Report, options: RenderOptions): string;
  /** Says a list of litmus tests as it grows. All pieces together are what `say` makes of the whole list. */
  readonly litmus?: LitmusPieces;
}

/** Pieces of a report of litmus tests, in order. */
export interface LitmusPieces {
  begin(schemaVersion: number): string;
  /** @param i its place in the list, from 0 */
  answer(answer: LitmusAnswer, i: number, compared: boolean): string;
  end(answers: readonly LitmusAnswer[], compared: boolean, end: LitmusEnd, options: RenderOptions): string;
}
