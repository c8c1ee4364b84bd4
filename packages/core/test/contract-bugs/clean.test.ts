/** On correct kernel code no claim that must hold fails, in any story; and each of them is really judged there. */
import { describe, expect, test } from '@jest/globals';
import { toyArch } from '../rig/toy-arch.ts';
import { claimsOf } from './claims.ts';
import { direct } from './direct.ts';
import { counted } from './spoil.ts';
import { kernelStories } from './stories.ts';

const mustClaims = claimsOf('must');
const judged = new Set<string>();

const stories = [...kernelStories, ...Object.values(direct).map(({ story }) => story())];
describe.each(stories.map((story) => [story.name, story] as const))('%s', (_name, story) => {
  test('breaks nothing', () => {
    const found = counted(toyArch(), story, mustClaims);
    for (const { claim, held } of found.tally) if (held > 0) judged.add(claim);
    expect(found.tally.filter(({ failed }) => failed > 0).map(({ claim }) => claim)).toEqual([]);
    expect(found.violations).toEqual([]);
  });
});

// Runs last: jest keeps the order of a file.
test(`each of the ${mustClaims.length} claims was judged`, () =>
  expect(mustClaims.filter((claim) => !judged.has(claim))).toEqual([]));
