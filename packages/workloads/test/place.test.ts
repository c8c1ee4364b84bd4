/** Places for a kick: the price, what breaks under the cheaper choices, and what changes of hooks cost. */
import { expect, test } from '@jest/globals';
import { place, readPlace, replayToken, weigh } from '@shootdown/core';
import ppc64 from '../../arch-ppc64/src/index.ts';
import { operations, races } from '../src/index.ts';

const radix = ppc64.find((arch) => arch.id === 'ppc64-radix')!;
const race = races.find(({ id }) => id === 'ppc-zap-huge-pmd-vs-lockless-walk')!;
const operation = operations.find(({ name }) => name === 'thp_dontneed')!;

/** Several searches on a busy machine. */
const PATIENCE = 60_000;

test(
  'a kick where a huge PMD is cleared costs three interrupts, and nothing cheaper holds',
  async () => {
    const found = await place(
      {
        arch: radix,
        races: [race],
        places: ['kick.pmdp_huge_get_and_clear', 'kick.pmdp_collapse_flush'].map(readPlace),
        with: [],
        without: [],
        mix: [{ name: 'zap', operation, weight: 1 }],
        mode: 'spin3',
      },
      { maxStates: 1e6 },
    );
    expect(found.choices.map(({ places, cost, holds }) => ({ places, cost, holds }))).toEqual([
      { places: [], cost: 0, holds: false },
      { places: ['kick.pmdp_huge_get_and_clear'], cost: 3, holds: true },
    ]);
    const { trace } = replayToken(
      found.choices[0]!.breaks[0]!.counterexample!.token,
      [radix],
      [{ scenario: race.scenario, variants: { before: race.before } }],
    );
    expect(trace.events.flatMap((e) => e.broken)).toHaveLength(1);
  },
  PATIENCE,
);

test('a place is behind a hook that there is', () => {
  expect(() => readPlace('kick.pmdp_huge_get_and_claer')).toThrow('Did you mean pmdp_huge_get_and_clear?');
  expect(() => readPlace('somewhere')).toThrow('is no place');
});

test(
  'counting walkers saves the interrupts of a zap that nobody walks beside',
  () => {
    const kernels = [[], ['walkers_counted_per_mm']].map((changes) => ({
      release: 'v5.4',
      says: '',
      with: changes,
    }));
    expect(weigh(radix, [{ name: 'zap', operation, weight: 2 }], 'spin3', kernels).map(({ ipis }) => ipis)).toEqual([
      6, 0,
    ]);
  },
  PATIENCE,
);
