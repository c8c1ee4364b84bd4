/** Verdicts one below the other. */
import { expect, test } from '@jest/globals';
import { json, text } from '../src/index.ts';
import { evidence, options, verdict } from './values.ts';

const said = (unlike?: string) =>
  ({
    schemaVersion: 1,
    kind: 'verdicts',
    verdicts: [verdict({ evidence: evidence(unlike === undefined ? {} : { unlike }) }), verdict({ arch: 'arm64' })],
  }) as const;

test('why CPUs were told apart is said of the search in which they were', () => {
  const lines = text
    .say(said('the inferred symmetry of G0, G1 does not hold: G0 asks first'), { ...options, columns: 140 })
    .split('\n');
  expect(lines.filter((line) => line.includes('told apart'))).toEqual([
    'some-race before on x86-64: CPUs with the same thread are told apart: the inferred symmetry of G0, G1 does not hold: G0 asks first',
  ]);
  expect(JSON.parse(json.say(said('so'), options))).toMatchObject({ verdicts: [{ evidence: { unlike: 'so' } }, {}] });
});
test('nothing is said where nothing was to be told apart', () => {
  expect(text.say(said(), options)).not.toContain('told apart');
  expect(json.say(said(), options)).not.toContain('unlike');
});
