/** Whatever step is left out, what comes of it is a verdict: code that walks on without a lock may use any pointer. */
import { expect, test } from '@jest/globals';
import { ablate } from '@shootdown/core';
import { radix } from '../../arch-ppc64/src/index.ts';
import { contractWorkloads } from '../src/index.ts';

const PATIENCE = 120_000;

test(
  'GUP-fast beside a collapse and a fault on radix, without any one step',
  async () => {
    const story = contractWorkloads.find(({ scenario }) => scenario.name === 'collapse-beside-gup-fast')!.scenario;
    const found = await ablate(radix, story, { release: 'v6.1', says: 'Linux 6.1' }, 'v6.1', { maxStates: 1e5 });
    expect(found!.base.outcome).toBe('clean');
    expect(found!.removals.filter(({ verdict }) => !['clean', 'violates', 'deadlock', 'never-ends'].includes(verdict.outcome))).toEqual([]);
    expect(found!.removals.some(({ word }) => word === 'needed')).toBe(true);
  },
  PATIENCE,
);
