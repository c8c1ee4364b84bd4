/** Whatever step is left out, what comes of it is a verdict: code that walks on without a lock may use any pointer. */
import { expect, test } from '@jest/globals';
import { judgeScenario } from '@shootdown/core';
import { Ablation } from '../../core/src/machine/ablation.ts';
import { radix } from '../../arch-ppc64/src/index.ts';
import { contractWorkloads } from '../src/index.ts';

/** The collapse takes mmap_lock no more: a fault may walk on through a huge page that came meanwhile. */
const lock = new Ablation({ in: 'collapse_huge_page', step: 'lock' });

test('a collapse without its lock beside a fault and GUP-fast, on radix', async () => {
  const { scenario } = contractWorkloads.find((w) => w.scenario.name === 'collapse-beside-gup-fast')!;
  const verdict = await judgeScenario(radix, scenario, { release: 'v6.1', says: 'Linux 6.1' }, 'v6.1', {
    maxStates: 1e5,
    ablation: lock,
  });
  expect(verdict.outcome).toBe('violates');
});
