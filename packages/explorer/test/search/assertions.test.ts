/** The engine's assertions: each stops an engine that breaks its invariant, and costs nothing when it is off. */
import { describe, expect, test } from '@jest/globals';
import { sayBroken } from './broken.ts';

/** Broken rule, a system that shows it, and the invariant that is asserted. */
const FAULTS = [
  ['store: fingerprint updated', 'store: rehashing', 'the fingerprint of a state that is stored'],
  ['canonical: sums updated', 'symmetry: cell values permuted', 'the fingerprint of a state that is stored'],
  ['cache: values in the key', 'locks: value of the lock', 'a guard of kind lock is what the cache says'],
  ['cache: choice in the key', 'search: all outcomes', 'an update of kind flip is what the cache says'],
  ['may-access: repeated passes', 'may-access: repeated passes', 'includes what it may access later'],
  ['automaton: observed value in the key', 'locks: value of the lock', 'an edge that was learned is found again'],
] as const;

describe('a broken invariant stops the engine', () => {
  const rules = FAULTS.map(([rule, system]) => `${rule}@${system}`);
  const said = sayBroken(rules, 'on');
  test.each(FAULTS)('%s', (rule, _system, invariant) => expect(said[rule]).toContain(invariant));

  test('assertions that are off say nothing', () => {
    for (const text of Object.values(sayBroken(rules.slice(0, 2), 'off')))
      expect(String(text)).not.toContain('assertion');
  });
});
