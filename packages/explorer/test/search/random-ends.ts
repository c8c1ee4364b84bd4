/** Random systems of which the search is ended and taken up again, many times. */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { Mistake } from '../../src/api/mistakes.ts';
import { ALL_REDUCTIONS, type Reductions } from '../../src/api/reductions.ts';
import type { System } from '../../src/api/system.ts';
import { byHistory, type Identity } from '../../src/learned/local-identity.ts';
import { inParts, uninterrupted, type Asked } from './kept.ts';

/** A warm-up at each of many beginnings would take longer than the rest. */
export const UNREHEARSED: Reductions = { ...ALL_REDUCTIONS, rehearse: false };

export const asked = (
  system: () => System,
  reduce: Reductions,
  piece: number,
  identity: () => Identity = () => byHistory,
  stopAtFirst = false,
  maxStates = 50_000,
): Asked => ({ system, identity, piece, options: { stopAtFirst, maxStates, reduce } });

/**
 * Searches in parts find what a search in one part finds.
 * @returns how many times a search was ended and taken up again
 */
export function endsSurvived(
  arbitrary: fc.Arbitrary<unknown>,
  systemOf: (it: never) => System,
  identity: () => Identity,
): number {
  let ends = 0;
  fc.assert(
    fc.property(
      arbitrary,
      fc.constantFrom<Reductions>({}, UNREHEARSED, { persistent: true }, { deadCells: true, symmetry: true }),
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      (it, reduce, stopAtFirst, piece) => {
        const question = asked(() => systemOf(it as never), reduce, piece, identity, stopAtFirst, 1000);
        let whole;
        try {
          whole = uninterrupted(question);
        } catch (error) {
          if (error instanceof Mistake) return fc.pre(false);
          throw error;
        }
        fc.pre(whole.outcome !== 'bound');
        const { found, begun } = inParts(question, 1 + Math.floor(whole.transitions / (8 * piece)), 1);
        expect(found).toEqual(whole);
        ends += begun - 1;
      },
    ),
    { numRuns: 15, maxSkipsPerRun: 1000 },
  );
  return ends;
}
