/** Random systems of which the complete executions are counted in several ways. */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { System } from '../../src/api/system.ts';
import { countedUnlike } from './agree-executions.ts';

/** Bounds of one system: complete executions, and moves of one of them. */
export const [MOST, LONGEST] = [150, 30];

/** Sleep sets, source-DPOR and the search count alike on `numRuns` systems, and these have executions worth counting. */
export function expectEqualCounts(
  arbitrary: fc.Arbitrary<unknown>,
  systemOf: (it: never) => System,
  numRuns: number,
): void {
  const sum = { complete: 0, blocked: 0, violated: 0 };
  fc.assert(
    fc.property(arbitrary, (it) => {
      const found = countedUnlike(systemOf(it as never), MOST, LONGEST);
      if (found === 'too big') return fc.pre(false);
      expect(found.wrong).toBeUndefined();
      sum.complete += found.sleep.complete;
      sum.blocked += found.sleep.blocked;
      sum.violated += found.sleep.violated.size;
    }),
    { numRuns, seed: 3, maxSkipsPerRun: 1000, endOnFailure: true },
  );
  expect(sum.complete / numRuns).toBeGreaterThan(3);
  if (numRuns >= 100) for (const many of [sum.blocked, sum.violated]) expect(many).toBeGreaterThan(10);
}
