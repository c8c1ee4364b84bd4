/** Watchers compare what happens with what must never happen. One file, one question. */
import type { Cell, Region } from './cells.ts';
import type { Facts } from './facts.ts';
import type { Follows } from './follow.ts';
import type { Mm, Vma } from './objects.ts';
import type { Said, Step } from '@shootdown/explorer';

/** What a watcher may look at in a state where everything has ended. */
export interface AtEnd {
  readonly facts: Facts;
  readonly mms: readonly Mm[];
  readonly vmas: readonly Vma[];
}

/**
 * A question that is asked of every execution. It holds on every correct program: what user code and the kernel do on purpose is no
 * breach. Built-in ones stand in this folder; an architecture declares its own under `watches`, and a story may name any by its value.
 */
export interface Watch {
  /** The sentence that is true while nothing is wrong: stories ask it. */
  readonly claim: string;
  /** One word for a breach, such as `lost-write`. Every watcher has its own. */
  readonly breach: string;
  /** The word of the reference data for it, where that is another one. */
  readonly inReference?: string;
  /** Ghost cells that it needs: they exist only where it is asked. */
  readonly ghosts: readonly Region[];
  /** What it writes down in them as things happen. */
  readonly follows?: Follows;
  /** Kinds of steps after which it is judged. */
  readonly kinds: readonly string[];
  /** Is the sentence still true right after the step? */
  holdsAfter?(facts: Facts, step: Step, observed: number): boolean;
  /** Is it true where everything has ended? */
  holdsAtEnd?(seen: AtEnd): boolean;
  /** What was seen when it broke after a step, in words and with the values. */
  explain?(facts: Facts, step: Step, observed: number): Said;
  /** What was seen when it broke where everything has ended. */
  explainAtEnd?(seen: AtEnd): Said;
}

/** When a cell got its value: `at step 38`, `since step 38`. */
export const at = (cell: Cell) => ({ word: 'at', cell }) as const;
export const since = (cell: Cell) => ({ word: 'since', cell }) as const;
