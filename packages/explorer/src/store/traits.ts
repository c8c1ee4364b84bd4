/** What a search has to ask about a local state, as bits, so that it asks nothing in vain. */
import type { Meaning, Step } from '../api/step.ts';
import type { Check } from '../api/system.ts';

/** Bits of `Automaton.traits`. */
export const TRAIT = { ended: 1, gaveUp: 2, waits: 4, chooses: 8, judged: 16 } as const;

/** The bits of a node. */
export function traitsOf(step: Step | undefined, meaning: Meaning | undefined, checks: readonly Check[]): number {
  if (step === undefined) return TRAIT.ended;
  if (step.kind === 'bound') return TRAIT.gaveUp;
  return (
    (meaning?.enabled ? TRAIT.waits : 0) |
    (meaning?.choices ? TRAIT.chooses : 0) |
    (checks.length > 0 ? TRAIT.judged : 0)
  );
}
