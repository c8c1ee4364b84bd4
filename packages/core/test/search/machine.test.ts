/** Searches of random programs on the machine: taken up again after every few transitions, counted, and where a bound is met. */
import { expect, test } from '@jest/globals';
import { byFrames, byHistory } from '@shootdown/explorer';
import { endsSurvived } from '../../../explorer/test/search/random-ends.ts';
import { expectEqualCounts } from '../../../explorer/test/search/random-executions.ts';
import { unexpected } from '../../../explorer/test/search/expected.ts';
import { EXPECTED_OF_THE_MACHINE } from './expected.ts';
import { cpus, systemOf } from './random-cpus.ts';

test.each([
  ['by history', () => byHistory],
  ['by frames', byFrames],
])('a search that is ended and taken up again finds what one in one part finds, %s', (_name, identity) => {
  expect(endsSurvived(cpus, systemOf, identity)).toBeGreaterThan(10);
});

test('sleep sets, source-DPOR and the search count the same executions', () => {
  expectEqualCounts(cpus, systemOf, 8);
}, 120_000);

test.each(Object.entries(EXPECTED_OF_THE_MACHINE))('%s', (_rule, expected) =>
  expect(unexpected(expected)).toBeUndefined(),
);
