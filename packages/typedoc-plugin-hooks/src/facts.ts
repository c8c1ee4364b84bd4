/** What the pages are written from: plain data, one value per architecture, kept between builds. */
import type { Agreement, ArchSpec, Expected, Frequency, HookBody, HookFacts, Outcome } from '@shootdown/core';

/** An architecture without its code. */
export type ArchAsData = Pick<ArchSpec, 'id' | 'title' | 'what' | 'over'> & {
  /** Folder of its package, from the top of the workspace. */
  readonly folder: string;
  /** Names of its layers, from the bottom up; `own` are those it adds to what it stands over. */
  readonly layers: readonly { readonly name: string; readonly own: boolean }[];
  readonly machine: Pick<
    ArchSpec['machine'],
    | 'geometry'
    | 'shootdown'
    | 'walkCache'
    | 'hardwareAccessed'
    | 'hardwareDirty'
    | 'insufficientRights'
    | 'twoSizes'
    | 'memory'
    | 'numbers'
    | 'exploring'
    | 'config'
    | 'entryBits'
  >;
  /** Changes over the years, with the hooks that each replaces. */
  readonly history: readonly (Omit<ArchSpec['history'][number], 'layer'> & { readonly hooks: readonly string[] })[];
  readonly operations: readonly string[];
};

/** Where a story came on an architecture. */
export interface Story {
  readonly kind: 'race' | 'workload';
  readonly id: string;
  readonly stacks: readonly (readonly string[])[];
}

export interface RaceWord {
  readonly race: string;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly expectedBefore: Expected;
  readonly expectedAfter: Expected;
  readonly agreement: Agreement;
  /** Replay tokens of the counterexamples. */
  readonly tokens: readonly string[];
  readonly states: number;
}

/** Everything that was found out about one architecture. */
export interface ArchFacts {
  readonly arch: ArchAsData;
  readonly hooks: readonly HookBody[];
  readonly frequencies: readonly Frequency[];
  readonly measured: readonly HookFacts[];
  readonly stories: readonly Story[];
  readonly races: readonly RaceWord[];
}
