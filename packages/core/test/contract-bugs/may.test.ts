/** Every claim that may differ between architectures does: it holds always on one, and not on another. */
import { describe, expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { claimsOf } from './claims.ts';
import { differing } from './may.ts';
import { counted, under } from './spoil.ts';
import type { Scenario } from '../../src/workload/scenario.ts';

const mayClaims = claimsOf('may');
const count = (layer: Layer, story: Scenario, claim: string) =>
  counted(under(layer), story, [claim]).tally.find((t) => t.claim === claim) ?? { held: 0, failed: 0 };

describe.each(differing.map((d) => [d.claim, d] as const))('%s', (claim, { story, always, notAlways }) => {
  test('is always true on one architecture', () => {
    const { held, failed } = count(always, story, claim);
    expect({ judged: held > 0, failed }).toEqual({ judged: true, failed: 0 });
  });
  test('is not on another', () => expect(count(notAlways, story, claim).failed).toBeGreaterThan(0));
});

test(`each of the ${mayClaims.length} claims that may differ is tested, once`, () => {
  expect(differing.map(({ claim }) => claim).toSorted()).toEqual(mayClaims.toSorted());
});
