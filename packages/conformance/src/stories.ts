/** All stories of the kit as scenarios. */
import type { Scenario } from '@shootdown/core';
import { alone } from './alone.ts';
import { contracts } from './asks.ts';
import { together } from './together.ts';

export const aloneStories: readonly Scenario[] = Object.entries(alone).map(([name, does]): Scenario => ({
  name, title: name, cpus: 1, asks: contracts, setup: [],
  areas: [{ from: 0, to: 2, thp: 'never' }, { from: 2, to: 4, thp: 'always' }],
  threads: [{ name: 'A', cpu: 0, runs: 0, does }],
}));

export const stories: readonly Scenario[] = [...aloneStories, ...together];
