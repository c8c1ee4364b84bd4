/** Watchers compare what happens with what must never happen. One file, one question. */
import { areaNow } from '../words/areas.ts';
import type { Region } from '../words/cells.ts';
import type { Facts } from '../words/facts.ts';
import { vmaCells, type Mm, type Vma } from '../words/objects.ts';
import type { Step } from '../words/step.ts';

/** What a watcher may look at in a state where everything has ended. */
export interface AtEnd {
  readonly facts: Facts;
  readonly mms: readonly Mm[];
  /** Every handle of an area; see `mappedAreas`. */
  readonly vmas: readonly Vma[];
}

/** The areas that are mapped, with the bounds they have now. */
export const mappedAreas = ({ facts, vmas }: AtEnd): Vma[] =>
  vmas.flatMap((vma) => areaNow(facts.geometry, vma, facts.value(vmaCells.attached(vma.id))) ?? []);

/** A question that is asked of every execution. */
export interface Watch {
  /** The sentence that is true while nothing is wrong. */
  readonly claim: string;
  /** The word that reference data use for a breach. */
  readonly breach: string;
  /** Ghost cells it needs. */
  readonly ghosts: readonly Region[];
  /** Kinds of steps it looks at. */
  readonly kinds: readonly string[];
  /** Is the sentence still true right after the step? */
  holdsAfter?(facts: Facts, step: Step, observed: number): boolean;
  /** Is it true where everything has ended? */
  holdsAtEnd?(seen: AtEnd): boolean;
  /** What was seen when it broke, in words. */
  explain?(facts: Facts, step: Step, observed: number): string;
}
