/** All stories of the kit as scenarios. */
import type { Scenario } from '@shootdown/core';
import { alonePmd } from './alone-pmd.ts';
import { alonePte } from './alone-pte.ts';
import { contracts } from './asks.ts';
import type { Does } from './threads.ts';
import { together } from './together.ts';

const aloneStory = (name: string, does: Does, needs: Scenario['needs']): Scenario => ({
  name,
  title: name,
  cpus: 1,
  asks: contracts,
  setup: [],
  ...(needs ? { needs } : {}),
  areas: [
    { from: 0, to: 2, thp: 'never' },
    { from: 2, to: 4, thp: 'always' },
  ],
  threads: [{ name: 'A', cpu: 0, runs: 0, does }],
});

export const aloneStories: readonly Scenario[] = [
  ...Object.entries(alonePte).map(([name, does]) => aloneStory(name, does, undefined)),
  ...Object.entries(alonePmd).map(([name, does]) => aloneStory(name, does, { config: ['TRANSPARENT_HUGEPAGE'] })),
];

export const stories: readonly Scenario[] = [...aloneStories, ...together];
